import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Fen, formatAmount, readAmount, sumFen } from "../../functions/domain/money.ts";

const largest = 999_999_999_999_999;
const anyFen = fc.integer({ min: 1, max: largest }) as fc.Arbitrary<Fen>;

const faultOf = (value: unknown) => {
  const read = readAmount(value);
  return "fault" in read ? read.fault : "accepted";
};

describe("an amount", () => {
  test.each([
    ["0.01", 1],
    ["0.1", 10],
    ["0.10", 10],
    ["1", 100],
    ["1.5", 150],
    ["12.34", 1234],
    ["9999999999999.99", largest],
    [0.01, 1],
    [0.29, 29],
    [1.1, 110],
    [4.35, 435],
    [100, 10_000],
    [9999999999999.99, largest],
  ])("T-19 K43: %j is %d fen", (value, fen) => {
    expect(readAmount(value)).toEqual({ fen });
  });

  const malformed: readonly unknown[] = [
    ...["1e2", "01", "00", "1.005", ".5", "1.", "+1", "-1", "-0", "-0.01", " 1", "1 ", "1\n", ""],
    ...["１.０0", "1。5", "1,000", "1,5", "1.2.3", "0x10", "NaN", "Infinity", "¥1", "1_000", "١"],
    ...["99999999999999", "0.001", "9".repeat(10_000)],
    ...[0.1 + 0.2, 1.005, 1e-7, 1e21, 1e13, -1, Number.NaN, Number.POSITIVE_INFINITY],
    ...[null, undefined, true, 12n, [], ["1"], {}, { toString: () => "1" }],
  ];

  test("T-19 K43: anything but digits with two decimals at most is refused, and told what is wanted", () => {
    const answers = malformed.map(faultOf);

    expect([...new Set(answers)]).toEqual([
      'must be an amount in yuan: digits with at most 13 before the point and 2 behind it, such as "12.34"',
    ]);
  });

  test.each(["0", "0.0", "0.00", 0, -0])("T-19: %j is nothing to move", (value) => {
    expect(faultOf(value)).toBe("must be more than 0");
  });

  test("K43: comes back with two decimals, the same fen, as a string and as a JSON number", () => {
    fc.assert(
      fc.property(anyFen, (fen) => {
        const text = formatAmount(fen);

        expect(text).toMatch(/^(0|[1-9]\d{0,12})\.\d\d$/);
        expect(readAmount(text)).toEqual({ fen });
        expect(readAmount(JSON.parse(text))).toEqual({ fen });
        expect(BigInt(text.replace(".", ""))).toBe(BigInt(fen));
      }),
    );
  });

  test("K43: any number that is read writes the same number again", () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer(), fc.float()), (value) => {
        const read = readAmount(value);
        if ("fen" in read) expect(Number(formatAmount(read.fen))).toBe(value);
      }),
    );
  });

  test("K43: a third decimal is refused even where it is nearly nothing", () => {
    fc.assert(
      fc.property(anyFen, fc.integer({ min: 0, max: 9 }), (fen, digit) => {
        expect(faultOf(`${formatAmount(fen)}${digit}`)).toContain("2 behind it");
      }),
    );
  });
});

describe("a sum", () => {
  test("K40 K43: is exact, in any order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_000_000_000_000 }), { maxLength: 500 }),
        (amounts) => {
          const exact = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);

          expect(BigInt(sumFen(amounts as Fen[]) ?? -1)).toBe(exact);
          expect(sumFen(amounts.toReversed() as Fen[])).toBe(Number(exact));
        },
      ),
    );
  });

  test("K43: beyond 15 digits there is none, however many amounts it is made of", () => {
    const most = largest as Fen;

    expect(sumFen([most])).toBe(largest);
    expect(sumFen([most, 1 as Fen])).toBeUndefined();
    expect(sumFen(Array.from({ length: 500 }, () => most))).toBeUndefined();
    expect(sumFen([])).toBe(0);
  });
});
