import { randomBytes } from "node:crypto";
import type { LocalClock } from "../clock.ts";
import { type CallbackFault, takeFault } from "./faults.ts";
import { everyItem, type Journal } from "./journal.ts";
import { type Credential, signedHeaders } from "./request-signature.ts";

/** One callback on its way, kept until a 2xx or the last attempt. */
type Callback = {
  readonly id: string;
  readonly url: string;
  readonly clientId: string;
  readonly contractId: string;
  readonly body: string;
  readonly status: "WAITING" | "DELIVERED" | "GIVEN_UP";
  readonly dueMs: number;
  /** How each attempt ended: an HTTP status, or words. "sending" is one cut short by the end of the process. */
  readonly attempts: readonly string[];
  /** Strikes the coming attempt once its delay has passed. */
  readonly fault?: CallbackFault;
};

/** The request of one attempt, signed now; spoilt where the fault says so. Words instead: why there is none. */
export type Seal = (
  callback: Callback,
  fault: CallbackFault | undefined,
  nowMs: number,
) =>
  | { readonly url: URL; readonly headers: Record<string, string>; readonly body: string }
  | string;

export type Outbox = {
  /** Puts the callback on disk; with the result in the same transaction neither is lost. */
  add(callback: Pick<Callback, "url" | "clientId" | "contractId" | "body">): void;
  list(): Callback[];
  /** Takes up what an earlier process left. */
  resume(): void;
  /** Lets go of what waits and what is under way; what is on disk stays there. */
  stop(): void;
};

/** Before the second to the fifth attempt. */
const backOffMs = [1_000, 3_000, 10_000, 30_000];
const attemptTimeoutMs = 5_000;

export function callbackOutbox(journal: Journal, clock: LocalClock, seal: Seal): Outbox {
  const timers = new Map<string, () => void>();
  let stopping = new AbortController();

  function schedule(callback: Callback): void {
    journal.write("callback", callback.id, callback);
    if (callback.status !== "WAITING") return;
    const due = clock.at(callback.dueMs, () => {
      timers.delete(callback.id);
      void attempt(callback.id);
    });
    timers.set(callback.id, due);
  }

  async function attempt(id: string): Promise<void> {
    const callback = journal.read<Callback>("callback", id);
    if (callback?.status !== "WAITING") return;
    const path = new URL(callback.url).pathname;
    const fault = callback.fault ?? takeFault(journal, "callback", "POST", path)?.callback;
    if (fault?.delayMs) {
      const { delayMs, ...rest } = fault;
      return schedule({ ...callback, fault: rest, dueMs: clock.now() + delayMs });
    }
    await send(callback, fault);
  }

  async function send(callback: Callback, fault: CallbackFault | undefined): Promise<void> {
    const { signal } = stopping;
    // On disk before it is sent: a crash may repeat an attempt, but never exceeds their number.
    const begun = { ...callback, attempts: [...callback.attempts, "sending"] };
    journal.write("callback", callback.id, begun);
    let outcome = fault?.drop ? "dropped" : await post(callback, fault, signal);
    for (let copies = fault?.duplicate ?? 0; copies > 0; copies--) {
      outcome = await post(callback, fault, signal);
    }
    // Nobody is left to tell: the journal may be closed or cleared by now.
    if (!signal.aborted) schedule(after(begun, outcome));
  }

  function after(callback: Callback, outcome: string): Callback {
    const { fault: _struck, ...rest } = callback;
    const attempts = [...callback.attempts.slice(0, -1), outcome];
    const pause = backOffMs[attempts.length - 1];
    if (/^2\d\d$/.test(outcome)) return { ...rest, attempts, status: "DELIVERED" };
    if (pause === undefined) return { ...rest, attempts, status: "GIVEN_UP" };
    return { ...rest, attempts, dueMs: clock.now() + pause };
  }

  async function post(
    callback: Callback,
    fault: CallbackFault | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const tampered = fault?.forgeSignature || fault?.otherContract !== undefined;
    const request = seal(callback, fault, clock.now());
    if (typeof request === "string") return request;
    try {
      const response = await fetch(request.url, {
        method: "POST",
        headers: { "content-type": "application/json", ...request.headers },
        body: request.body,
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]),
      });
      await response.body?.cancel();
      // The genuine result is still owed after a tampered one, whatever that was answered.
      return tampered ? `tampered ${response.status}` : String(response.status);
    } catch (cause) {
      const { message, cause: reason } = cause as Error;
      return `failed: ${reason instanceof Error ? reason.message : message}`;
    }
  }

  return {
    add(callback) {
      const id = randomBytes(8).toString("hex");
      schedule({ ...callback, id, status: "WAITING", dueMs: clock.now(), attempts: [] });
    },
    list: () => journal.list<Callback>("callback"),
    resume() {
      for (const callback of journal.list<Callback>("callback", everyItem)) {
        if (callback.status !== "WAITING") continue;
        const cutShort = callback.attempts.at(-1) === "sending";
        schedule(cutShort ? after(callback, "cut short") : callback);
      }
    },
    stop() {
      stopping.abort();
      stopping = new AbortController();
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}

/** The four headers of our own scheme, with the secret of the client that the callback is for. */
export function sealedFor(clients: readonly Credential[]): Seal {
  return (callback, fault, nowMs) => {
    const credential = clients.find((client) => client.clientId === callback.clientId);
    if (!credential) return `no secret of client ${callback.clientId} to sign with`;
    const { url, body } = misdirected(callback, fault?.otherContract);
    const headers = signedHeaders(
      fault?.forgeSignature
        ? { ...credential, secret: randomBytes(32).toString("hex") }
        : credential,
      { method: "POST", path: url.pathname, search: url.search.slice(1), body },
      nowMs,
      randomBytes(16).toString("hex"),
    );
    return { url, headers, body };
  };
}

/** Well signed, but about another contract: in the body and, where it is named, in the path. */
function misdirected(callback: Callback, otherContract: string | undefined) {
  if (otherContract === undefined) return { url: new URL(callback.url), body: callback.body };
  const path = callback.url.replaceAll(callback.contractId, encodeURIComponent(otherContract));
  const body = JSON.stringify({ ...JSON.parse(callback.body), contractId: otherContract });
  return { url: new URL(path), body };
}
