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
};

type PeerCredentials = { readonly clientId: string; readonly secret: string };

export type Credentials = {
  readonly partners: readonly PartnerCredentials[];
  readonly smsGateway: PeerCredentials;
  readonly verificationSystem: PeerCredentials;
};

/** The credentials of this data folder, made at its first start and kept. */
export function readCredentials(file: string): Credentials {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Credentials;
  const credentials: Credentials = {
    partners: [partner("sandbox-native", "native"), partner("sandbox-a", "A")],
    smsGateway: { clientId: "qianyue-sms", secret: secret() },
    verificationSystem: { clientId: "qianyue-verification", secret: secret() },
  };
  writeWhole(file, credentials);
  return credentials;
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

function partner(clientId: string, dialect: string): PartnerCredentials {
  const webhookSecret = `whsec_${randomBytes(24).toString("base64")}`;
  return { clientId, secret: secret(), webhookSecret, dialects: [dialect] };
}

const secret = () => randomBytes(32).toString("hex");
