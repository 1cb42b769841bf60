import { createHash, createHmac, randomUUID } from "node:crypto";

/**
 * A partner's client in thirty lines: sign the request, send it, read the answer.
 * The signature covers method, path, query, time, nonce and the exact bytes of the body.
 */
export type Credentials = { readonly clientId: string; readonly secret: string };

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an example reads answers as JSON, whatever they hold.
  readonly body: any;
};

export function partnerClient(apiUrl: string, { clientId, secret }: Credentials, now = Date.now) {
  return async (method: "GET" | "POST", path: string, body?: unknown): Promise<Answer> => {
    const url = new URL(path, apiUrl);
    const text = body === undefined ? "" : JSON.stringify(body);
    const timestamp = String(now());
    const nonce = randomUUID();
    const query = url.search.slice(1).split("&").filter(Boolean).sort().join("&");
    const bodyHash = createHash("sha256").update(text).digest("hex");
    const signed = [method, url.pathname, query, timestamp, nonce, bodyHash].join("\n");
    const response = await fetch(url, {
      method,
      headers: {
        "x-client-id": clientId,
        "x-timestamp": timestamp,
        "x-nonce": nonce,
        "x-signature": createHmac("sha256", secret).update(signed).digest("hex"),
        ...(text === "" ? {} : { "content-type": "application/json" }),
      },
      ...(text === "" ? {} : { body: text }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
}
