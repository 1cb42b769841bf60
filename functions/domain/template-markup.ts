import type { Fact, TemplateBlock } from "./agreement.ts";
import type { TextFault } from "./plain-text.ts";
import { withPlainPlaceholders } from "./template-text.ts";

/** Markup that is not the subset; line and column count from 1, columns in UTF-16 units. */
export class MarkupRefused extends Error {
  override readonly name = "MarkupRefused";
}

/** An agreement of more elements is a mistake; the limit also bounds the work on a hostile text. */
const elementLimit = 2000;

type Tag = keyof typeof parents;

/** The whole subset: each tag with where it may stand. Nothing else is read, and no attribute. */
const parents = {
  h1: ["document"],
  h2: ["document"],
  h3: ["document"],
  p: ["document"],
  ol: ["document"],
  li: ["ol"],
  table: ["document"],
  thead: ["table"],
  tbody: ["table"],
  tr: ["table", "thead", "tbody"],
  th: ["tr"],
  td: ["tr"],
  strong: ["p"],
} as const;

const holdsText: readonly (Tag | "document")[] = [
  "h1",
  "h2",
  "h3",
  "p",
  "li",
  "th",
  "td",
  "strong",
];

type Element = {
  readonly tag: Tag | "document";
  readonly at: number;
  readonly children: Element[];
  text: string;
};

/**
 * Reads the HTML subset (D-32) into the blocks that component JSON holds: `h1` is the title, `h2` and `h3` are
 * articles, `li` clauses, both numbered by us; a paragraph that is `strong` as a whole is a notice, a table of two
 * columns the facts. `faultOf` judges each text. Throws MarkupRefused at the first thing that is not the subset.
 */
export function parseMarkup(
  source: string,
  faultOf: (text: string) => TextFault | undefined,
): { readonly title?: string; readonly blocks: readonly TemplateBlock[] } {
  const refuse = refusals(source);
  const { children } = readElements(source, refuse, faultOf);
  const titles = children.filter(({ tag }) => tag === "h1");
  const [title, second] = titles;
  if (second !== undefined) refuse(second.at, "there is a second <h1>; an agreement has one title");
  const blocks = children.flatMap((element) => blocksOf(element, refuse));
  return { ...(title ? { title: textOf(title, refuse) } : {}), blocks };
}

type Refuse = (at: number, message: string) => never;

/** Names a place as an editor does. */
function refusals(source: string): Refuse {
  return (at, message) => {
    const lines = source.slice(0, at).split("\n");
    const column = (lines.at(-1)?.length ?? 0) + 1;
    throw new MarkupRefused(`line ${lines.length}, column ${column}: ${message}`);
  };
}

const tagAt = /<(\/?)([A-Za-z][A-Za-z0-9]*)([^<>]*)>/y;

/** One pass over the text: every position is looked at once, whatever is in it. */
function readElements(
  source: string,
  refuse: Refuse,
  faultOf: (text: string) => TextFault | undefined,
): Element {
  const root: Element = { tag: "document", at: 0, children: [], text: "" };
  const open: Element[] = [root];
  let count = 0;
  for (let at = 0; at < source.length; ) {
    const inside = open.at(-1) ?? root;
    if (source[at] !== "<") {
      const end = source.indexOf("<", at);
      const text = source.slice(at, end === -1 ? source.length : end);
      inside.text += readText(text, at, inside, refuse, faultOf);
      at += text.length;
      continue;
    }
    tagAt.lastIndex = at;
    const [whole, slash, name = "", rest = ""] = tagAt.exec(source) ?? [];
    if (whole === undefined)
      return refuse(at, "a < that begins no tag; write &lt; for the sign itself");
    const tag = tagNamed(name) ?? refuse(at, `<${slash}${name}> is not in the subset: ${allTags}`);
    if (rest.trim() !== "") refuse(at, `<${name}> has an attribute or a slash; tags stand bare`);
    if (slash === "/") {
      if (inside.tag !== tag) refuse(at, `</${tag}> closes <${inside.tag}>`);
      open.pop();
    } else {
      if (!(parents[tag] as readonly string[]).includes(inside.tag))
        refuse(at, `<${tag}> may not stand in ${inside.tag}`);
      count += 1;
      if (count > elementLimit) refuse(at, `there are more than ${elementLimit} elements`);
      const element: Element = { tag, at, children: [], text: "" };
      inside.children.push(element);
      open.push(element);
    }
    at += whole.length;
  }
  const left = open.at(-1);
  if (left !== undefined && left !== root) refuse(left.at, `<${left.tag}> is never closed`);
  return root;
}

