import * as z from "zod";
import type { VendorResult } from "../domain/decide-face.ts";
import type { World } from "../world.ts";
import {
  askVendor,
  type FaceVendor,
  forged,
  hmac,
  leadsNowhere,
  readTold,
  requireGenuine,
  scoreOf,
  type VendorSettings,
} from "./face-vendor.ts";

/**
 * Vendor protocol "a": JSON both ways, signed in headers, similarity in per cent, words of its own.
 * Signature: lowercase hex HMAC-SHA256 over time (ms), nonce, path and body, one a line.
 */

const reasons = {
  NOT_SAME_PERSON: "FACE_MISMATCH",
  IDENTITY_NOT_FOUND: "ID_CARD_MISMATCH",
  LOW_QUALITY: "POOR_QUALITY",
} as const;

const finding = z.object({
  taskId: z.string().min(1).max(128),
  state: z.enum(["WAITING", "PASS", "FAIL", "TIMEOUT"]),
  reason: z.enum(Object.keys(reasons) as (keyof typeof reasons)[]).optional(),
  similarity: z.number().min(0).max(100).optional(),
});
const opened = z.object({
  data: finding.extend({
    url: z.url().optional(),
    sdk: z.object({ appId: z.string(), nonce: z.string(), sign: z.string() }).optional(),
  }),
});
const queried = z.object({ data: finding.nullable() });
const callback = finding.extend({ requestId: z.string().min(1).max(64) });

export function faceVendorA(world: World, settings: VendorSettings, threshold: number): FaceVendor {
  const { name, url, appId, secret } = settings;
  const sign = (timestamp: string, nonce: string, path: string, body: string) =>
    hmac(secret, [timestamp, nonce, path, body].join("\n"), "hex");

  function headers(target: string, body: string): Record<string, string> {
    const timestamp = String(Date.parse(world.now()));
    const nonce = world.randomBytes(16).toString("hex");
    return {
      "content-type": "application/json",
      "x-app-id": appId,
      "x-timestamp": timestamp,
      "x-nonce": nonce,
      "x-sign": sign(timestamp, nonce, new URL(target).pathname, body),
    };
  }

  return {
    name,
    threshold,
    acknowledgement: { code: 0 },

    async open({ key, idCardNo, expiresAt, ...task }) {
      const target = `${url}/v1/tasks`;
      const body = JSON.stringify({ ...task, requestId: key, idNo: idCardNo, expireAt: expiresAt });
      const request = {
        method: "POST",
        url: target,
        headers: headers(target, body),
        body,
      } as const;
      const { data } = await askVendor(world, name, request, opened);
      const result = resultOf(data);
      if (result !== undefined) return { result };
      if (data.sdk !== undefined) {
        const { sign: signature, ...sdk } = data.sdk;
        return { goOn: { sdk: { ...sdk, signature } } };
      }
      if (data.url === undefined) throw leadsNowhere(name);
      return { goOn: { url: data.url } };
    },

    async query(key) {
      const target = `${url}/v1/tasks/${encodeURIComponent(key)}`;
      const request = { method: "GET", url: target, headers: headers(target, "") } as const;
      const { data } = await askVendor(world, name, request, queried);
      return data === null ? undefined : resultOf(data);
    },

    readCallback({ headers: given, path, body }) {
      const text = body.toString("utf8");
      const timestamp = given["x-timestamp"] ?? "";
      const nonce = given["x-nonce"] ?? "";
      requireGenuine(world, {
        expected: sign(timestamp, nonce, path, text),
        signature: given["x-sign"] ?? "",
        signedAtMs: /^\d{13}$/.test(timestamp) ? Number(timestamp) : Number.NaN,
        nonce,
      });
      if (given["x-app-id"] !== appId) throw forged();
      const told = readTold(callback, () => JSON.parse(text));
      return { key: told.requestId, nonce, result: resultOf(told) };
    },
  };
}

/** A task that ran out decides nothing: how long a check lasts is ours to say. */
function resultOf(told: z.infer<typeof finding>): VendorResult | undefined {
  const { taskId: transactionNo, state, reason, similarity } = told;
  if (state === "WAITING" || state === "TIMEOUT") return undefined;
  const score = similarity === undefined ? {} : { score: scoreOf(similarity / 100) };
  if (state === "PASS") return { passed: true, transactionNo, ...score };
  return {
    passed: false,
    reason: reasons[reason ?? "NOT_SAME_PERSON"],
    transactionNo,
    ...score,
  };
}
