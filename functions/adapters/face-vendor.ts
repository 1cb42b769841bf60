import { createHmac } from "node:crypto";
import { BlockList, isIP } from "node:net";
import * as z from "zod";
import type { VendorResult } from "../domain/decide-face.ts";
import { type FaceMode, faceFigures } from "../domain/face-verification.ts";
import { Problem } from "../domain/problem.ts";
import { type HttpRequest, NoAnswer, type World } from "../world.ts";
import type { HandOff } from "./face-items.ts";
import { windowMs } from "./nonce-guard.ts";
import { PeerRefused, PeerUnavailable } from "./peer-call.ts";
import { sameSignature } from "./request-signature.ts";

/** The port of whoever compares faces (C-76): one adapter a wire format, chosen by configuration at run time. */
export type FaceVendor = {
  readonly name: string;
  readonly threshold: number;
  /** Opens the task of a try, or finds it again. Throws PeerUnavailable: its outcome is unknown then. */
  open(task: VendorTaskRequest): Promise<Opened>;
  /** What came of the task so far; undefined while it is undecided or was never opened. Throws PeerUnavailable. */
  query(key: string): Promise<VendorResult | undefined>;
  /** Reads a callback whose signature and time hold; throws the 401 that tells nothing otherwise. */
  readCallback(call: CallbackCall): VendorCallback;
  /** What this vendor wants to hear so that it does not repeat itself. */
  readonly acknowledgement: unknown;
};

export type VendorTaskRequest = {
  /** The same key is the same task (domain `vendorKey`). */
  readonly key: string;
  readonly name: string;
  readonly idCardNo: string;
  readonly mode: FaceMode;
  /** A vendor that passes the check on names this, and the guard against loops refuses it (K03). */
  readonly origin: string;
  readonly notifyUrl: string;
  readonly returnUrl: string;
  readonly expiresAt: string;
};

/** A vendor may know at once that name and number belong to nobody. */
type Opened =
  | { readonly goOn: DistributiveOmit<HandOff, "try"> }
  | { readonly result: VendorResult };

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;

type CallbackCall = {
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly body: Buffer;
};

type VendorCallback = {
  readonly key: string;
  readonly nonce: string;
  /** Undefined for news that decides nothing. */
  readonly result: VendorResult | undefined;
};

/** One vendor as operations configure it; its place in the list is its rank. */
export const vendorSettings = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{1,31}$/),
  protocol: z.enum(["a", "b"]),
  url: z.url(),
  appId: z.string().min(1).max(64),
  secret: z.string().min(16),
  /** CIDR blocks that its callbacks come from (C-59). */
  sources: z.array(z.string()).min(1).max(32),
  threshold: z.number().min(0).max(1).optional(),
  /** Taken out of service without being forgotten: its late callbacks still count. */
  suspended: z.boolean().default(false),
});

export type VendorSettings = z.infer<typeof vendorSettings>;

/** Two vendors must fit, one after the other, into the 15 s of an API function. */
const timeoutMs = faceFigures.vendorTimeoutMs;
const answerLimitBytes = 64 * 1024;

/** One exchange with a vendor. Throws PeerUnavailable, or PeerRefused where it says that we ask wrongly. */
export async function askVendor<T>(
  world: World,
  name: string,
  request: Pick<HttpRequest, "method" | "url" | "headers" | "body">,
  answer: z.ZodType<T>,
): Promise<T> {
  const where = `${name}: ${request.method} ${new URL(request.url).pathname}`;
  const response = await world
    .http({ ...request, timeoutMs, maxBytes: answerLimitBytes })
    .catch((cause: unknown) => {
      if (!(cause instanceof NoAnswer)) throw cause;
      throw new PeerUnavailable(`${where}: no answer`, { cause });
    });
  if (response.status === 429 || response.status >= 500 || response.status < 200)
    throw new PeerUnavailable(`${where}: answered ${response.status}`);
  if (response.status >= 300) throw new PeerRefused(`${where}: answered ${response.status}`);
  try {
    return answer.parse(JSON.parse(response.body));
  } catch (cause) {
    // A malformed answer proves nothing about the effect, exactly like a lost one.
    throw new PeerUnavailable(`${where}: the answer is malformed`, { cause });
  }
}

/** Four decimals from 0 to 1, as C-19 keeps a score. */
export const scoreOf = (value: number): string => Math.min(1, Math.max(0, value)).toFixed(4);

export const hmac = (secret: string, text: string, encoding: "hex" | "base64"): string =>
  createHmac("sha256", secret).update(text).digest(encoding);

/** Whether a callback comes from where its vendor says it calls from. */
export function isFrom(sources: readonly string[], address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const known = new BlockList();
  for (const source of sources) {
    const [network = "", prefix] = source.split("/");
    const version = isIP(network) === 6 ? "ipv6" : "ipv4";
    known.addSubnet(network, Number(prefix ?? (version === "ipv6" ? 128 : 32)), version);
  }
  return known.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** The signature in constant time, then the time it was made, then the form of its nonce. */
export function requireGenuine(
  world: World,
  given: {
    readonly expected: string;
    readonly signature: string;
    readonly signedAtMs: number;
    readonly nonce: string;
  },
): void {
  const skewMs = Math.abs(Date.parse(world.now()) - given.signedAtMs);
  const matches = sameSignature(given.expected, given.signature);
  if (!matches || !(skewMs <= windowMs) || !/^[A-Za-z0-9_-]{16,64}$/.test(given.nonce))
    throw forged();
}

/** What a genuine callback tells; one that we cannot read is answered so, for its vendor's own log. */
export function readTold<T>(schema: z.ZodType<T>, read: () => unknown): T {
  try {
    return schema.parse(read());
  } catch (cause) {
    throw new Problem("BODY_REFUSED", "the callback is signed but not in the agreed format", {
      cause,
    });
  }
}

/** An answer that leads nowhere proves nothing about the effect, exactly like a lost one. */
export const leadsNowhere = (name: string): PeerUnavailable =>
  new PeerUnavailable(`${name}: the task is open, but the answer says not where it goes on`);

export const forged = (): Problem =>
  new Problem("SIGNATURE_INVALID", "the callback's signature, time, nonce or source is not valid");
