/** A stretch of a line drawn in one go: `x` from the line's left edge, `spacing` after each character. */
export type Run = { readonly text: string; readonly x: number; readonly spacing: number };
export type Line = readonly Run[];

type Measure = {
  readonly width: number;
  readonly fontSize: number;
  /** First-line indent. */
  readonly indent?: number;
  /** Width of a code point in em. */
  readonly advance: (codePoint: number) => number;
};

/** What may not be torn apart: one Chinese character, or a word in another script with its spaces. */
type Unit = {
  readonly text: string;
  readonly chinese: boolean;
  readonly width: number;
  /** The part of the width that vanishes at a line's end: half a mark, or the blanks after a word. */
  readonly blank: number;
};

/** A unit and the distance to the one before it, which may be negative between two brackets. */
type Placed = { readonly unit: Unit; readonly gap: number };

/**
 * Breaks Chinese text into lines by the rules of GB/T 15834 and CLREQ: no closing mark begins a line,
 * no opening mark ends one, marks give up their empty half at the edges and next to each other, words
 * of other scripts stand off a little, and all lines but the last end flush. Lengths are in points.
 */
export function breakLines(text: string, measure: Measure): Line[] {
  const { width, fontSize, indent = 0 } = measure;
  const units = unitsOf(text, measure);
  const lines: Line[] = [];
  for (let start = 0; start < units.length; ) {
    const left = lines.length === 0 ? indent : 0;
    const full = lineEnd(units, start, width - left, fontSize);
    const end = leavesOneBehind(units, start, full) ? full - 1 : full;
    const placed = place(units.slice(start, end), fontSize);
    const slack = end === units.length ? 0 : width - left - lengthOf(placed);
    lines.push(runsOf(placed, left, slack, fontSize));
    start = end;
  }
  return lines;
}

const neverFirst = "，。、；：！？）》」』】〕〉”’…—·%-–,.;:!?)]}";
const neverLast = "（《「『【〔〈“‘([{";
const emptyOnTheRight = new Set("，。、；：）》」』】〕〉");
const emptyOnTheLeft = new Set("（《「『【〔〈");

// Ideographs, kana, Chinese punctuation, full-width forms, and the quotes and dashes Chinese shares.
const chineseCharacter =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF“”‘’…—·]/u;

/** Space between Chinese and another script, in em: text extraction takes a tenth of an em for a blank. */
const scriptGap = 0.08;
/** A line that would need more stretching than this, in em per gap, stays ragged, for the same reason. */
const loosestGap = 0.08;

function unitsOf(text: string, { advance, fontSize, width }: Measure): Unit[] {
  const widthOf = (part: string): number =>
    Array.from(part).reduce((sum, letter) => sum + advance(codePoint(letter)), 0) * fontSize;
  const measured = (part: string, chinese: boolean): Unit => {
    const width = widthOf(part);
    const blank = emptyOnTheRight.has(part) ? fontSize / 2 : width - widthOf(part.trimEnd());
    return { text: part, chinese, width, blank };
  };
  const units: Unit[] = [];
  let word = "";
  const endWord = (): void => {
    if (word === "") return;
    const unit = measured(word, false);
    // A word wider than half a line, such as a hash, may break anywhere.
    if (unit.width <= width / 2) units.push(unit);
    else for (const letter of word) units.push(measured(letter, false));
    word = "";
  };
  for (const letter of text) {
    if (!chineseCharacter.test(letter)) {
      if (letter !== " " && word.endsWith(" ")) endWord();
      word += letter;
      continue;
    }
    endWord();
    units.push(measured(letter, true));
  }
  endWord();
  return units;
}

const codePoint = (letter: string): number => letter.codePointAt(0) ?? 0;

/** Index after the last unit of the line that begins at `start`; always takes at least one. */
function lineEnd(units: readonly Unit[], start: number, width: number, fontSize: number): number {
  let end = start;
  let natural = 0;
  while (end < units.length) {
    const unit = units[end] as Unit;
    const before = end === start ? undefined : units[end - 1];
    natural += gapBefore(unit, before, fontSize) + unit.width;
    if (natural - unit.blank > width) break;
    end += 1;
  }
  if (end === units.length) return end;
  for (let at = end; at > start + 1; at--) if (mayBreak(units, at)) return at;
  return Math.max(end, start + 1);
}

/** A last line of one character and its mark looks forgotten; the line above can spare a second one. */
const leavesOneBehind = (units: readonly Unit[], start: number, end: number): boolean =>
  end < units.length && end > units.length - 3 && end - start > 8 && mayBreak(units, end - 1);

/** Whether a line may end before unit `at`. */
function mayBreak(units: readonly Unit[], at: number): boolean {
  const [last, next] = [units[at - 1] as Unit, units[at] as Unit];
  if (neverLast.includes(last.text.slice(-1)) || neverFirst.includes(next.text.charAt(0)))
    return false;
  // Two dashes or two groups of dots are one mark.
  return !(last.text === next.text && "—…".includes(last.text));
}

const place = (units: readonly Unit[], fontSize: number): Placed[] =>
  units.map((unit, index) => ({ unit, gap: gapBefore(unit, units[index - 1], fontSize) }));

function gapBefore(unit: Unit, before: Unit | undefined, fontSize: number): number {
  if (before === undefined) return emptyOnTheLeft.has(unit.text) ? -fontSize / 2 : 0;
  if (unit.chinese !== before.chinese) {
    const [outer, chinese] = unit.chinese ? [before, unit] : [unit, before];
    const apart = /[\p{L}\p{N}]/u.test(outer.text) && /\p{Script=Han}/u.test(chinese.text);
    return apart && !before.text.endsWith(" ") ? fontSize * scriptGap : 0;
  }
  const twoHalves =
    (emptyOnTheRight.has(before.text) &&
      (emptyOnTheRight.has(unit.text) || emptyOnTheLeft.has(unit.text))) ||
    (emptyOnTheLeft.has(before.text) && emptyOnTheLeft.has(unit.text));
  return twoHalves ? -fontSize / 2 : 0;
}

const lengthOf = (placed: readonly Placed[]): number =>
  placed.reduce((sum, { unit, gap }) => sum + gap + unit.width, 0) -
  (placed.at(-1)?.unit.blank ?? 0);

/** Shares `slack` among the gaps and joins what then has equal spacing into runs. */
function runsOf(placed: readonly Placed[], left: number, slack: number, fontSize: number): Run[] {
  const share = placed.length > 1 ? slack / (placed.length - 1) : 0;
  const stretch = share > fontSize * loosestGap ? 0 : share;
  const runs: { text: string; x: number; spacing: number }[] = [];
  let x = left;
  let open: (typeof runs)[number] | undefined;
  for (const [index, { unit, gap }] of placed.entries()) {
    x += gap + (index === 0 ? 0 : stretch);
    if (open !== undefined && unit.chinese && gap === 0) open.text += unit.text;
    else {
      open = { text: unit.text, x, spacing: unit.chinese ? stretch : 0 };
      runs.push(open);
      if (!unit.chinese) open = undefined;
    }
    x += unit.width;
  }
  return runs;
}
