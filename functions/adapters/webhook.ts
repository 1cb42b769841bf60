import { createHmac } from "node:crypto";
import { webhookFigures } from "../domain/figures.ts";
import { type HttpResponse, NoAnswer, type World } from "../world.ts";
import { addressFault, urlFault } from "./outbound-url.ts";

/** Standard Webhooks asks for 15 to 30 seconds; a receiver that needs longer should answer first. */
const timeoutMs = webhookFigures.webhookTimeoutMs;
/** We only look at the status; a body beyond this is somebody else's problem. */
const answerLimitBytes = 64 * 1024;

export type WebhookResult =
  | { readonly kind: "delivered"; readonly status: number }
  | { readonly kind: "gone"; readonly status: number }
  | { readonly kind: "failed"; readonly status: number; readonly retryAfterSeconds: number };

export type Message = {
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
  readonly body: string;
  /** Extra headers that the receiver asked for; which may be asked for, its dialect says. */
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * Sends one event by Standard Webhooks 1.0: only 2xx is success, a redirect is not followed and fails,
 * 410 ends the delivery, Retry-After is honoured. Checked against SSRF at every send, because what a
 * name resolves to can change after registration.
 */
export function webhookSender(world: World, allowedHosts: readonly string[]) {
  return async (
    { url, secret, body, headers = {} }: Message,
    id: string,
  ): Promise<WebhookResult> => {
    const fault = urlFault(url, allowedHosts);
    if (fault !== undefined) {
      world.log("warn", "webhook refused", { id, fault });
      return { kind: "failed", status: 0, retryAfterSeconds: 0 };
    }
    const timestamp = Math.floor(Date.parse(world.now()) / 1000);
    const local = allowedHosts.includes(new URL(url).host);
    try {
      const answer = await world.http({
        method: "POST",
        url,
        headers: {
          // First, so that none of them can stand in for one of ours.
          ...lowerCase(headers),
          "content-type": "application/json",
          "user-agent": "Qianyue-Webhooks/1",
          "webhook-id": id,
          "webhook-timestamp": String(timestamp),
          "webhook-signature": signature(secret, id, timestamp, body),
        },
        body,
        timeoutMs,
        maxBytes: answerLimitBytes,
        ...(local ? {} : { refuseAddress: addressFault }),
      });
      return resultOf(answer, world.now());
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
      world.log("warn", "webhook not answered", { id, sent: cause.sent });
      return { kind: "failed", status: 0, retryAfterSeconds: 0 };
    }
  };
}

const lowerCase = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** `v1,` and base64 HMAC-SHA256 of `id.timestamp.body` under the decoded `whsec_` secret. */
export function signature(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const digest = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return `v1,${digest}`;
}

function resultOf({ status, headers }: HttpResponse, at: string): WebhookResult {
  if (status >= 200 && status < 300) return { kind: "delivered", status };
  if (status === 410) return { kind: "gone", status };
  return { kind: "failed", status, retryAfterSeconds: waitSeconds(headers["retry-after"], at) };
}

/** Retry-After is seconds or a date (RFC 9110 section 10.2.3); 0 for none, for nonsense and for the past. */
function waitSeconds(retryAfter: string | undefined, at: string): number {
  if (retryAfter === undefined) return 0;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter);
  const seconds = Math.ceil((Date.parse(retryAfter) - Date.parse(at)) / 1000);
  return seconds > 0 ? seconds : 0;
}
