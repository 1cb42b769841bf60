import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** What two systems share to sign requests to each other. */
export type Credential = { readonly clientId: string; readonly secret: string };

export type SignableRequest = {
  readonly method: string;
  /** As sent: percent-encoded, without the query. */
  readonly path: string;
  /** Raw query as sent, without the question mark. */
  readonly search: string;
  readonly body: Buffer | string;
};

export type SignatureCheck =
  | { readonly valid: true; readonly clientId: string; readonly nonce: string }
  | { readonly valid: false; readonly reason: string };

/** Clocks of two systems may differ by this much; a nonce must be remembered for twice as long. */
export const signatureWindowMs = 5 * 60_000;

const nonceForm = /^[A-Za-z0-9_-]{16,64}$/;

/**
 * Lower-case hex HMAC-SHA256 over method, path, sorted query, timestamp, nonce and body hash, joined by line feeds.
 * Written without a look at the application's own code, so that the two check each other.
 */
export function requestSignature(
  secret: string,
  request: SignableRequest,
  timestamp: string,
  nonce: string,
): string {
  const bodyHash = createHash("sha256").update(request.body).digest("hex");
  const text = [
    request.method,
    request.path,
    sortedQuery(request.search),
    timestamp,
    nonce,
    bodyHash,
  ].join("\n");
  return createHmac("sha256", secret).update(text).digest("hex");
}

/** The four headers of a signed request; `nowMs` and `nonce` come from the caller. */
export function signedHeaders(
  credential: Credential,
  request: SignableRequest,
  nowMs: number,
  nonce: string,
): Record<string, string> {
  const timestamp = String(Math.trunc(nowMs));
  return {
    "x-client-id": credential.clientId,
    "x-timestamp": timestamp,
    "x-nonce": nonce,
    "x-signature": requestSignature(credential.secret, request, timestamp, nonce),
  };
}

/** Says who signed, or in words which part is wrong. It does not remember nonces: the caller does, after the signature passed. */
export function checkSignature(
  request: SignableRequest & { readonly headers: Readonly<Record<string, string>> },
  credentials: readonly Credential[],
  nowMs: number,
): SignatureCheck {
  const clientId = request.headers["x-client-id"];
  const timestamp = request.headers["x-timestamp"] ?? "";
  const nonce = request.headers["x-nonce"] ?? "";
  const known = credentials.filter((credential) => credential.clientId === clientId);
  if (clientId === undefined || known.length === 0) {
    return refused(`X-Client-Id ${clientId ?? "is missing"}: no such client`);
  }
  if (!/^\d{13}$/.test(timestamp)) return refused("X-Timestamp must be milliseconds since 1970");
  if (Math.abs(Number(timestamp) - nowMs) > signatureWindowMs) {
    return refused(`X-Timestamp is more than ${signatureWindowMs / 60_000} minutes off`);
  }
  if (!nonceForm.test(nonce)) return refused("X-Nonce must be 16-64 letters, digits, _ or -");
  const given = Buffer.from(request.headers["x-signature"] ?? "");
  const matches = known.some((credential) => {
    const expected = Buffer.from(requestSignature(credential.secret, request, timestamp, nonce));
    // timingSafeEqual throws on unequal lengths; the length of a hex digest is no secret.
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!matches) return refused("X-Signature does not match method, path, query, nonce and body");
  return { valid: true, clientId, nonce };
}

/** Bytewise by UTF-8, which for the ASCII of a raw query is the plain string order. */
function sortedQuery(search: string): string {
  return search === "" ? "" : search.split("&").sort().join("&");
}

function refused(reason: string): SignatureCheck {
  return { valid: false, reason };
}
