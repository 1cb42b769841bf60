import { createHmac, timingSafeEqual } from "node:crypto";
import type {
  ContractEnded,
  ContractStatusChanged,
  FaceChecked,
  ProcessEnded,
  TransactionEnded,
} from "./types.ts";

/** Whatever a callback address may be told, dialect by dialect. */
export type Webhook =
  | ContractEnded
  | ContractStatusChanged
  | FaceChecked
  | ProcessEnded
  | TransactionEnded;

/** How far the sender's clock and ours may be apart; an older delivery may be somebody's copy. */
const toleranceMs = 5 * 60_000;

/**
 * Reads a delivery by Standard Webhooks (https://www.standardwebhooks.com). `body` is the text as it came, `secret`
 * begins with `whsec_`. Throws when it is not ours or not of now: answer 401. Deliveries repeat: keep the header
 * `webhook-id`, and drop what you have seen.
 */
export function readWebhook<Event extends Webhook = Webhook>(
  secret: string,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: string,
  now = Date.now(),
): Event {
  const header = (name: string): string => String(headers[name] ?? "");
  const timestamp = header("webhook-timestamp");
  if (!/^\d{10}$/.test(timestamp) || Math.abs(Number(timestamp) * 1000 - now) > toleranceMs)
    throw new Error("webhook refused: webhook-timestamp is not within 5 minutes of now");
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const text = `${header("webhook-id")}.${timestamp}.${body}`;
  const expected = createHmac("sha256", key).update(text).digest();
  // Several while a secret rotates.
  const given = header("webhook-signature").split(" ");
  if (!given.some((one) => isSame(one, expected)))
    throw new Error("webhook refused: no webhook-signature is ours; compare the secret");
  return JSON.parse(body);
}

function isSame(given: string, expected: Buffer): boolean {
  if (!given.startsWith("v1,")) return false;
  const signature = Buffer.from(given.slice("v1,".length), "base64");
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}
