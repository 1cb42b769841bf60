import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** One partner as a client of the API needs it. */
type PartnerCredentials = {
  readonly clientId: string;
  readonly secret: string;
  /** Standard Webhooks: `whsec_` and base64. */
  readonly webhookSecret: string;
  readonly dialects: readonly string[];
  /** What it may do beside its own contracts and orders. */
  readonly scopes: readonly string[];
};

type PeerCredentials = { readonly clientId: string; readonly secret: string };

type FaceVendorCredentials = {
  readonly name: string;
  readonly protocol: "a" | "b";
  readonly appId: string;
  readonly secret: string;
};

export type Credentials = {
  readonly partners: readonly PartnerCredentials[];
  readonly smsGateway: PeerCredentials;
  readonly verificationSystem: PeerCredentials;
  readonly clearing: PeerCredentials;
  /** Best first. */
  readonly faceVendors: readonly FaceVendorCredentials[];
};

/** The credentials of this data folder, made at its first start and kept; what an older start did not know is added. */
export function readCredentials(file: string): Credentials {
  const kept: Partial<Credentials> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const credentials: Credentials = {
    partners: sandboxWith(kept.partners ?? []),
    smsGateway: kept.smsGateway ?? { clientId: "qianyue-sms", secret: secret() },
    verificationSystem: kept.verificationSystem ?? {
      clientId: "qianyue-verification",
      secret: secret(),
    },
    clearing: kept.clearing ?? { clientId: "qianyue-clearing", secret: secret() },
    faceVendors: kept.faceVendors ?? [
      { name: "vendor-a", protocol: "a", appId: "qianyue-face-a", secret: secret() },
      { name: "vendor-b", protocol: "b", appId: "qianyue-face-b", secret: secret() },
    ],
  };
  if (JSON.stringify(kept) !== JSON.stringify(credentials)) writeWhole(file, credentials);
  return credentials;
}

/** Whom the local verification system is to the face API: a client like any other (K03). */
export const verifierClientId = "sandbox-verifier";

const sandbox = [
  { clientId: "sandbox-native", dialects: ["native"], scopes: [] },
  { clientId: "sandbox-a", dialects: ["A"], scopes: [] },
  { clientId: "sandbox-c", dialects: ["C"], scopes: [] },
  // K01: what it begins in one dialect it reads in the other.
  { clientId: "sandbox-wallet", dialects: ["D", "native"], scopes: [] },
  { clientId: "sandbox-agreement", dialects: ["C", "native"], scopes: [] },
  { clientId: "sandbox-tiancai", dialects: ["T"], scopes: [] },
  { clientId: verifierClientId, dialects: ["C"], scopes: [] },
  // Operations list and close parked orders and keep the templates; they start nothing.
  { clientId: "sandbox-operations", dialects: [], scopes: ["operations", "templates"] },
] as const;

/** What is kept wins, so that a partner that somebody added or changed by hand stays as it is. */
function sandboxWith(kept: readonly PartnerCredentials[]): PartnerCredentials[] {
  const partners = sandbox.map((terms) => ({
    ...terms,
    ...newSecrets(),
    ...kept.find(({ clientId }) => clientId === terms.clientId),
  }));
  const others = kept.filter((one) => !sandbox.some(({ clientId }) => clientId === one.clientId));
  return [...partners, ...others];
}

/** Writes JSON so that a crash leaves the old file or the new one, readable by its owner only. */
export function writeWhole(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  });
  renameSync(`${file}.new`, file);
}

const newSecrets = () => ({
  secret: secret(),
  webhookSecret: `whsec_${randomBytes(24).toString("base64")}`,
});

const secret = () => randomBytes(32).toString("hex");
