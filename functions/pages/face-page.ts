import { runFacePage } from "./face-script.ts";
import { faceBrowserWords, faceWords } from "./face-words.ts";
import { type Html, html, trusted } from "./html.ts";
import { pageHeaders } from "./page-headers.ts";
import { signingStyle } from "./signing-style.ts";
import type { Language } from "./signing-words.ts";

/** What the person sees of a face check (C-31, mode A). */
export type FaceScreen =
  | {
      readonly name: "begin" | "again" | "waiting";
      readonly person: string;
      readonly expiresAt: string;
      readonly triesLeft: number;
    }
  | { readonly name: "passed" | "failed" | "expired" | "notFound" };

export type FacePageModel = {
  readonly language: Language;
  readonly screen: FaceScreen;
  /** The client's own words and colour (C-02 `uiConfig`); a logo would be a foreign asset and stays away. */
  readonly title?: string | undefined;
  readonly themeColor?: string | undefined;
};

type Say = (key: keyof typeof faceWords) => string;

// The function travels as its own source text; it is written to need nothing from its module.
const script = `(${runFacePage})()`;

/** Renders the page of one check. It holds no secret: the link itself stays in the address bar. */
export function facePage(model: FacePageModel): {
  readonly html: string;
  readonly headers: Record<string, string>;
} {
  const style = signingStyle + themed(model.themeColor);
  return {
    html: document(model, style).html,
    headers: pageHeaders({ script, style, language: model.language }),
  };
}

/** A line in the client's colour; buttons keep ours, whose contrast we know. */
function themed(colour: string | undefined): string {
  const room = "h1 { margin: 1rem 0 1.25rem; }\n";
  if (colour === undefined || !/^#[0-9a-fA-F]{6}$/.test(colour)) return room;
  return `${room}header { border-bottom: 3px solid ${colour}; }\n`;
}

function document({ language, screen, title }: FacePageModel, style: string): Html {
  const say: Say = (key) => faceWords[key][language];
  const words = Object.fromEntries(faceBrowserWords.map((key) => [key, say(key)]));
  const other = language === "en" ? "zh-CN" : "en";
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<title>${title ?? say("title")}</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body data-screen="${screen.name}" data-words="${JSON.stringify(words)}"${screen.name === "waiting" && html` data-waiting`}>
<header>
<p></p>
<a class="language" href="?lang=${other}" lang="${other}" hreflang="${other}">${say("otherLanguage")}</a>
</header>
<main>
<h1>${title ?? say("title")}</h1>
<noscript><p class="note problem">${say("noScript")}</p></noscript>
${showScreen(screen, language, say)}
</main>
<footer>
<p>${say("personal")}</p>
</footer>
<script>${trusted(script)}</script>
</body>
</html>
`;
}

function showScreen(screen: FaceScreen, language: Language, say: Say): Html {
  switch (screen.name) {
    case "begin":
    case "again":
      return begin(screen, language, say);
    case "waiting":
      return waiting(say);
    default:
      return html`
<section class="card moment">
<div class="still" aria-hidden="true"></div>
<h2>${say(`${screen.name}Title`)}</h2>
<p>${say(`${screen.name}Text`)}</p>
</section>`;
  }
}

function begin(
  screen: Extract<FaceScreen, { readonly person: string }>,
  language: Language,
  say: Say,
): Html {
  const { name, person, expiresAt, triesLeft } = screen;
  const again = name === "again";
  // Consent was given for the check, and holds for its tries.
  const consent = html`<label class="check"><input type="checkbox"> <span>${say("consent")}</span></label>`;
  return html`
<form class="card" novalidate>
<h2>${say(again ? "againTitle" : "beginTitle")}</h2>
<p>${say(again ? "againText" : "beginText")}</p>
<dl class="facts">
<div><dt>${say("person")}</dt><dd lang="zh-CN">${person}</dd></div>
<div><dt>${say("triesLeft")}</dt><dd>${triesLeft}</dd></div>
<div><dt>${say("deadline")}</dt><dd>${showTime(expiresAt, language)}</dd></div>
</dl>
${!again && consent}
<button class="primary">${say("begin")}</button>
<p class="note" role="status" data-note="plain">${!again && say("consentHint")}</p>
</form>`;
}

const waiting = (say: Say): Html => html`
<form class="card moment" novalidate>
<div class="breath" aria-hidden="true"></div>
<h2>${say("waitingTitle")}</h2>
<p>${say("waitingText")}</p>
<button class="secondary">${say("resume")}</button>
<p class="note" role="status" data-note="plain"></p>
</form>`;

/** Times are shown as the person's bank shows them: in Beijing. */
function showTime(at: string, language: Language): Html {
  const text = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "zh-CN", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "Asia/Shanghai",
  }).format(new Date(at));
  const zone = language === "en" ? " (Beijing)" : "（北京时间）";
  return html`<time datetime="${at}">${text}<span>${zone}</span></time>`;
}
