import { AwsError } from "../aws-error.ts";
import type { ServiceResponse } from "../service.ts";
import { isoDate } from "./s3-lock.ts";
import type { S3Call } from "./s3-objects.ts";
import type { ListedVersion, ObjectVersion } from "./s3-store.ts";
import { branch, leaf, xmlAnswer } from "./s3-xml.ts";

/** S3 never returns more than this many entries a page. */
const pageLimit = 1000;
/** Sorts after every key that begins with the text before it. */
const lastCharacter = "\u{10FFFF}";

/** ListObjectsV2: live objects and common prefixes in key order; a page costs one row look-up an entry. */
export function listObjects({ store, bucket, request: { query } }: S3Call): ServiceResponse {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const maxKeys = pageSize(query);
  const token = query.get("continuation-token");
  let after = token === null ? (query.get("start-after") ?? "") : decodeToken(token);

  const entries: string[] = [];
  let next = store.nextLatest(bucket, after, prefix);
  while (next?.key.startsWith(prefix) && entries.length < maxKeys) {
    const cut = delimiter === "" ? -1 : next.key.indexOf(delimiter, prefix.length);
    const common = cut === -1 ? undefined : next.key.slice(0, cut + delimiter.length);
    entries.push(common === undefined ? contents(next, query) : commonPrefix(common, query));
    after = common === undefined ? next.key : common + lastCharacter;
    next = store.nextLatest(bucket, after, prefix);
  }

  const isTruncated = maxKeys > 0 && next?.key.startsWith(prefix) === true;
  return xmlAnswer(
    "ListBucketResult",
    leaf("Name", bucket.name),
    leaf("Prefix", encodeKey(prefix, query)),
    leaf("MaxKeys", maxKeys),
    leaf("KeyCount", entries.length),
    leaf("EncodingType", query.get("encoding-type") ?? undefined),
    leaf("IsTruncated", isTruncated),
    leaf("NextContinuationToken", isTruncated ? encodeToken(after) : undefined),
    ...entries,
  );
}

/** ListObjectVersions: every version and delete marker, newest first within a key; no delimiter. */
export function listVersions({ store, bucket, request: { query } }: S3Call): ServiceResponse {
  if (query.has("delimiter")) {
    throw new AwsError("NotImplemented", "ListObjectVersions takes no delimiter here", 501);
  }
  const prefix = query.get("prefix") ?? "";
  const maxKeys = pageSize(query);
  const after = {
    key: query.get("key-marker") ?? "",
    versionId: query.get("version-id-marker") ?? "",
  };

  const found = store
    .versionsAfter(bucket, after, prefix, maxKeys + 1)
    .filter((version) => version.key.startsWith(prefix));
  const page = found.slice(0, maxKeys);
  const last = found.length > page.length ? page.at(-1) : undefined;

  return xmlAnswer(
    "ListVersionsResult",
    leaf("Name", bucket.name),
    leaf("Prefix", encodeKey(prefix, query)),
    leaf("MaxKeys", maxKeys),
    leaf("EncodingType", query.get("encoding-type") ?? undefined),
    leaf("IsTruncated", last !== undefined),
    leaf("NextKeyMarker", last && encodeKey(last.key, query)),
    leaf("NextVersionIdMarker", last?.versionId),
    ...page.map((version) => versionEntry(version, query)),
  );
}

function contents(version: ObjectVersion, query: URLSearchParams): string {
  return branch("Contents", leaf("Key", encodeKey(version.key, query)), ...facts(version));
}

function commonPrefix(prefix: string, query: URLSearchParams): string {
  return branch("CommonPrefixes", leaf("Prefix", encodeKey(prefix, query)));
}

function versionEntry(version: ListedVersion, query: URLSearchParams): string {
  const isMarker = version.file === undefined;
  return branch(
    isMarker ? "DeleteMarker" : "Version",
    leaf("Key", encodeKey(version.key, query)),
    leaf("VersionId", version.versionId),
    leaf("IsLatest", version.isLatest),
    ...(isMarker ? [leaf("LastModified", isoDate(version.modifiedMs))] : facts(version)),
  );
}

function facts({ modifiedMs, etag, size }: ObjectVersion): readonly string[] {
  return [
    leaf("LastModified", isoDate(modifiedMs)),
    leaf("ETag", etag),
    leaf("Size", size),
    leaf("StorageClass", "STANDARD"),
  ];
}

function pageSize(query: URLSearchParams): number {
  const asked = query.get("max-keys");
  if (asked === null) return pageLimit;
  if (/^\d+$/.test(asked)) return Math.min(Number(asked), pageLimit);
  throw new AwsError("InvalidArgument", `max-keys must be a whole number, not ${asked}`);
}

function encodeKey(key: string, query: URLSearchParams): string {
  if (query.get("encoding-type") !== "url") return key;
  return encodeURIComponent(key).replaceAll("%2F", "/");
}

function encodeToken(after: string): string {
  return Buffer.from(after).toString("base64url");
}

function decodeToken(token: string): string {
  return Buffer.from(token, "base64url").toString();
}
