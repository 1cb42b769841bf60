import * as z from "zod";
import {
  invalid,
  parsedBody,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "./control.ts";
import type { Journal } from "./journal.ts";
import { html, languageOf, showPage } from "./page.ts";
import { authorityKeys } from "./timestamp-keys.ts";
import { type Flaw, flaws, timestampReply } from "./timestamp-reply.ts";
import { json, type WireAnswer, type WireRequest } from "./wire.ts";

export type TimestampSimulator = Simulator & {
  /** PEM of the root that clients of this authority must trust. */
  readonly rootPem: string;
};

const flawScript = z.strictObject({
  flaw: z.enum(flaws),
  /** How many tokens are spoilt; all that follow if absent. */
  times: z.int().min(1).max(1_000_000).optional(),
});
type FlawScript = z.infer<typeof flawScript>;
const scriptKey = ["flaw-script", "script"] as const;

/**
 * A time-stamp authority (RFC 3161 over HTTP) whose root lies in its folder and calls itself
 * development-only. `POST /` answers tokens; `PUT /_control/flaw` `{"flaw", "times"?}` makes them
 * wrong, `DELETE /_control/flaw` right again; `GET /_control/root` is the root as PEM.
 */
export async function timestampSimulator(options: SimulatorOptions): Promise<TimestampSimulator> {
  const { clock, directory } = options;
  const keys = await authorityKeys(directory, clock.now());
  // Since the start only: a durable count would double what a token costs.
  let tokens = 0;
  const simulator = await startSimulator("timestamp", options, (journal) => ({
    handle(request) {
      if (request.method !== "POST" || request.path !== "/") {
        return json(404, {
          code: "NOT_FOUND",
          message: `${request.method} ${request.path}: the authority knows POST / only`,
        });
      }
      const type = request.headers["content-type"];
      if (type !== "application/timestamp-query")
        return invalid([["content-type", "must be application/timestamp-query (RFC 3161, 3.4)"]]);
      const flaw = takeFlaw(journal);
      const reply = timestampReply(request.body, { keys, nowMs: clock.now(), flaw });
      if (reply === undefined) return invalid([["body", "is no TimeStampReq"]]);
      tokens += 1;
      return {
        status: 200,
        headers: { "content-type": "application/timestamp-reply" },
        body: reply,
      };
    },
    home: (request) => homePage(request, tokens, keys.rootPem),
    state: () => ({ tokens, flaw: readScript(journal) ?? null }),
    control: (request) => control(request, journal, keys.rootPem),
  }));
  return { ...simulator, rootPem: keys.rootPem };
}

function control(request: WireRequest, journal: Journal, rootPem: string): WireAnswer | undefined {
  const call = `${request.method} ${request.path}`;
  if (call === "GET /_control/root")
    return { status: 200, headers: { "content-type": "application/x-pem-file" }, body: rootPem };
  if (call === "DELETE /_control/flaw") {
    journal.write(...scriptKey, null);
    return { status: 204 };
  }
  if (call !== "PUT /_control/flaw") return undefined;
  const script = parsedBody(flawScript, request.body);
  if ("refusal" in script) return script.refusal;
  journal.write(...scriptKey, script.value);
  return json(200, script.value);
}

const readScript = (journal: Journal): FlawScript | null | undefined => journal.read(...scriptKey);

function takeFlaw(journal: Journal): Flaw | undefined {
  const script = readScript(journal);
  if (!script) return undefined;
  const { flaw, times } = script;
  if (times !== undefined)
    journal.write(...scriptKey, times > 1 ? { flaw, times: times - 1 } : null);
  return flaw;
}

function homePage(request: WireRequest, tokens: number, rootPem: string): WireAnswer {
  const language = languageOf(request);
  const { title, lead, made, root } = texts[language];
  return showPage({
    request,
    language,
    live: true,
    title,
    lead,
    main: html`<article class="card"><p>${made(tokens)}</p></article>
<article class="card"><p>${root}</p><pre>${rootPem}</pre></article>`,
  });
}

const texts = {
  zh: {
    title: "时间戳服务",
    lead: "这里代替第三方可信时间戳机构（RFC 3161）。证书标明仅供开发使用，不具有证明效力。",
    made: (count: number) => `启动以来已签发 ${count} 个时间戳。`,
    root: "信任此服务所需的根证书：",
  },
  en: {
    title: "Time-stamp authority",
    lead: "This stands in for a trusted third party (RFC 3161). Its certificates say development-only: they prove nothing in court.",
    made: (count: number) => `${count} tokens issued since the start.`,
    root: "The root certificate that trusts this authority:",
  },
};