const allTags = Object.keys(parents).join(", ");

const tagNamed = (name: string): Tag | undefined =>
  Object.hasOwn(parents, name.toLowerCase()) ? (name.toLowerCase() as Tag) : undefined;

function readText(
  text: string,
  at: number,
  inside: Element,
  refuse: Refuse,
  faultOf: (text: string) => TextFault | undefined,
): string {
  const line = text.replace(/[\t\r\n]/g, " ");
  if (!holdsText.includes(inside.tag)) {
    const first = line.search(/[^ ]/);
    if (first !== -1) refuse(at + first, `text may not stand in ${inside.tag}; put it into <p>`);
    return "";
  }
  const fault = faultOf(line);
  if (fault !== undefined) refuse(at + fault.at, fault.message);
  const stray = line.search(/&(?!(?:amp|lt|gt|quot);)/);
  if (stray !== -1)
    refuse(at + stray, "write & as &amp;; other entities than amp, lt, gt, quot are not read");
  const lines = text.split(/[\r\n]/).map((part) => part.replaceAll("\t", " "));
  return lines.join("\n").replace(/&(amp|lt|gt|quot);/g, (_, name: string) => entities[name] ?? "");
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function blocksOf(element: Element, refuse: Refuse): TemplateBlock[] {
  switch (element.tag) {
    case "h2":
    case "h3":
      return [{ kind: "heading", text: textOf(element, refuse) }];
    case "p":
      return [paragraphOf(element, refuse)];
    case "ol":
      return element.children.map((item) => ({ kind: "clause", text: textOf(item, refuse) }));
    case "table":
      return [{ kind: "facts", facts: rowsOf(element).map((row) => factOf(row, refuse)) }];
    default:
      return [];
  }
}

/** The blocks know no emphasis within a sentence, and dropping it silently would change what the author stressed. */
function paragraphOf(element: Element, refuse: Refuse): TemplateBlock {
  const [strong, ...others] = element.children;
  if (strong === undefined) return { kind: "paragraph", text: textOf(element, refuse) };
  if (others.length > 0 || element.text.trim() !== "")
    refuse(strong.at, "<strong> may only hold a whole paragraph, which then is a notice");
  return { kind: "notice", text: textOf(strong, refuse) };
}

const rowsOf = (table: Element): Element[] =>
  table.children.flatMap((child) => (child.tag === "tr" ? [child] : child.children));

function factOf(row: Element, refuse: Refuse): Fact {
  const [label, value, ...more] = row.children;
  if (label === undefined || value === undefined || more.length > 0)
    return refuse(row.at, "a row has two cells: what it is, and its value");
  return { label: textOf(label, refuse), value: textOf(value, refuse) };
}

/** A line break of the source is none of the agreement: between Chinese characters it leaves nothing, else a space. */
function textOf(element: Element, refuse: Refuse): string {
  const lines = element.text.split("\n").map((line) => line.replace(/ +/g, " ").trim());
  const text = lines.filter(Boolean).join("\n");
  if (text === "") refuse(element.at, `<${element.tag}> is empty`);
  return withPlainPlaceholders(text.replace(betweenChinese, "").replaceAll("\n", " "));
}

const betweenChinese = /(?<=[\p{Script=Han}，。；：、）》”])\n(?=[\p{Script=Han}（《“])/gu;
