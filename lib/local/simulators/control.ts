import * as z from "zod";
import type { LocalClock } from "../clock.ts";
import type { Listening } from "../service.ts";
import {
  answerWithFault,
  faultScript,
  isOwnFault,
  type OwnFaults,
  readFaults,
  takeFault,
  writeFaults,
} from "./faults.ts";
import { type Journal, openJournal } from "./journal.ts";
import { type Credential, checkSignature, signatureWindowMs } from "./request-signature.ts";
import { json, serve, type WireAnswer, type WireRequest, type WireResponse } from "./wire.ts";

/** `directory` holds the durable state; port 0 takes a free one; the clock is the stack's. */
export type SimulatorOptions = {
  readonly directory: string;
  readonly clock: LocalClock;
  readonly port?: number;
};

export type Simulator = Listening;

/** What one outside system does; log, state, faults and the control paths are the same for all. */
export type Behaviour = {
  /** One request of the system's own wire. Synchronous, so that no two requests interleave. */
  handle(request: WireRequest): WireAnswer;
  /** The page at `/`: a view for people, neither logged nor struck by faults. */
  home(request: WireRequest): WireAnswer;
  state(request: WireRequest): Record<string, unknown>;
  /** Control paths of this simulator alone; undefined if it is none of them. */
  control?(request: WireRequest): WireAnswer | undefined;
  /** Faults of this system's own; a script that names another is refused. */
  readonly ownFaults?: OwnFaults;
  readonly sendsCallbacks?: true;
  /** Present on systems that act by themselves (callbacks, expiry): sets no more timers and cancels those set. */
  stopTimers?(): void;
};

const logPage = { usual: 100, most: 500 };

/** Opens the journal, lets `behave` build the system on it, and serves both. */
export async function startSimulator(
  name: string,
  options: SimulatorOptions,
  behave: (journal: Journal, ownUrl: () => string) => Behaviour,
): Promise<Simulator> {
  const journal = openJournal(options.directory, name);
  const waiting = new Set<() => void>();
  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const cancel = options.clock.at(options.clock.now() + ms, () => {
        waiting.delete(cancel);
        resolve();
      });
      waiting.add(cancel);
    });
  const now = options.clock.now;
  let listening: Listening | undefined;
  const system = behave(journal, () => listening?.url ?? "");
  try {
    listening = await serve(
      (request) => respond(request, journal, system, now, wait),
      options.port,
    );
  } catch (cause) {
    system.stopTimers?.();
    journal.close();
    throw cause;
  }
  const { url, port, close } = listening;
  return {
    url,
    port,
    async close() {
      for (const cancel of waiting) cancel();
      system.stopTimers?.();
      await close();
      journal.close();
    },
  };
}

async function respond(
  request: WireRequest,
  journal: Journal,
  behaviour: Behaviour,
  now: () => number,
  wait: (ms: number) => Promise<void>,
): Promise<WireResponse> {
  if (request.path.startsWith("/_control")) return control(request, journal, behaviour);
  if (request.method === "GET" && request.path === "/") return behaviour.home(request);
  if (request.path === "/favicon.ico") return { status: 204 };

  const seq = journal.record(request, now());
  const rule = takeFault(journal, "kind", request.method, request.path);
  const response = rule
    ? await answerWithFault(rule, request, behaviour, wait)
    : behaviour.handle(request);
  journal.answered(seq, response === "cut" ? "cut" : String(response.status));
  return response;
}

function control(request: WireRequest, journal: Journal, behaviour: Behaviour): WireAnswer {
  const call = `${request.method} ${request.path}`;
  if (call === "GET /_control/log") return showLog(request, journal);
  if (call === "GET /_control/state") {
    return json(200, { ...behaviour.state(request), faults: readFaults(journal) });
  }
  if (call === "PUT /_control/faults") return replaceFaults(request, journal, behaviour);
  if (call === "DELETE /_control") {
    behaviour.stopTimers?.();
    journal.clear();
    return { status: 204 };
  }
  return (
    behaviour.control?.(request) ??
    json(404, {
      code: "NO_SUCH_CONTROL",
      message: `${call} is no control path; there are GET /_control/log, GET /_control/state, PUT /_control/faults and DELETE /_control`,
    })
  );
}

