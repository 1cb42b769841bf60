import { createHash, randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import type { ServiceRequest, ServiceResponse } from "../service.ts";
import {
  checkReadConditions,
  checkWriteConditions,
  parseRange,
  wantsChecksum,
} from "./s3-conditions.ts";
import {
  isoDate,
  lockMissing,
  parseRetentionXml,
  refuseDeletion,
  refuseWeakening,
  retentionForPut,
  retentionHeaders,
} from "./s3-lock.ts";
import { readPayload } from "./s3-payload.ts";
import type { Bucket, ObjectStore, ObjectVersion } from "./s3-store.ts";
import { leaf, xmlAnswer } from "./s3-xml.ts";

/** One request on a bucket that exists; `key` is empty when it is for the bucket itself. */
export type S3Call = {
  readonly store: ObjectStore;
  readonly bucket: Bucket;
  readonly key: string;
  readonly request: ServiceRequest;
  readonly nowMs: number;
};

/** Request headers that are stored with an object and returned with it. */
const storedHeaders = new Set([
  ...["content-type", "content-disposition", "content-language", "cache-control", "expires"],
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-server-side-encryption-bucket-key-enabled",
]);

export async function putObject(call: S3Call): Promise<ServiceResponse> {
  const { store, bucket, key, request, nowMs } = call;
  const { bytes, checksums } = readPayload(request);
  const retention = retentionForPut(request.headers, bucket.lock, nowMs);
  const file = await store.writeFile(bytes);
  const version: ObjectVersion = {
    key,
    versionId: newVersionId(bucket),
    file,
    size: bytes.length,
    etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
    modifiedMs: nowMs,
    headers: headersToStore(request.headers),
    checksums,
    retention,
  };
  try {
    store.append(bucket, version, (before) => checkWriteConditions(request.headers, before));
  } catch (error) {
    store.removeFile(file);
    throw error;
  }
  return {
    status: 200,
    headers: {
      etag: version.etag,
      ...checksums,
      ...encryptionHeaders(version),
      ...versionHeader(bucket, version),
    },
  };
}

export function getObject({ store, bucket, key, request }: S3Call): ServiceResponse {
  const version = findContent(store, bucket, key, request.query);
  const headers: Record<string, string> = {
    etag: version.etag,
    "accept-ranges": "bytes",
    "last-modified": new Date(version.modifiedMs).toUTCString(),
    ...version.headers,
    ...versionHeader(bucket, version),
    ...retentionHeaders(version.retention),
  };
  checkReadConditions(request.headers, version.etag);
  for (const [name, value] of request.query) {
    if (name.startsWith("response-")) headers[name.slice("response-".length)] = value;
  }

  const range = parseRange(request.headers.range, version.size);
  const status = range === undefined ? 200 : 206;
  const { start, end } = range ?? { start: 0, end: version.size };
  if (range !== undefined) headers["content-range"] = `bytes ${start}-${end - 1}/${version.size}`;
  // A checksum is of the whole object: beside a part of it, it would only be found wrong.
  else if (wantsChecksum(request)) Object.assign(headers, version.checksums);
  headers["content-length"] = String(end - start);
  if (request.method === "HEAD") return { status, headers };
  // Read in the same turn as the row, so that no overwrite can unlink the file in between.
  return { status, headers, body: store.readFile(version.file).subarray(start, end) };
}

function findContent(
  store: ObjectStore,
  bucket: Bucket,
  key: string,
  query: URLSearchParams,
): ObjectVersion & { readonly file: string } {
  const versionId = query.get("versionId");
  const version =
    versionId === null ? store.latest(bucket, key) : store.version(bucket, key, versionId);
  if (version === undefined) {
    throw versionId === null ? noSuchKey(key) : noSuchVersion(key, versionId);
  }
  const { file } = version;
  if (file !== undefined) return { ...version, file };
  const marker = { "x-amz-delete-marker": "true", ...versionHeader(bucket, version) };
  if (versionId === null) throw noSuchKey(key, marker);
  throw new AwsError("MethodNotAllowed", `${versionId} is a delete marker`, 405, marker);
}

export function deleteObject({ store, bucket, key, request, nowMs }: S3Call): ServiceResponse {
  const versionId = request.query.get("versionId") ?? (bucket.isVersioned ? undefined : "null");
  if (versionId === undefined) return addDeleteMarker(store, bucket, key, nowMs);
  const version = store.version(bucket, key, versionId);
  if (version === undefined) return { status: 204 };
  refuseDeletion(version.retention, request.headers, nowMs);
  store.remove(bucket, version);
  return {
    status: 204,
    headers: {
      ...versionHeader(bucket, version),
      ...(version.file === undefined && { "x-amz-delete-marker": "true" }),
    },
  };
}

function addDeleteMarker(
  store: ObjectStore,
  bucket: Bucket,
  key: string,
  nowMs: number,
): ServiceResponse {
  const marker: ObjectVersion = {
    key,
    versionId: newVersionId(bucket),
    file: undefined,
    size: 0,
    etag: "",
    modifiedMs: nowMs,
    headers: {},
    checksums: {},
    retention: undefined,
  };
  store.append(bucket, marker, () => {});
  return {
    status: 204,
    headers: { "x-amz-delete-marker": "true", ...versionHeader(bucket, marker) },
  };
}

export function getRetention({ store, bucket, key, request }: S3Call): ServiceResponse {
  if (bucket.lock === undefined) throw lockMissing();
  const { retention } = findContent(store, bucket, key, request.query);
  if (retention === undefined) {
    throw new AwsError("NoSuchObjectLockConfiguration", `${key} is under no retention`, 404);
  }
  return xmlAnswer(
    "Retention",
    leaf("Mode", retention.mode),
    leaf("RetainUntilDate", isoDate(retention.untilMs)),
  );
}

export function putRetention({ store, bucket, key, request, nowMs }: S3Call): ServiceResponse {
  if (bucket.lock === undefined) throw lockMissing();
  const version = findContent(store, bucket, key, request.query);
  const retention = parseRetentionXml(readPayload(request).bytes.toString(), nowMs);
  refuseWeakening(version.retention, retention, request.headers, nowMs);
  store.retain(bucket, version, retention);
  return { status: 200 };
}

function headersToStore(headers: ServiceRequest["headers"]): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => storedHeaders.has(name) || name.startsWith("x-amz-meta-"),
  );
  // aws-chunked is how the upload travelled, not how the object is encoded.
  const encodings = (headers["content-encoding"] ?? "").split(",").map((each) => each.trim());
  const encoding = encodings.filter((each) => each !== "" && each !== "aws-chunked").join(",");
  return {
    "content-type": "binary/octet-stream",
    // Without a wish S3 encrypts with its own keys and says so; locally nothing is encrypted.
    "x-amz-server-side-encryption": "AES256",
    ...Object.fromEntries(kept),
    ...(encoding !== "" && { "content-encoding": encoding }),
  };
}

function encryptionHeaders({ headers }: ObjectVersion): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith("x-amz-server-side-encryption")),
  );
}

function versionHeader(bucket: Bucket, { versionId }: ObjectVersion): Record<string, string> {
  return bucket.isVersioned ? { "x-amz-version-id": versionId } : {};
}

function newVersionId(bucket: Bucket): string {
  return bucket.isVersioned ? randomUUID().replaceAll("-", "") : "null";
}

function noSuchKey(key: string, headers: Record<string, string> = {}): AwsError {
  return new AwsError("NoSuchKey", `no object ${key}`, 404, headers);
}

function noSuchVersion(key: string, versionId: string): AwsError {
  return new AwsError("NoSuchVersion", `no version ${versionId} of ${key}`, 404);
}
