import { createHash } from "node:crypto";
import { Integer, OctetString } from "asn1js";
import * as pkijs from "pkijs";
import { NoAnswer, type World } from "../world.ts";
import { certificatesFromPem } from "./certificate.ts";
import type { Timestamp } from "./cms.ts";
import { BadToken, checkedToken } from "./timestamp-token.ts";

/** No authority gave a token that holds; the message says for each why. Sealing goes on without (C-73). */
export class TimestampUnavailable extends Error {
  override readonly name = "TimestampUnavailable";
}

/** Public authorities answer within a second; a signer's contract waits behind this. */
const timeoutMs = 5_000;
/** A token with a chain of RSA certificates has 4 to 8 KB. */
const answerLimitBytes = 64 * 1024;
/** RFC 3161 wants a number that occurs once; 128 random bits do. */
const nonceBytes = 16;
const sha256Id = "2.16.840.1.101.3.4.2.1";

/**
 * Asks the authorities in order for an RFC 3161 token over SHA-256 of what it is given. Each answer is
 * checked: status, imprint, nonce, policy, time, signature, and a certificate for time-stamping that
 * leads to one of `roots` (PEM). Throws TimestampUnavailable when none of them holds.
 */
export function timestampAuthority(
  world: World,
  { urls, roots }: { readonly urls: readonly string[]; readonly roots: string },
): Timestamp {
  const trusted = certificatesFromPem(roots);
  return async (content) => {
    const imprint = createHash("sha256").update(content).digest();
    const faults: string[] = [];
    for (const url of urls) {
      try {
        const nonce = positive(world.randomBytes(nonceBytes));
        const answer = await post(world, url, question(imprint, nonce));
        return checkedToken(answer, { imprint, nonce, trusted, now: world.now() });
      } catch (cause) {
        if (!(cause instanceof NoAnswer || cause instanceof BadToken)) throw cause;
        faults.push(`${new URL(url).host}: ${cause.message}`);
      }
    }
    const why = faults.join("; ") || "no authority is configured";
    world.count("TimestampUnavailable");
    world.log("warn", "no time-stamp authority gave a token", { why });
    throw new TimestampUnavailable(`no time-stamp: ${why}`);
  };
}

/** Without a leading zero byte and never negative, so that it comes back as the same bytes. */
function positive(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const [first = 0, ...rest] = bytes;
  return new Uint8Array([(first & 0x3f) | 0x40, ...rest]);
}

function question(imprint: Uint8Array, nonce: Uint8Array<ArrayBuffer>): Uint8Array {
  const request = new pkijs.TimeStampReq({
    version: 1,
    messageImprint: new pkijs.MessageImprint({
      hashAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: sha256Id }),
      hashedMessage: new OctetString({ valueHex: imprint }),
    }),
    nonce: new Integer({ valueHex: nonce }),
    certReq: true,
  });
  return new Uint8Array(request.toSchema().toBER());
}

/** RFC 3161 section 3.4. */
async function post(world: World, url: string, body: Uint8Array): Promise<Uint8Array> {
  const { status, headers, bytes } = await world.http({
    method: "POST",
    url,
    headers: { "content-type": "application/timestamp-query" },
    body,
    timeoutMs,
    maxBytes: answerLimitBytes,
  });
  const type = headers["content-type"] ?? "";
  if (status !== 200 || bytes === undefined || !type.startsWith("application/timestamp-reply"))
    throw new BadToken(`answered ${status} with ${type || "no content type"}`);
  return bytes;
}
