import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simplifyStrokes } from "../../functions/pages/signature-pad.ts";

const point = fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 500 }));
const stroke = fc.array(point, { minLength: 1, maxLength: 400 }).map((points) => points.flat());
const drawing = fc.array(stroke, { maxLength: 20 });
const maxPoints = 100;

const countPoints = (strokes: readonly (readonly number[])[]) => strokes.flat().length / 2;

describe("simplifying a signature", () => {
  it("never keeps more points than allowed, and keeps every stroke with both its ends", () => {
    fc.assert(
      fc.property(drawing, (strokes) => {
        const simplified = simplifyStrokes(strokes, maxPoints);

        expect(countPoints(simplified)).toBeLessThanOrEqual(maxPoints);
        expect(simplified.map((each) => each.slice(0, 2))).toEqual(
          strokes.map((each) => each.slice(0, 2)),
        );
        expect(simplified.map((each) => each.slice(-2))).toEqual(
          strokes.map((each) => each.slice(-2)),
        );
      }),
    );
  });

  it("leaves a drawing alone that is small enough", () => {
    const strokes = [
      [0, 0, 10, 400, 1000, 500],
      [7, 7],
    ];

    expect(simplifyStrokes(strokes, maxPoints)).toEqual(strokes);
  });

  it("drops the points on a straight line before those of a corner", () => {
    const corner = [0, 0, 10, 0, 20, 0, 30, 0, 30, 10, 30, 20, 30, 30];

    expect(simplifyStrokes([corner], 3)).toEqual([[0, 0, 30, 0, 30, 30]]);
  });
});
