import { AwsError } from "../aws-error.ts";
import type { ServiceRequest } from "../service.ts";
import type { ObjectVersion } from "./s3-store.ts";

/** Runs inside the writing transaction, so of two writers that both saw nothing only one wins. */
export function checkWriteConditions(
  headers: ServiceRequest["headers"],
  before: ObjectVersion | undefined,
): void {
  const live = before?.file === undefined ? undefined : before;
  const { "if-none-match": noneMatch, "if-match": match } = headers;
  if (noneMatch !== undefined && noneMatch !== "*") {
    throw new AwsError("NotImplemented", "a write takes If-None-Match: * only", 501);
  }
  if (noneMatch === "*" && live !== undefined) throw preconditionFailed("If-None-Match");
  if (match === undefined) return;
  if (live === undefined) throw new AwsError("NoSuchKey", "If-Match on an absent object", 404);
  if (unquoted(match) !== unquoted(live.etag)) throw preconditionFailed("If-Match");
}

export function checkReadConditions(headers: ServiceRequest["headers"], etag: string): void {
  const { "if-match": match, "if-none-match": noneMatch } = headers;
  if (match !== undefined && match !== "*" && unquoted(match) !== unquoted(etag)) {
    throw preconditionFailed("If-Match");
  }
  if (noneMatch !== undefined && (noneMatch === "*" || unquoted(noneMatch) === unquoted(etag))) {
    throw new AwsError("NotModified", "the object is the one you have", 304, { etag });
  }
}

/** One byte range as half-open [start, end); other range forms are ignored, which RFC 9110 allows. */
export function parseRange(
  range: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  if (start < end) return { start, end };
  throw new AwsError("InvalidRange", `${range} lies outside ${size} bytes`, 416, {
    "content-range": `bytes */${size}`,
  });
}

export function wantsChecksum({ headers, query }: ServiceRequest): boolean {
  const mode = headers["x-amz-checksum-mode"] ?? query.get("x-amz-checksum-mode");
  return mode?.toUpperCase() === "ENABLED";
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', "");
}

function preconditionFailed(condition: string): AwsError {
  return new AwsError("PreconditionFailed", `the object does not meet ${condition}`, 412);
}
