import { createHash, createHmac, randomUUID } from "node:crypto";

export type Credentials = { readonly clientId: string; readonly secret: string };

/** An answer as it came. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whoever calls by path reads answers as JSON, whatever they hold.
  readonly body: any;
};

type More = Readonly<Record<string, string>>;

/** The API itself gives up after 29 seconds. */
export const timeoutMs = 30_000;

/** Any route by its path, signed: for whoever speaks to the API without types. */
export function partnerClient(apiUrl: string, credentials: Credentials, now = Date.now) {
  return (
    method: "GET" | "POST",
    path: string,
    body?: unknown,
    headers: More = {},
  ): Promise<Answer> => {
    const url = urlOf(apiUrl, path);
    const text = body === undefined ? "" : JSON.stringify(body);
    const signed = signatureHeaders(credentials, { method, url, body: text }, now());
    return send(method, url, text, { ...signed, ...headers });
  };
}

/**
 * The four headers of a signed request. The signature covers method, path, query, time, nonce and the exact
 * bytes of the body. `now` is in milliseconds since 1970.
 */
export function signatureHeaders(
  { clientId, secret }: Credentials,
  request: { readonly method: string; readonly url: URL; readonly body: string },
  now: number,
  nonce: string = randomUUID(),
): Record<string, string> {
  const { method, url, body } = request;
  const query = url.search.slice(1).split("&").filter(Boolean).sort().join("&");
  const bodyHash = createHash("sha256").update(body).digest("hex");
  const signed = [method, url.pathname, query, now, nonce, bodyHash].join("\n");
  return {
    "x-client-id": clientId,
    "x-timestamp": String(now),
    "x-nonce": nonce,
    "x-signature": createHmac("sha256", secret).update(signed).digest("hex"),
  };
}

/** The address may have a path of its own, such as the stage of a gateway. */
export const urlOf = (apiUrl: string, path: string): URL =>
  new URL(apiUrl.replace(/\/+$/, "") + path);

/** Sends `body`, a JSON text or nothing. Throws when the answer is not JSON: then it is not the API's own. */
async function send(
  method: "GET" | "POST",
  url: URL,
  body: string,
  headers: More,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === "" ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === "" ? {} : { body }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const { status } = response;
  try {
    return { status, headers: response.headers, body: await response.json() };
  } catch (cause) {
    const told = `${method} ${url.pathname}: ${status} without JSON; send the same request again`;
    throw new Error(told, { cause });
  }
}
