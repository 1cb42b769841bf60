import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { breakLines, type Line } from "../../functions/pages/line-breaking.ts";

const advance = (codePoint: number): number => (codePoint < 0x80 ? 0.5 : 1);
const broken = (text: string, characters: number): Line[] =>
  breakLines(text, { width: characters * 10, fontSize: 10, advance });
const texts = (lines: readonly Line[]): string[] =>
  lines.map((line) => line.map(({ text }) => text).join(""));
const end = (line: Line): number => {
  const last = line.at(-1);
  if (last === undefined) return 0;
  const letters = Array.from(last.text);
  const natural = letters.reduce(
    (sum, letter) => sum + advance(letter.codePointAt(0) ?? 0) * 10,
    0,
  );
  return last.x + natural + last.spacing * (letters.length - 1);
};

describe("breaking Chinese text into lines", () => {
  test("no closing mark begins a line and no opening mark ends one", () => {
    expect(texts(broken("一二三四，五六", 4))).toEqual(["一二三", "四，五六"]);
    expect(texts(broken("一二三四，五六", 4.5))).toEqual(["一二三四，", "五六"]);
    expect(texts(broken("一二三四》，五六", 4))).toEqual(["一二三", "四》，五", "六"]);
    expect(texts(broken("一二三《四五六》", 4))).toEqual(["一二三", "《四五六》"]);
  });

  test("marks of other scripts among Chinese keep to the same rule", () => {
    expect(texts(broken("一二三四-五六", 4))).toEqual(["一二三", "四-五六"]);
    expect(texts(broken("一二三四(五六)", 4.5))).toEqual(["一二三四", "(五六)"]);
    expect(texts(broken("一二三四五)六", 5))).toEqual(["一二三四", "五)六"]);
  });

  test("a dot of names or a dash begins no line, and two dashes stay together", () => {
    expect(texts(broken("阿依古丽·买买提", 4))).toEqual(["阿依古", "丽·买买", "提"]);
    expect(texts(broken("一二三——四五六", 4))).toEqual(["一二", "三——四", "五六"]);
  });

  test("all lines but the last end flush, and a mark's empty half hangs over the edge", () => {
    const lines = broken("一二三四五六七八九十一二三四五六七八，十一二三四五", 19.5);
    expect(texts(lines)[0]).toHaveLength(19);
    expect(end(lines[0] as Line)).toBeCloseTo(195 + 5);
  });

  test("a word of another script stays whole and stands off a little", () => {
    const [line] = broken("编号CT12号", 10);
    expect(line?.map(({ text, x }) => [text, Number(x.toFixed(3))])).toEqual([
      ["编号", 0],
      ["CT12", 20.8],
      ["号", 41.6],
    ]);
    expect(texts(broken("一二三四五六七 Long", 8))).toEqual(["一二三四五六七 ", "Long"]);
  });

  test("a word wider than half a line may break anywhere", () => {
    expect(texts(broken("a".repeat(30), 5))).toEqual([
      "a".repeat(10),
      "a".repeat(10),
      "a".repeat(10),
    ]);
  });

  test("the last line is never one character and its mark", () => {
    expect(texts(broken("一二三四五六七八九十外。", 10))).toEqual(["一二三四五六七八九", "十外。"]);
  });

  test("a line that would have to be stretched visibly stays ragged", () => {
    const [line] = broken("一二三 Longword", 6);
    expect(line?.[0]).toMatchObject({ text: "一二三", spacing: 0 });
  });

  test("whatever the text, nothing is lost and no line is much wider than the column", () => {
    const letters = fc.constantFrom(...Array.from("签约协议《》（）“”，。、；：——……aB7 -"));
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 120 }),
        fc.integer({ min: 4, max: 30 }),
        (all, width) => {
          const text = all.join("");
          const lines = broken(text, width);

          expect(texts(lines).join("")).toBe(text);
          const tailOf = (line: Line): number => {
            const last = line.at(-1)?.text ?? "";
            return (last.length - last.trimEnd().length) * 5 + 5;
          };
          for (const line of lines) {
            // Marks that may neither begin nor end a line can only overflow when nothing else is left to break at.
            if (/[签约协议]{2}/.test(texts([line])[0] ?? ""))
              expect(end(line) - tailOf(line)).toBeLessThanOrEqual(width * 10 + 0.001);
          }
        },
      ),
    );
  });
});
