import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import type { ServiceRequest } from "../service.ts";

/** Whatever the access key id, the secret that signs local requests is this one. */
const secretAccessKey = "local";
const algorithm = "AWS4-HMAC-SHA256";

/** A presigned URL lives at most seven days, and a clock may differ by 15 minutes (SigV4). */
const longestExpirySeconds = 7 * 24 * 3600;
const clockSkewMs = 15 * 60 * 1000;

/**
 * Checks a presigned URL as S3 does (AWS SigV4, query parameters): well formed, in time, and signed
 * over exactly this method, path, query and headers. A request with an Authorization header passes
 * unchecked, one with neither is refused as anonymous.
 */
export function authenticate(request: ServiceRequest, nowMs: number): void {
  if (request.query.has("X-Amz-Signature")) checkPresigned(request, nowMs);
  else if (request.headers.authorization === undefined) {
    throw denied("anonymous requests are refused: sign the request or presign its URL");
  }
}

function checkPresigned(request: ServiceRequest, nowMs: number): void {
  const parameter = (name: string): string => request.query.get(name) ?? "";
  const scope = parameter("X-Amz-Credential").split("/").slice(1);
  const signedAtMs = parseBasicDate(parameter("X-Amz-Date"));
  const expirySeconds = Number(parameter("X-Amz-Expires") || Number.NaN);
  const isWellFormed =
    parameter("X-Amz-Algorithm") === algorithm &&
    scope.length === 4 &&
    scope[0] === parameter("X-Amz-Date").slice(0, 8) &&
    signedAtMs !== undefined &&
    expirySeconds >= 1 &&
    expirySeconds <= longestExpirySeconds;
  if (!isWellFormed) {
    throw new AwsError(
      "AuthorizationQueryParametersError",
      `X-Amz-Algorithm, -Credential, -Date and -Expires (1 to ${longestExpirySeconds} s) are required`,
    );
  }
  if (signedAtMs > nowMs + clockSkewMs) throw denied("Request is not valid yet");
  if (nowMs > signedAtMs + expirySeconds * 1000) throw denied("Request has expired");

  const toSign = [
    algorithm,
    parameter("X-Amz-Date"),
    scope.join("/"),
    createHash("sha256").update(canonicalRequest(request)).digest("hex"),
  ].join("\n");
  const key = scope.reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
  const expected = hmac(key, toSign);
  const given = Buffer.from(parameter("X-Amz-Signature"), "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new AwsError(
      "SignatureDoesNotMatch",
      "the signature does not fit this method, path, query and host under the secret key `local`",
      403,
    );
  }
}

function canonicalRequest({ method, path, query, headers }: ServiceRequest): string {
  const signedHeaders = query.get("X-Amz-SignedHeaders") ?? "";
  const canonicalQuery = [...query]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const canonicalHeaders = signedHeaders
    .split(";")
    .map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}\n`)
    .join("");
  const payloadHash = query.get("X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD";
  return [method, path, canonicalQuery, canonicalHeaders, signedHeaders, payloadHash].join("\n");
}

/** RFC 3986: encodeURIComponent leaves five more characters alone than SigV4 does. */
function encode(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function parseBasicDate(date: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

function hmac(key: Buffer, content: string): Buffer {
  return createHmac("sha256", key).update(content).digest();
}

function denied(message: string): AwsError {
  return new AwsError("AccessDenied", message, 403);
}
