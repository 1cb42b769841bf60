import { pageStyle } from "./page-style.ts";
import { pageWords, type Word } from "./page-words.ts";

export const languages = ["zh-CN", "en"] as const;

/**
 * The verifier as one page, which works from a file and without a network. `hash` names a text in the
 * way of a content security policy: the page runs its own script and style and reaches nothing else.
 */
export function verifierPage({
  script,
  hash,
}: {
  readonly script: string;
  readonly hash: (text: string) => string;
}): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(pageStyle)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const word = (name: Word): string => pageWords[name]["zh-CN"];
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${word("title")}</title>
<style>${pageStyle}</style>
<header><h1 data-word="title">${word("title")}</h1><button type="button" id="language" lang="en">${word("otherLanguage")}</button></header>
<main>
<p class="lead" data-word="lead">${word("lead")}</p>
<section class="card">
<div class="drop"><label for="evidence" data-word="evidence">${word("evidence")}</label>
<p class="hint" id="evidence-hint" data-word="drop">${word("drop")}</p>
<input type="file" id="evidence" accept=".zip,.pdf" aria-describedby="evidence-hint"></div>
<div class="other"><label for="roots" data-word="roots">${word("roots")}</label>
<input type="file" id="roots" accept=".pem,.crt,.txt" aria-describedby="roots-hint">
<p class="hint" id="roots-hint" data-word="rootsHint">${word("rootsHint")}</p></div>
</section>
<section class="card" id="report" hidden>
<div role="status"><h2 class="verdict" id="verdict"></h2></div>
<p class="name" id="name"></p>
<table id="table" role="table" hidden>
<caption data-word="claims">${word("claims")}</caption>
<thead><tr><th scope="col" data-word="claim">${word("claim")}</th><th scope="col" data-word="result">${word("result")}</th><th scope="col" data-word="detail">${word("detail")}</th></tr></thead>
<tbody id="claims"></tbody>
</table>
</section>
</main>
<script>${script}</script>
</html>
`;
}
