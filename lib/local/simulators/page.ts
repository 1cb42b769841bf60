import { createHash } from "node:crypto";
import type { WireAnswer, WireRequest } from "./wire.ts";

export type Language = "zh" | "en";

/** Markup that is already escaped; everything else is escaped when it enters a template. */
export type Markup = { readonly markup: string };
type Insertion = string | number | Markup | readonly Markup[] | undefined;

/** Texts come from requests and from fault scripts: nothing enters a page unescaped. */
export function html(parts: TemplateStringsArray, ...values: readonly Insertion[]): Markup {
  return { markup: parts.reduce((text, part, at) => text + render(values[at - 1]) + part) };
}

/** `?lang=` first, then the browser's wish; Chinese unless English is asked for. */
export function languageOf(request: WireRequest): Language {
  const wished =
    new URLSearchParams(request.search).get("lang") ?? request.headers["accept-language"] ?? "";
  return wished.toLowerCase().startsWith("en") ? "en" : "zh";
}

export type Page = {
  readonly language: Language;
  readonly title: string;
  /** One sentence below the title: what this simulator stands for. */
  readonly lead: string;
  readonly main: Markup;
  /** Re-reads itself every two seconds, so that what arrives appears without a reload. */
  readonly live?: boolean;
  /** Where a form may lead besides this server: browsers apply form-action to redirects too. */
  readonly formTarget?: string;
  readonly request: WireRequest;
};

export function showPage(page: Page): WireAnswer {
  const { language, title } = page;
  const body = html`<!doctype html>
<html lang="${language === "zh" ? "zh-CN" : "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${words.simulator[language]}</title>
<style>${{ markup: style }}</style>
</head>
<body>
<header>
<p class="badge">${words.simulator[language]}</p>
<nav aria-label="${words.language[language]}">${languageLink(page.request, language)}</nav>
<h1>${title}</h1>
<p class="lead">${page.lead}</p>
</header>
<main aria-live="polite">${page.main}</main>
${page.live ? html`<script>${{ markup: liveScript }}</script>` : undefined}
</body>
</html>`;
  return {
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "content-security-policy": [
        "default-src 'none'",
        `style-src '${hashOf(style)}'`,
        `script-src '${hashOf(liveScript)}'`,
        "connect-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        `form-action 'self' ${page.formTarget ?? ""}`.trim(),
      ].join("; "),
    },
    body: body.markup,
  };
}

/** Local wall time of the stack's clock, to the second. */
export function time(iso: string, language: Language): Markup {
  const shown = new Date(iso).toLocaleString(language === "zh" ? "zh-CN" : "en-GB", {
    timeZone: "Asia/Shanghai",
    dateStyle: "medium",
    timeStyle: "medium",
  });
  return html`<time datetime="${iso}">${shown}</time>`;
}

const words = {
  simulator: { zh: "本机模拟", en: "Local simulator" },
  language: { zh: "语言", en: "Language" },
};

function languageLink(request: WireRequest, language: Language): Markup {
  const query = new URLSearchParams(request.search);
  query.set("lang", language === "zh" ? "en" : "zh");
  const [code, name] = language === "zh" ? ["en", "English"] : ["zh-CN", "中文"];
  return html`<a href="?${query.toString()}" lang="${code}">${name}</a>`;
}

function render(value: Insertion): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map((one: Markup) => one.markup).join("");
  if (typeof value === "object") return (value as Markup).markup;
  return String(value).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

const liveScript = `
setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href).catch(() => undefined);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  const shown = document.querySelector("main");
  if (fresh && fresh.innerHTML !== shown.innerHTML) shown.innerHTML = fresh.innerHTML;
}, 2000);
`;

const style = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#f6f5f1, #15171a);
  --card: light-dark(#ffffff, #1e2125);
  --ink: light-dark(#1d2327, #eceae4);
  --quiet: light-dark(#5a636b, #a6adb4);
  --line: light-dark(#e2dfd7, #32373d);
  --accent: light-dark(#0f5c4d, #7fd1bb);
  --good: light-dark(#17663a, #86d6a4);
  --bad: light-dark(#a12b22, #f2a19a);
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 38rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, "PingFang SC", "Noto Sans SC", "Microsoft YaHei", sans-serif;
}
header { display: grid; grid-template-columns: 1fr auto; align-items: center; }
header h1, .lead { grid-column: 1 / -1; }
h1 { margin: 1.5rem 0 0; font-size: 1.75rem; line-height: 1.25; font-weight: 600; }
h2 { margin: 2.25rem 0 .75rem; font-size: 1rem; font-weight: 600; }
h2:first-child { margin-top: 0; }
p { margin: 0; }
.badge, .lead, .quiet, time { color: var(--quiet); }
.badge, time, .quiet { font-size: .875rem; }
.lead { margin: .5rem 0 1.75rem; }
a { color: var(--accent); text-underline-offset: .2em; overflow-wrap: anywhere; }
:is(a, button):focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
.card {
  margin: 0 0 1rem; padding: 1rem 1.25rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
}
.bubble { border-start-start-radius: .25rem; }
.bubble p { white-space: pre-wrap; overflow-wrap: anywhere; }
.row { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between; align-items: baseline; }
.figure { font-size: 1.75rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; letter-spacing: .12em; font-weight: 600; }
.good { color: var(--good); }
.bad { color: var(--bad); }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1.25rem; margin: .75rem 0 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
details { margin-top: .75rem; }
summary { cursor: pointer; color: var(--quiet); }
pre { overflow-x: auto; margin: .5rem 0 0; font-size: .8125rem; line-height: 1.5; }
.face { display: block; width: 9rem; margin: 1rem auto 1.5rem; color: var(--accent); }
button {
  display: block; width: 100%; min-height: 3.5rem; margin: 0 0 .75rem; padding: .75rem 1rem;
  font: inherit; font-weight: 600; cursor: pointer; border-radius: 1rem;
  color: var(--ink); background: var(--card); border: 1px solid var(--quiet);
}
button.first { color: var(--paper); background: var(--accent); border-color: var(--accent); }
`;
