import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AwsError } from "../aws-error.ts";
import type { ServiceRequest } from "../service.ts";

type Headers = Readonly<Record<string, string>>;

export type Payload = {
  readonly bytes: Buffer;
  /** Checksum headers that were given and hold, to be returned with the object. */
  readonly checksums: Headers;
};

const hash = (name: string) => (bytes: Buffer) => createHash(name).update(bytes).digest("base64");
const digests: Readonly<Record<string, (bytes: Buffer) => string>> = {
  "x-amz-checksum-sha256": hash("sha256"),
  "x-amz-checksum-sha1": hash("sha1"),
  "x-amz-checksum-crc32": (bytes) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(bytes));
    return sum.toString("base64");
  },
};

/** Headers of this family that describe a checksum but are none. */
const aboutChecksums = new Set([
  "x-amz-checksum-algorithm",
  "x-amz-checksum-mode",
  "x-amz-checksum-type",
]);

/** Unframes an upload and checks every digest it came with; a wrong one refuses the whole upload. */
export function readPayload(request: ServiceRequest): Payload {
  const isChunked = (request.headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-");
  const { bytes, trailers } = isChunked ? unchunk(request) : { bytes: request.body, trailers: {} };
  const headers: Headers = { ...request.headers, ...trailers };

  const contentSha256 = headers["x-amz-content-sha256"] ?? "";
  const isDigest = /^[0-9a-f]{64}$/.test(contentSha256);
  if (isDigest && createHash("sha256").update(bytes).digest("hex") !== contentSha256) {
    throw new AwsError("XAmzContentSHA256Mismatch", "x-amz-content-sha256 is not of this body");
  }
  const md5 = headers["content-md5"];
  if (md5 !== undefined && hash("md5")(bytes) !== md5) {
    throw new AwsError("BadDigest", "Content-MD5 is not of this body");
  }
  return { bytes, checksums: verifiedChecksums(headers, bytes) };
}

function verifiedChecksums(headers: Headers, bytes: Buffer): Headers {
  const checksums: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith("x-amz-checksum-") || aboutChecksums.has(name)) continue;
    const digest = digests[name];
    if (digest === undefined) {
      throw new AwsError("NotImplemented", `${name} is not served here: use CRC32 or SHA256`, 501);
    }
    if (digest(bytes) !== value) throw new AwsError("BadDigest", `${name} is not of this body`);
    checksums[name] = value;
  }
  return checksums;
}

/**
 * aws-chunked (SigV4 streaming): `<hex size>[;chunk-signature=…]\r\n<data>\r\n` … `0\r\n`, then
 * trailing headers. Chunk signatures are not checked; the trailing checksum is.
 */
function unchunk(request: ServiceRequest): { bytes: Buffer; trailers: Headers } {
  const { body, headers } = request;
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = body.indexOf("\r\n", at);
    const size = /^([0-9a-f]+)(;|$)/i.exec(body.toString("latin1", at, Math.max(at, lineEnd)))?.[1];
    if (size === undefined) throw incomplete("a chunk has no size");
    const length = Number.parseInt(size, 16);
    at = lineEnd + 2;
    if (length === 0) break;
    const end = at + length;
    if (body.toString("latin1", end, end + 2) !== "\r\n") throw incomplete("a chunk is cut short");
    chunks.push(body.subarray(at, end));
    at = end + 2;
  }
  const bytes = Buffer.concat(chunks);
  const expected = headers["x-amz-decoded-content-length"];
  if (expected !== undefined && Number(expected) !== bytes.length) {
    throw incomplete(`${expected} bytes were announced, ${bytes.length} came`);
  }
  const trailers = parseTrailers(body.toString("latin1", at));
  const announced = headers["x-amz-trailer"];
  if (announced !== undefined && trailers[announced.toLowerCase()] === undefined) {
    throw new AwsError("MalformedTrailerError", `the announced trailer ${announced} is missing`);
  }
  return { bytes, trailers };
}

function parseTrailers(text: string): Headers {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(":"));
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function incomplete(message: string): AwsError {
  return new AwsError("IncompleteBody", `the aws-chunked body is broken: ${message}`);
}
