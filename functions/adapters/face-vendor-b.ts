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
 * Vendor protocol "b": forms with the signature as a field, answers in JSON, scores as decimals.
 * Signature: base64 HMAC-SHA256 over all other fields, sorted by name, as `name=value` joined by `&`.
 */

const failCodes = {
  E101: "FACE_MISMATCH",
  E102: "ID_CARD_MISMATCH",
  E103: "POOR_QUALITY",
} as const;

const finding = z.object({
  biz_no: z.string().min(1).max(128),
  status: z.enum(["INIT", "OK", "NO", "OVERDUE"]),
  fail_code: z.enum(Object.keys(failCodes) as (keyof typeof failCodes)[]).optional(),
  score: z
    .string()
    .regex(/^[01](\.\d{1,6})?$/)
    .optional(),
});
const opened = finding.extend({
  h5_url: z.url().optional(),
  sdk_nonce: z.string().optional(),
});
const queried = z.union([finding, z.object({ status: z.literal("NONE") })]);
const callback = finding.extend({
  app_id: z.string(),
  out_no: z.string().min(1).max(64),
  ts: z.string().regex(/^\d{10}$/),
  nonce: z.string(),
  sign: z.string(),
});

type Fields = Readonly<Record<string, string>>;

export function faceVendorB(world: World, settings: VendorSettings, threshold: number): FaceVendor {
  const { name, url, appId, secret } = settings;
  const sign = (fields: Fields) =>
    hmac(
      secret,
      Object.keys(fields)
        .filter((key) => key !== "sign")
        .sort()
        .map((key) => `${key}=${fields[key]}`)
        .join("&"),
      "base64",
    );

  function post<T>(path: string, fields: Fields, answer: z.ZodType<T>): Promise<T> {
    const all = {
      ...fields,
      app_id: appId,
      ts: String(Math.floor(Date.parse(world.now()) / 1000)),
      nonce: world.randomBytes(16).toString("hex"),
    };
    const request = {
      method: "POST",
      url: `${url}${path}`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...all, sign: sign(all) }).toString(),
    } as const;
    return askVendor(world, name, request, answer);
  }

  return {
    name,
    threshold,
    acknowledgement: "success",

    async open(task) {
      const fields = {
        out_no: task.key,
        cert_name: task.name,
        cert_no: task.idCardNo,
        scene: task.mode,
        origin: task.origin,
        notify_url: task.notifyUrl,
        return_url: task.returnUrl,
        overdue_at: task.expiresAt,
      };
      const told = await post("/open", fields, opened);
      const result = resultOf(told);
      if (result !== undefined) return { result };
      if (task.mode === "SDK" && told.sdk_nonce !== undefined) {
        const nonce = told.sdk_nonce;
        const signature = hmac(secret, `${appId}\n${told.biz_no}\n${nonce}`, "hex");
        return { goOn: { sdk: { appId, nonce, signature } } };
      }
      if (told.h5_url === undefined) throw leadsNowhere(name);
      return { goOn: { url: told.h5_url } };
    },

    async query(key) {
      const told = await post("/query", { out_no: key }, queried);
      return told.status === "NONE" ? undefined : resultOf(told);
    },

    readCallback({ body }) {
      const fields = Object.fromEntries(new URLSearchParams(body.toString("utf8")));
      const ts = fields.ts ?? "";
      requireGenuine(world, {
        expected: sign(fields),
        signature: fields.sign ?? "",
        signedAtMs: /^\d{10}$/.test(ts) ? Number(ts) * 1000 : Number.NaN,
        nonce: fields.nonce ?? "",
      });
      const told = readTold(callback, () => fields);
      if (told.app_id !== appId) throw forged();
      return { key: told.out_no, nonce: told.nonce, result: resultOf(told) };
    },
  };
}

/** A task that ran out decides nothing: how long a check lasts is ours to say. */
function resultOf(told: z.infer<typeof finding>): VendorResult | undefined {
  const { biz_no: transactionNo, status, fail_code, score } = told;
  if (status === "INIT" || status === "OVERDUE") return undefined;
  const scored = score === undefined ? {} : { score: scoreOf(Number(score)) };
  if (status === "OK") return { passed: true, transactionNo, ...scored };
  return { passed: false, reason: failCodes[fail_code ?? "E101"], transactionNo, ...scored };
}
