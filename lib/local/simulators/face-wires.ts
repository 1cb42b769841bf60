import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { json, type WireAnswer, type WireRequest } from "./wire.ts";

/**
 * How the two vendors talk: "a" in JSON signed by headers, "b" in forms signed by a field. Written without a look
 * at the application's own code, so that the two check each other.
 */

export type FaceVendor = {
  readonly name: string;
  readonly protocol: "a" | "b";
  readonly appId: string;
  readonly secret: string;
};

/** What both wires ask for, in one form. */
export type Ask =
  | {
      readonly kind: "open";
      readonly key: string;
      readonly name: string;
      readonly idCardNo: string;
      readonly mode: "H5" | "SDK";
      readonly origin: string;
      readonly notifyUrl: string;
      readonly returnUrl: string;
      readonly expiresAt: string;
    }
  | { readonly kind: "query"; readonly key: string };

export const outcomes = ["PASS", "FACE_MISMATCH", "ID_CARD_MISMATCH", "POOR_QUALITY"] as const;
export type Outcome = (typeof outcomes)[number];

/** A task as its vendor tells of it; score from 0 to 1. */
export type Told = {
  readonly key: string;
  readonly transactionNo: string;
  readonly outcome: Outcome | undefined;
  readonly score: number | undefined;
};

export type Wire = {
  /** What the request asks, or the answer to one that is not signed or asks nothing known. */
  read(
    vendor: FaceVendor,
    request: WireRequest,
    nowMs: number,
  ): Ask | { readonly refusal: WireAnswer };
  opened(
    vendor: FaceVendor,
    told: Told,
    goOn: { readonly url: string; readonly sdk: boolean },
  ): WireAnswer;
  found(told: Told | undefined): WireAnswer;
  callback(
    vendor: FaceVendor,
    told: Told,
    path: string,
    nowMs: number,
  ): { readonly headers: Record<string, string>; readonly body: string };
};

const windowMs = 5 * 60_000;
const refused = (message: string) => ({ refusal: json(401, { code: "SIGNATURE", message }) });
const unknown = (path: string) => ({
  refusal: json(404, { code: "NOT_FOUND", message: `${path}: nothing here answers to that` }),
});

function same(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}

// Vendor "a"

const wordsA = {
  PASS: { state: "PASS" },
  FACE_MISMATCH: { state: "FAIL", reason: "NOT_SAME_PERSON" },
  ID_CARD_MISMATCH: { state: "FAIL", reason: "IDENTITY_NOT_FOUND" },
  POOR_QUALITY: { state: "FAIL", reason: "LOW_QUALITY" },
} as const satisfies Record<Outcome, object>;

const signA = (secret: string, ...parts: readonly string[]) =>
  createHmac("sha256", secret).update(parts.join("\n")).digest("hex");

const dataA = ({ transactionNo, outcome, score }: Told) => ({
  taskId: transactionNo,
  ...(outcome === undefined ? { state: "WAITING" } : wordsA[outcome]),
  ...(score === undefined ? {} : { similarity: Math.round(score * 10_000) / 100 }),
});

