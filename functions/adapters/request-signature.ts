import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { World } from "../world.ts";

/** What a signature covers (design 7): everything that decides what a request does, and when. */
export type SignedParts = {
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly body: Uint8Array;
};

/** Lowercase hex HMAC-SHA256 over the six parts, one a line. */
export function requestSignature(secret: string, parts: SignedParts): string {
  const query = parts.query.split("&").filter(Boolean).sort().join("&");
  const bodyHash = createHash("sha256").update(parts.body).digest("hex");
  const text = [parts.method, parts.path, query, parts.timestamp, parts.nonce, bodyHash].join("\n");
  return createHmac("sha256", secret).update(text).digest("hex");
}

/** Document T's signature inside the body (3.3): lowercase hex HMAC over the dialect's text. SM3 is GB/T 32905. */
export const transactionSignature = (
  secret: string,
  text: string,
  signType: "HMAC-SHA256" | "HMAC-SM3",
): string =>
  createHmac(signType === "HMAC-SM3" ? "sm3" : "sha256", secret)
    .update(text)
    .digest("hex");

/** Compares without telling by time how much matched; any length, any characters. */
export function sameSignature(expected: string, given: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}

/** The four headers of a request that we send to a peer. */
export function signedHeaders(
  world: World,
  peer: { readonly clientId: string; readonly secret: string },
  method: string,
  url: string,
  body: string,
): Record<string, string> {
  const { pathname, search } = new URL(url);
  const timestamp = String(Date.parse(world.now()));
  const nonce = world.randomBytes(16).toString("hex");
  return {
    "x-client-id": peer.clientId,
    "x-timestamp": timestamp,
    "x-nonce": nonce,
    "x-signature": requestSignature(peer.secret, {
      method,
      path: pathname,
      query: search.slice(1),
      timestamp,
      nonce,
      body: Buffer.from(body),
    }),
  };
}
