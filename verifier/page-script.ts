/// <reference lib="dom" />
import type { Claim, Report } from "./claim.ts";
import { type Language, titles, wordsOf } from "./messages.ts";
import { pageWords, type Word } from "./page-words.ts";
import { verdictWords } from "./table.ts";
import { readRoots, verify } from "./verify.ts";
import { limits } from "./zip.ts";

const find = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

let language: Language = navigator.language.startsWith("zh") ? "zh-CN" : "en";
let evidence: File | undefined;
let roots: string | undefined;
let report: Report | undefined;
/** Files may be dropped faster than they are checked; the last one counts. */
let latest = 0;

const word = (name: Word): string => pageWords[name][language];

function showWords(): void {
  document.documentElement.lang = language;
  document.title = word("title");
  for (const element of document.querySelectorAll<HTMLElement>("[data-word]"))
    element.textContent = word(element.dataset.word as Word);
  const other = find("language");
  other.textContent = word("otherLanguage");
  other.lang = language === "en" ? "zh-CN" : "en";
  if (report) showReport(report);
}

async function check(): Promise<void> {
  const file = evidence;
  if (file === undefined) return;
  const own = ++latest;
  report = undefined;
  find("report").hidden = false;
  find("table").hidden = true;
  find("name").textContent = file.name;
  say(word("working"), "");
  const bytes = new Uint8Array(await file.slice(0, limits.archiveBytes + 1).arrayBuffer());
  const checked = await verify(
    bytes,
    roots === undefined ? {} : { roots },
    new Date().toISOString(),
  );
  if (own !== latest) return;
  report = checked;
  showReport(checked);
}

function say(text: string, status: string): void {
  const verdict = find("verdict");
  verdict.textContent = text;
  verdict.dataset.status = status;
}

function showReport(shown: Report): void {
  say(verdictWords(shown, language), shown.verdict);
  find("claims").replaceChildren(...shown.claims.map(row));
  find("table").hidden = false;
}

function row({ title, status, says, culprit }: Claim): HTMLTableRowElement {
  const line = document.createElement("tr");
  line.dataset.status = status;
  // On narrow screens the table is laid out as blocks, and browsers then forget what it was.
  line.setAttribute("role", "row");
  const head = cell("th", titles[title][language]);
  head.scope = "row";
  const detail = cell("td", wordsOf(says, language));
  if (culprit !== undefined) {
    const where = document.createElement("span");
    where.className = "culprit";
    where.textContent = culprit;
    detail.prepend(where);
  }
  line.append(head, cell("td", word(status)), detail);
  return line;
}

function cell(tag: "th" | "td", text: string): HTMLTableCellElement {
  const made = document.createElement(tag);
  made.textContent = text;
  made.setAttribute("role", tag === "th" ? "rowheader" : "cell");
  return made;
}

/** Trust that cannot be read must not look like trust that was not asked for. */
async function takeRoots(file: File | undefined): Promise<void> {
  try {
    roots = file && (await file.slice(0, longestRoots).text());
    if (roots !== undefined) readRoots(roots);
  } catch {
    roots = undefined;
    latest++;
    find("report").hidden = false;
    find("table").hidden = true;
    find("name").textContent = file?.name ?? "";
    return say(word("badRoots"), "fails");
  }
  await check();
}

/** A browser's whole list of authorities has half of this. */
const longestRoots = 1024 * 1024;

function take(file: File | undefined): Promise<void> {
  evidence = file;
  return check();
}

find<HTMLInputElement>("evidence").addEventListener("change", (event) =>
  take((event.target as HTMLInputElement).files?.[0]),
);
find<HTMLInputElement>("roots").addEventListener("change", (event) =>
  takeRoots((event.target as HTMLInputElement).files?.[0]),
);
find("language").addEventListener("click", () => {
  language = language === "en" ? "zh-CN" : "en";
  showWords();
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.dataset.over = "";
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) delete document.body.dataset.over;
});
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  delete document.body.dataset.over;
  for (const file of Array.from(event.dataTransfer?.files ?? []))
    await (/\.(pem|crt)$/i.test(file.name) ? takeRoots(file) : take(file));
});
showWords();
