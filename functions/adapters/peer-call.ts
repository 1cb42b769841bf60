import type * as z from "zod";
import { NoAnswer, type World } from "../world.ts";
import type { Peer } from "./peers.ts";
import { signedHeaders } from "./request-signature.ts";

/** Answers of our peers are small records; anything larger is not one. */
const answerLimitBytes = 64 * 1024;

/** The peer did not do its part: no answer, a busy or broken one. The effect may have happened; the same key is safe. */
export class PeerUnavailable extends Error {
  override readonly name = "PeerUnavailable";
}

/** The peer understood and said no; asking again would not change its mind. */
export class PeerRefused extends Error {
  override readonly name = "PeerRefused";
}

export type PeerCall<T> = {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly body?: unknown;
  /** Same key, same effect: what makes a retry after a lost answer harmless. */
  readonly idempotencyKey?: string;
  readonly timeoutMs: number;
  readonly answer: z.ZodType<T>;
};

/** One signed call. Throws PeerUnavailable or PeerRefused; the text carries no body, for bodies carry people. */
export async function callPeer<T>(world: World, peer: Peer, call: PeerCall<T>): Promise<T> {
  const body = call.body === undefined ? "" : JSON.stringify(call.body);
  const where = `${call.method} ${new URL(call.url).pathname}`;
  const response = await world
    .http({
      method: call.method,
      url: call.url,
      headers: {
        ...signedHeaders(world, peer, call.method, call.url, body),
        ...(body === "" ? {} : { "content-type": "application/json" }),
        ...(call.idempotencyKey ? { "idempotency-key": call.idempotencyKey } : {}),
      },
      ...(body === "" ? {} : { body }),
      timeoutMs: call.timeoutMs,
      maxBytes: answerLimitBytes,
    })
    .catch((cause: unknown) => {
      if (!(cause instanceof NoAnswer)) throw cause;
      throw new PeerUnavailable(cause.message, { cause });
    });
  if (response.status === 429 || response.status >= 500 || response.status < 200)
    throw new PeerUnavailable(`${where}: answered ${response.status}`);
  if (response.status >= 300) throw new PeerRefused(`${where}: answered ${response.status}`);
  try {
    return call.answer.parse(JSON.parse(response.body));
  } catch (cause) {
    // A malformed answer proves nothing about the effect, exactly like a lost one.
    throw new PeerUnavailable(`${where}: the answer is malformed`, { cause });
  }
}