const wireA: Wire = {
  read(vendor, request, nowMs) {
    const { headers, path, body } = request;
    const [timestamp = "", nonce = ""] = [headers["x-timestamp"], headers["x-nonce"]];
    const expected = signA(vendor.secret, timestamp, nonce, path, body.toString());
    const inTime = Math.abs(Number(timestamp) - nowMs) <= windowMs;
    if (headers["x-app-id"] !== vendor.appId || !same(expected, headers["x-sign"] ?? "") || !inTime)
      return refused("x-app-id, x-timestamp or x-sign is wrong");
    const [, , , collection, key] = path.split("/");
    if (collection !== "tasks") return unknown(path);
    if (request.method === "GET" && key !== undefined) return { kind: "query", key };
    if (request.method !== "POST" || key !== undefined) return unknown(path);
    const asked = JSON.parse(body.toString());
    return {
      kind: "open",
      key: asked.requestId,
      name: asked.name,
      idCardNo: asked.idNo,
      mode: asked.mode,
      origin: asked.origin,
      notifyUrl: asked.notifyUrl,
      returnUrl: asked.returnUrl,
      expiresAt: asked.expireAt,
    };
  },
  opened(vendor, told, { url, sdk }) {
    const nonce = randomBytes(12).toString("hex");
    const sign = signA(vendor.secret, vendor.appId, told.transactionNo, nonce);
    const way = sdk ? { sdk: { appId: vendor.appId, nonce, sign } } : { url };
    return json(200, { code: 0, data: { ...dataA(told), ...way } });
  },
  found: (told) => json(200, { code: 0, data: told === undefined ? null : dataA(told) }),
  callback(vendor, told, path, nowMs) {
    const body = JSON.stringify({ requestId: told.key, ...dataA(told) });
    const timestamp = String(Math.trunc(nowMs));
    const nonce = randomBytes(16).toString("hex");
    const headers = {
      "content-type": "application/json",
      "x-app-id": vendor.appId,
      "x-timestamp": timestamp,
      "x-nonce": nonce,
      "x-sign": signA(vendor.secret, timestamp, nonce, path, body),
    };
    return { headers, body };
  },
};

// Vendor "b"

const wordsB = {
  PASS: { status: "OK" },
  FACE_MISMATCH: { status: "NO", fail_code: "E101" },
  ID_CARD_MISMATCH: { status: "NO", fail_code: "E102" },
  POOR_QUALITY: { status: "NO", fail_code: "E103" },
} as const satisfies Record<Outcome, object>;

const signB = (secret: string, fields: Readonly<Record<string, string>>) => {
  const { sign: _own, ...rest } = fields;
  const text = Object.entries(rest)
    .map(([name, value]) => [name, value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  return createHmac("sha256", secret).update(text).digest("base64");
};

const dataB = ({ transactionNo, outcome, score }: Told): Record<string, string> => ({
  biz_no: transactionNo,
  ...(outcome === undefined ? { status: "INIT" } : wordsB[outcome]),
  ...(score === undefined ? {} : { score: score.toFixed(4) }),
});

const wireB: Wire = {
  read(vendor, { method, path, body }, nowMs) {
    const fields = Object.fromEntries(new URLSearchParams(body.toString()));
    const inTime = Math.abs(Number(fields.ts) * 1000 - nowMs) <= windowMs;
    if (
      fields.app_id !== vendor.appId ||
      !same(signB(vendor.secret, fields), fields.sign ?? "") ||
      !inTime
    )
      return refused("app_id, ts or sign is wrong");
    const key = fields.out_no ?? "";
    const call = `${method} ${path.split("/").at(-1)}`;
    if (call === "POST query") return { kind: "query", key };
    if (call !== "POST open") return unknown(path);
    return {
      kind: "open",
      key,
      name: fields.cert_name ?? "",
      idCardNo: fields.cert_no ?? "",
      mode: fields.scene === "SDK" ? "SDK" : "H5",
      origin: fields.origin ?? "",
      notifyUrl: fields.notify_url ?? "",
      returnUrl: fields.return_url ?? "",
      expiresAt: fields.overdue_at ?? "",
    };
  },
  opened(_vendor, told, { url, sdk }) {
    const way = sdk ? { sdk_nonce: randomBytes(12).toString("hex") } : { h5_url: url };
    return json(200, { ...dataB(told), ...way });
  },
  found: (told) => json(200, told === undefined ? { status: "NONE" } : dataB(told)),
  callback(vendor, told, _path, nowMs) {
    const fields = {
      ...dataB(told),
      app_id: vendor.appId,
      out_no: told.key,
      ts: String(Math.trunc(nowMs / 1000)),
      nonce: randomBytes(16).toString("hex"),
    };
    const body = new URLSearchParams({ ...fields, sign: signB(vendor.secret, fields) });
    return {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: body.toString(),
    };
  },
};

export const wires: Readonly<Record<FaceVendor["protocol"], Wire>> = { a: wireA, b: wireB };