function showLog(request: WireRequest, journal: Journal): WireAnswer {
  const page = parsed(
    z.strictObject({
      after: z
        .string()
        .regex(/^\d{1,15}$/, "must be a sequence number")
        .default("0"),
      limit: z
        .string()
        .regex(/^[1-9]\d{0,2}$/, "must be a number from 1")
        .optional(),
    }),
    Object.fromEntries(new URLSearchParams(request.search)),
  );
  if ("refusal" in page) return page.refusal;
  const limit = Math.min(Number(page.value.limit ?? logPage.usual), logPage.most);
  const requests = journal.log(Number(page.value.after), limit);
  const next = requests.length === limit ? (requests.at(-1)?.seq ?? null) : null;
  return json(200, { requests, next });
}

function replaceFaults(request: WireRequest, journal: Journal, behaviour: Behaviour): WireAnswer {
  const script = parsedBody(faultScript, request.body);
  if ("refusal" in script) return script.refusal;
  const deaf = script.value.findIndex((rule) => rule.callback && !behaviour.sendsCallbacks);
  if (deaf >= 0) return invalid([[`${deaf}.callback`, "this simulator sends no callbacks"]]);
  const foreign = script.value.findIndex(
    ({ kind }) => isOwnFault(kind) && !behaviour.ownFaults?.[kind],
  );
  if (foreign >= 0) return invalid([[`${foreign}.kind`, "this simulator cannot play it"]]);
  writeFaults(journal, script.value);
  return json(200, { faults: script.value });
}

type Parsed<Value> = { readonly value: Value } | { readonly refusal: WireAnswer };

/** The body as `schema` wants it, or a 400 that names each wrong field. */
export function parsedBody<Value>(schema: z.ZodType<Value>, body: Buffer): Parsed<Value> {
  let data: unknown;
  try {
    data = JSON.parse(body.toString());
  } catch (cause) {
    return { refusal: invalid([["body", `is not JSON: ${(cause as Error).message}`]]) };
  }
  return parsed(schema, data);
}

/** `data` as `schema` wants it, or a 400 that names each wrong field. */
export function parsed<Value>(schema: z.ZodType<Value>, data: unknown): Parsed<Value> {
  const result = schema.safeParse(data);
  if (result.success) return { value: result.data };
  const fields = result.error.issues.map((issue): [string, string] => [
    issue.path.join(".") || "body",
    issue.message,
  ]);
  return { refusal: invalid(fields) };
}

export function invalid(fields: readonly (readonly [string, string])[]): WireAnswer {
  return json(400, {
    code: "INVALID_REQUEST",
    message: fields.map(([field, message]) => `${field}: ${message}`).join("; "),
    fields: fields.map(([field, message]) => ({ field, message })),
  });
}

/** Who signed the request, or the 401 that says what is wrong with it. A nonce counts as used only after its signature passed. */
export function authenticated(
  request: WireRequest,
  credentials: readonly Credential[],
  journal: Journal,
  nowMs: number,
): { readonly clientId: string } | { readonly refusal: WireAnswer } {
  const check = checkSignature(request, credentials, nowMs);
  if (!check.valid) return { refusal: unsigned(check.reason) };
  if (!journal.claimNonce(check.clientId, check.nonce, nowMs, 2 * signatureWindowMs)) {
    return { refusal: unsigned("X-Nonce was used before: every attempt needs a new one") };
  }
  return { clientId: check.clientId };
}

function unsigned(message: string): WireAnswer {
  return json(401, { code: "SIGNATURE_INVALID", message });
}
