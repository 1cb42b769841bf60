import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import type { LocalClock } from "../clock.ts";
import type { LocalService, ServiceRequest, ServiceResponse } from "../service.ts";
import { listObjects, listVersions } from "./s3-list.ts";
import type { DefaultRetention } from "./s3-lock.ts";
import {
  deleteObject,
  getObject,
  getRetention,
  putObject,
  putRetention,
  type S3Call,
} from "./s3-objects.ts";
import { authenticate } from "./s3-presign.ts";
import { type ObjectStore, objectStore } from "./s3-store.ts";
import { xmlError } from "./s3-xml.ts";

export type LocalS3 = LocalService & {
  /**
   * Makes a bucket or brings an existing one up to date; versioning and Object Lock are never
   * taken away. Object Lock switches versioning on, as on AWS.
   */
  createBucket(
    name: string,
    options?: { readonly versioning?: boolean; readonly objectLock?: DefaultRetention },
  ): void;
};

type Operation = (call: S3Call) => ServiceResponse | Promise<ServiceResponse>;

/** Method, what the path names, and the query parameter that picks a subresource. */
const operations: Readonly<Record<string, Operation>> = {
  "HEAD bucket": () => ({ status: 200 }),
  "GET bucket list-type": listObjects,
  "GET bucket versions": listVersions,
  "PUT object": putObject,
  "GET object": getObject,
  "HEAD object": getObject,
  "DELETE object": deleteObject,
  "GET object retention": getRetention,
  "PUT object retention": putRetention,
};

/** Query parameters that refine an operation; any other one names it. */
const refinements = new Set([
  ...["versionId", "prefix", "delimiter", "max-keys", "start-after", "continuation-token"],
  ...["encoding-type", "fetch-owner", "key-marker", "version-id-marker"],
]);
const refinementFamilies = /^(x-amz-|x-id$|response-)/i;

/**
 * S3 for one machine, path-style, complete in what this app uses: conditional writes, versions,
 * Object Lock, checksums, ranges, presigned URLs. What is not served answers NotImplemented.
 */
export function localS3({
  directory,
  clock,
}: {
  readonly directory: string;
  readonly clock: Pick<LocalClock, "now">;
}): LocalS3 {
  const store = objectStore(directory);
  return {
    async handle(request) {
      const requestId = { "x-amz-request-id": randomUUID() };
      try {
        const { status, headers, body } = await route(store, request, Math.trunc(clock.now()));
        // An explicit length spares chunked encoding and is what HEAD has to report.
        const length = { "content-length": String(Buffer.byteLength(body ?? "")) };
        return {
          status,
          headers: { ...(status !== 204 && length), ...requestId, ...headers },
          ...(body !== undefined && { body }),
        };
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const { status, headers, body = "" } = xmlError(error);
        // 304 has no body by definition (RFC 9110 section 15.4.5).
        return { status, headers: { ...requestId, ...headers }, ...(status !== 304 && { body }) };
      }
    },
    close: () => store.close(),
    createBucket(name, { versioning = false, objectLock } = {}) {
      store.saveBucket({
        name,
        isVersioned: versioning || objectLock !== undefined,
        lock: objectLock,
      });
    },
  };
}

function route(
  store: ObjectStore,
  request: ServiceRequest,
  nowMs: number,
): ServiceResponse | Promise<ServiceResponse> {
  authenticate(request, nowMs);
  const { bucketName, key } = parsePath(request.path);
  const names = [...request.query.keys()];
  const subresource = names.find(
    (name) => !refinements.has(name) && !refinementFamilies.test(name),
  );
  const place = key === "" ? "bucket" : "object";
  const name = [request.method, place, subresource].filter(Boolean).join(" ");
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined || request.headers["x-amz-copy-source"] !== undefined) {
    throw new AwsError("NotImplemented", `the local S3 does not serve ${name}`, 501);
  }
  const bucket = store.bucket(bucketName);
  if (bucket === undefined) throw new AwsError("NoSuchBucket", `no bucket ${bucketName}`, 404);
  return operation({ store, bucket, key, request, nowMs });
}

function parsePath(path: string): { readonly bucketName: string; readonly key: string } {
  const [, bucketName = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  try {
    return { bucketName, key: decodeURIComponent(key) };
  } catch (cause) {
    throw new AwsError("InvalidURI", `the path ${path} is not percent-encoded UTF-8: ${cause}`);
  }
}
