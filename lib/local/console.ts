import type { LocalClock } from "./clock.ts";
import type { LocalService, ServiceResponse } from "./service.ts";

/** What the console shows and moves. */
export type ConsoleView = {
  readonly links: Readonly<Record<string, string>>;
  readonly clock: LocalClock;
  /** Answer of `GET /_control/log`: calls and invocations by function, queues, failed calls. */
  readonly log: () => object;
};

/** A leap year: longer jumps would only expire everything at once. */
const longestAdvanceMs = 366 * 24 * 3600 * 1000;

/** The developer's page: where everything is, what was called, and the stack's clock. */
export function serveConsole(view: ConsoleView): LocalService["handle"] {
  return async ({ method, path, body }) => {
    const call = `${method} ${path}`;
    if (call === "GET /") return html(page(view));
    if (call === "GET /_control/log") return json(200, view.log());
    if (call === "GET /_control/clock") return json(200, { now: isoTime(view) });
    if (call === "POST /_control/clock") return advance(body, view);
    return json(404, {
      message: `${call}: there are GET /, GET /_control/log, GET and POST /_control/clock {"advanceMs"}`,
    });
  };
}

function advance(body: Buffer, view: ConsoleView): ServiceResponse {
  const ms = advanceMs(body);
  if (ms === undefined) {
    return json(400, {
      message: `send {"advanceMs": n} with n from 0 to ${longestAdvanceMs}: the clock only goes forward`,
    });
  }
  view.clock.advance(ms);
  return json(200, { now: isoTime(view) });
}

function advanceMs(body: Buffer): number | undefined {
  try {
    const { advanceMs: ms } = JSON.parse(body.toString()) as { advanceMs?: unknown };
    if (typeof ms === "number" && ms >= 0 && ms <= longestAdvanceMs) return ms;
  } catch {
    // Not JSON and a wrong number get the same answer.
  }
  return undefined;
}

function page(view: ConsoleView): string {
  const links = Object.entries(view.links)
    .map(([name, url]) => `<li><a href="${url}">${name}</a> <small>${url}</small></li>`)
    .join("");
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Qianyue local stack</title>
<meta name="viewport" content="width=device-width"><style>body{font:16px/1.6 system-ui;max-width:42rem;margin:2rem auto;padding:0 1rem}small{color:#666}</style>
<h1>Qianyue on this machine</h1><ul>${links}</ul>
<p>The stack's clock: <time>${isoTime(view)}</time>. Push it forward:
<button data-ms="60000">1 minute</button> <button data-ms="3600000">1 hour</button> <button data-ms="86400000">1 day</button></p>
<script>for (const button of document.querySelectorAll("button")) button.onclick = async () => {
await fetch("/_control/clock", { method: "POST", body: JSON.stringify({ advanceMs: Number(button.dataset.ms) }) });
location.reload(); };</script></html>`;
}

const isoTime = (view: ConsoleView) => new Date(view.clock.now()).toISOString();

function html(body: string): ServiceResponse {
  return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

function json(status: number, content: object): ServiceResponse {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(content, null, 2),
  };
}
