import { createHash } from "node:crypto";
import type { World } from "../world.ts";
import { type Certificate, certificatesFromPem } from "./certificate.ts";
import type { DocumentStore } from "./document-store.ts";
import { issueCertificate, issueRevocationList } from "./issue-certificate.ts";
import type { SigningKey } from "./signing-key.ts";

/** Whom the platform's signatures speak for: its own certificate and those above it. */
export type PlatformChain = {
  readonly platform: Certificate;
  /** From the one that issues our certificates up to the root; in development one and the same. */
  readonly authority: readonly [Certificate, ...Certificate[]];
};

export type SignerRequest = {
  readonly contractId: string;
  /** 0 for the party the platform seals for. */
  readonly signerNumber: number;
  /** Masked: a certificate is read by everybody who has the file. */
  readonly commonName: string;
  /** What proved the person's identity, or the mandate; the certificate names its SHA-256. */
  readonly verificationId: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly validSeconds?: number;
};

/** A certificate the platform would seal under is not valid today. Nothing may be signed with it. */
class CertificateExpired extends Error {
  override readonly name = "CertificateExpired";
}

/** An operator with certificates of a licensed authority puts them under these keys before the first start. */
const authorityKey = "pki/authority.pem";
const platformKey = "pki/platform.pem";

const day = 24 * 3600;
const authorityValidSeconds = 3650 * day;
const platformValidSeconds = 730 * day;
const signerValidSeconds = day;
/** A list of revoked certificates must outlive the sealing, not the evidence: a time-stamp covers it. */
const revocationListSeconds = 7 * day;
/** Time-stamp authorities may run a little behind us; no certificate may begin after its own token. */
const clockToleranceSeconds = 60;
const warnBeforeSeconds = 30 * day;

const country = { C: "CN", O: "Qianyue 签约" };
const warning = "开发用 development-only";
const pemType = "application/x-pem-file";

/**
 * The platform's certificates (issue 3): two that are made once and kept in the document bucket, and
 * one for every signer. `caKey` issues them, `platformKey` is what the platform seals with.
 */
export function certificates(
  world: World,
  keys: {
    readonly caKey: SigningKey;
    readonly platformKey: SigningKey;
    readonly store: DocumentStore;
  },
) {
  const { caKey, store } = keys;
  const fromNow = (seconds: number): string =>
    new Date(Date.parse(world.now()) + seconds * 1000).toISOString();
  const validFor = (seconds: number) => ({
    serialNumber: world.randomBytes(16),
    notBefore: fromNow(-clockToleranceSeconds),
    notAfter: fromNow(seconds),
  });
  let read: Promise<PlatformChain> | undefined;

  /** First one wins: starts that race each other go on with the same certificates. */
  async function keptOnce(key: string, make: () => Promise<Certificate>): Promise<Certificate[]> {
    const there = await store.get(key);
    const bytes = there ?? (await store.putOnce(key, Buffer.from((await make()).pem), pemType));
    return certificatesFromPem(Buffer.from(bytes).toString());
  }

  async function readChain(): Promise<PlatformChain> {
    const [caPublicKey, platformPublicKey] = await Promise.all([
      caKey.publicKey(),
      keys.platformKey.publicKey(),
    ]);
    const [issuing, ...above] = await keptOnce(authorityKey, () =>
      issueCertificate(
        {
          subject: { ...country, CN: `Qianyue CA ${warning}` },
          publicKey: caPublicKey,
          profile: "authority",
          ...validFor(authorityValidSeconds),
        },
        caKey.sign,
      ),
    );
    const authority = [belongsTo(issuing, caPublicKey, authorityKey), ...above] as const;
    const [platform] = await keptOnce(platformKey, () =>
      issueCertificate(
        {
          subject: { ...country, CN: `Qianyue Platform ${warning}` },
          publicKey: platformPublicKey,
          profile: "sealer",
          ...validFor(platformValidSeconds),
        },
        caKey.sign,
        authority[0],
      ),
    );
    return { platform: belongsTo(platform, platformPublicKey, platformKey), authority };
  }

  /** Reads again whenever validity is in question: an operator may have put new ones there. */
  async function chain(): Promise<PlatformChain> {
    read ??= readChain();
    const found = await read.catch((cause: unknown) => {
      read = undefined;
      throw cause;
    });
    const soonest = [found.platform, ...found.authority].find(
      ({ notAfter }) => notAfter < fromNow(warnBeforeSeconds),
    );
    if (soonest === undefined) return found;
    read = undefined;
    refuseInvalid(found, world.now());
    world.count("CertificateExpiring");
    world.log("warn", "a certificate of the platform expires soon: renew it under pki/", {
      subject: soonest.subject,
      notAfter: soonest.notAfter,
    });
    return found;
  }

  return {
    /** Throws CertificateExpired; within 30 days of that it counts CertificateExpiring. */
    chain,

    /**
     * A certificate for one signature: it says for which contract and after which verification its key
     * was made, names the person as the paper does (masked), and ends within a day.
     */
    async issueSigner(request: SignerRequest): Promise<Certificate> {
      const { authority } = await chain();
      const subject = {
        ...country,
        OU: `${request.contractId}#${request.signerNumber}`,
        CN: request.commonName.slice(0, nameLimit),
        serialNumber: createHash("sha256").update(request.verificationId).digest("hex"),
      };
      return issueCertificate(
        {
          subject,
          publicKey: request.spki,
          profile: "signer",
          ...validFor(request.validSeconds ?? signerValidSeconds),
        },
        caKey.sign,
        authority[0],
      );
    },

    /** What was revoked by now: nothing. Signers' certificates end before they could be, ours are replaced. */
    async revocationList(): Promise<Uint8Array> {
      const { authority } = await chain();
      return issueRevocationList(
        {
          number: Date.parse(world.now()),
          thisUpdate: fromNow(-clockToleranceSeconds),
          nextUpdate: fromNow(revocationListSeconds),
        },
        caKey.sign,
        authority[0],
      );
    },
  };
}

export type Certificates = ReturnType<typeof certificates>;

/** RFC 5280 appendix A, ub-common-name. */
const nameLimit = 64;

function belongsTo(
  certificate: Certificate | undefined,
  publicKey: Uint8Array,
  key: string,
): Certificate {
  if (certificate && Buffer.compare(certificate.publicKey, publicKey) === 0) return certificate;
  throw new Error(
    `the first certificate in ${key} is not of our KMS key: put one there that was issued for it`,
  );
}

function refuseInvalid({ platform, authority }: PlatformChain, now: string): void {
  for (const { subject, notBefore, notAfter } of [platform, ...authority]) {
    if (notBefore <= now && now < notAfter) continue;
    throw new CertificateExpired(
      `sealing under "${subject}" at ${now}: it is valid from ${notBefore} to ${notAfter}; put a valid certificate of the same key under pki/ in the document bucket`,
    );
  }
}
