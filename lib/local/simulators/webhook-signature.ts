import { createHmac, timingSafeEqual } from "node:crypto";
import type { WireRequest } from "./wire.ts";

/** The tolerance that the Standard Webhooks libraries apply. */
const toleranceMs = 5 * 60_000;

/**
 * Says why a request is no webhook signed with one of `secrets` (Standard Webhooks, symmetric `v1`); undefined if it is.
 * The header may carry several signatures, separated by spaces.
 */
export function webhookFault(
  request: WireRequest,
  secrets: readonly string[],
  nowMs: number,
): string | undefined {
  const id = request.headers["webhook-id"];
  const timestamp = request.headers["webhook-timestamp"] ?? "";
  if (!id) return "webhook-id is missing";
  if (!/^\d{10}$/.test(timestamp)) return "webhook-timestamp must be seconds since 1970";
  if (Math.abs(Number(timestamp) * 1000 - nowMs) > toleranceMs) {
    return `webhook-timestamp is more than ${toleranceMs / 60_000} minutes off`;
  }
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), request.body]);
  const expected = secrets.map((secret) =>
    createHmac("sha256", Buffer.from(secret.replace(/^whsec_/, ""), "base64"))
      .update(signed)
      .digest(),
  );
  const given = (request.headers["webhook-signature"] ?? "")
    .split(" ")
    .filter((signature) => signature.startsWith("v1,"))
    .map((signature) => Buffer.from(signature.slice(3), "base64"));
  const matches = given.some((one) =>
    expected.some((other) => one.length === other.length && timingSafeEqual(one, other)),
  );
  return matches ? undefined : "webhook-signature holds no v1 signature of this id, time and body";
}
