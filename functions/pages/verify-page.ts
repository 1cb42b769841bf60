import { type Html, html, trusted } from "./html.ts";
import { pageHeaders } from "./page-headers.ts";
import { signingStyle } from "./signing-style.ts";
import type { Language } from "./signing-words.ts";
import { runVerifyPage } from "./verify-script.ts";
import { verifyStyle } from "./verify-style.ts";
import {
  type VerifyOutcome,
  verifyBrowserWords,
  verifyOutcomes,
  verifyWords,
} from "./verify-words.ts";

type Key = keyof typeof verifyWords;
type Say = (key: Key) => string;

// The function travels as its own source text; it is written to need nothing from its module.
const script = `(${runVerifyPage})()`;
const style = signingStyle + verifyStyle;

/**
 * The page where anybody checks a file, for one contract when a QR code led here. It says the same whether
 * that contract exists or not: only whoever holds a file learns anything.
 */
export function verifyPage(language: Language, contractId?: string) {
  return {
    html: document(language, contractId).html,
    headers: pageHeaders({ script, style, language }),
  };
}

function document(language: Language, contractId: string | undefined): Html {
  const say: Say = (key) => verifyWords[key][language];
  const words = Object.fromEntries(verifyBrowserWords.map((key) => [key, say(key)]));
  const other = language === "en" ? "zh-CN" : "en";
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<title>${say("title")}</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body data-words="${JSON.stringify(words)}"${contractId && html` data-contract="${contractId}"`}>
<header>
<p></p>
<a class="language" href="?lang=${other}" lang="${other}" hreflang="${other}">${say("otherLanguage")}</a>
</header>
<main>
<h1>${say("title")}</h1>
<p class="lead">${say("intro")}</p>
<noscript><p class="note problem">${say("noScript")}</p></noscript>
${contractId && html`<dl class="facts"><div><dt>${say("about")}</dt><dd class="number">${contractId}</dd></div></dl>`}
${form(say)}
<section data-result hidden>
<div class="card">
${verifyOutcomes.map((name) => outcome(name, say))}
${facts(say)}
<button type="button" class="secondary" data-another>${say("another")}</button>
</div>
</section>
</main>
<footer>
<p>${say("independent")}</p>
<p><a class="offline" href="${contractId ? "offline" : "verify/offline"}" download>${say("offline")}</a></p>
</footer>
<script>${trusted(script)}</script>
</body>
</html>
`;
}

const form = (say: Say): Html => html`<section class="card" data-form>
<label class="drop">
<input type="file" accept="application/pdf,.pdf,.zip">
<span class="primary">${say("choose")}</span>
<span class="hint">${say("drop")}</span>
</label>
<p class="file" data-name></p>
<progress hidden aria-label="${say("reading")}" value="0"></progress>
<p class="note" data-note="plain" role="status"></p>
<p class="promise">${icon(lock)}<span>${say("privacy")}</span></p>
</section>`;

function outcome(name: VerifyOutcome, say: Say): Html {
  const { mark, tone } = looks[name];
  return html`<div class="outcome" data-outcome="${name}"${tone && html` data-${tone}`} hidden>
<div class="mark">${icon(mark)}</div>
<h2 tabindex="-1">${say(`${name}Title`)}</h2>
<p>${say(`${name}Text`)}</p>
</div>`;
}

/** One list for all outcomes: the script fills it, and hides what is not known of a file. */
const facts = (say: Say): Html => html`<dl class="facts" data-facts>
${(["contract", "sealedAt", "timestamp", "logIndex"] as const).map(
  (key) =>
    html`<div data-known><dt>${say(key)}</dt><dd class="number" data-value="${key}"></dd></div>`,
)}
<div class="long" data-known><dt>${say("root")}</dt><dd data-value="root"></dd></div>
<div class="long"><dt>${say("fingerprint")}</dt><dd data-value="fingerprint"></dd></div>
</dl>`;

const icon = (path: string): Html =>
  html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`;

const check = "M5 12.5l4.5 4.5L19 7.5";
const cross = "M7 7l10 10M17 7L7 17";
const pause = "M6 12h12";
const lock = "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11";

const looks: Readonly<
  Record<VerifyOutcome, { readonly mark: string; readonly tone?: "good" | "bad" }>
> = {
  signed: { mark: check, tone: "good" },
  agreement: { mark: check, tone: "good" },
  unsigned: { mark: cross, tone: "bad" },
  other: { mark: cross, tone: "bad" },
  unknown: { mark: cross, tone: "bad" },
  bundle: { mark: pause },
  tooLarge: { mark: pause },
  failed: { mark: pause },
  oldBrowser: { mark: pause },
};
