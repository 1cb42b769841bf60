import { createHash, createHmac, randomUUID } from "node:crypto";
import canonicalize from "canonicalize";
import type { Answer, Credentials } from "./client.ts";
import { partnerClient } from "./client.ts";

/**
 * Tiancai's client: an instruction carries its signature in the body, over the canonical form of what it
 * asks for (RFC 8785); the query is signed in headers like any other call.
 */
export function tiancaiClient(apiUrl: string, credentials: Credentials, now = Date.now) {
  const call = partnerClient(apiUrl, credentials, now);
  return {
    async process(
      bizType: string,
      bizData: object,
      requestId: string = randomUUID(),
    ): Promise<Answer> {
      const { clientId: appId, secret } = credentials;
      const timestamp = now();
      const dataHash = createHash("sha256")
        .update(String(canonicalize(bizData)))
        .digest("hex");
      const signed = [appId, requestId, timestamp, bizType, dataHash].join("\n");
      const signature = createHmac("sha256", secret).update(signed).digest("hex");
      const response = await fetch(new URL("/api/v1/transaction/process", apiUrl), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ requestId, appId, signature, timestamp, bizType, bizData }),
      });
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
    query: (requestId: string): Promise<Answer> =>
      call("GET", `/api/v1/transaction/query/${requestId}`),
  };
}
