import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectRetentionCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalClock, localClock } from "../../lib/local/clock.ts";
import { type LocalS3, localS3 } from "../../lib/local/s3/s3.ts";
import { type Listening, listen } from "../../lib/local/service.ts";

const plain = "plain";
const documents = "documents";
const evidence = "evidence";
const dayMs = 24 * 3600 * 1000;

let directory: string;
let clock: LocalClock;
let service: LocalS3;
let listening: Listening;
let s3: S3Client;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "s3-"));
  clock = localClock();
  await start();
});

afterEach(async () => {
  await stop();
  clock.close();
  rmSync(directory, { recursive: true });
});

async function start(): Promise<void> {
  service = localS3({ directory, clock });
  service.createBucket(plain);
  service.createBucket(documents, { versioning: true });
  service.createBucket(evidence, { objectLock: { mode: "COMPLIANCE", days: 30 } });
  listening = await listen(service.handle);
  s3 = new S3Client({
    endpoint: listening.url,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "any", secretAccessKey: "local" },
  });
}

async function stop(): Promise<void> {
  s3.destroy();
  await listening.close();
  await service.close();
}

function put(Bucket: string, Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}) {
  return s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
}

async function read(Bucket: string, Key: string, VersionId?: string): Promise<string | undefined> {
  const got = await s3.send(
    new GetObjectCommand({ Bucket, Key, ...(VersionId !== undefined && { VersionId }) }),
  );
  return got.Body?.transformToString();
}

function remove(Bucket: string, Key: string, VersionId?: string) {
  return s3.send(
    new DeleteObjectCommand({ Bucket, Key, ...(VersionId !== undefined && { VersionId }) }),
  );
}

test("an object comes back whole, with its metadata, encryption and content headers", async () => {
  const written = await put(plain, "合同/一 份+a.pdf", "%PDF-1.7 …", {
    ContentType: "application/pdf",
    Metadata: { contract: "CT01" },
    ServerSideEncryption: "aws:kms",
    SSEKMSKeyId: "data-key",
  });

  const head = await s3.send(new HeadObjectCommand({ Bucket: plain, Key: "合同/一 份+a.pdf" }));

  expect(await read(plain, "合同/一 份+a.pdf")).toBe("%PDF-1.7 …");
  expect(written).toMatchObject({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: "data-key" });
  expect(head).toMatchObject({
    ContentLength: 12,
    ContentType: "application/pdf",
    Metadata: { contract: "CT01" },
    ServerSideEncryption: "aws:kms",
    SSEKMSKeyId: "data-key",
    ETag: written.ETag,
  });
  expect(head.VersionId).toBeUndefined();
});

test("a range brings only its bytes and says where they belong", async () => {
  await put(plain, "key", "0123456789");
  const ranges = ["bytes=2-4", "bytes=7-", "bytes=-2", "bytes=8-99"];

  const parts = await Promise.all(
    ranges.map((Range) => s3.send(new GetObjectCommand({ Bucket: plain, Key: "key", Range }))),
  );

  const texts = await Promise.all(parts.map((part) => part.Body?.transformToString()));
  expect(texts).toEqual(["234", "789", "89", "89"]);
  expect(parts[0]?.ContentRange).toBe("bytes 2-4/10");
  await expect(
    s3.send(new GetObjectCommand({ Bucket: plain, Key: "key", Range: "bytes=10-" })),
  ).rejects.toMatchObject({ name: "InvalidRange", $metadata: { httpStatusCode: 416 } });
});

test("what is not there is NoSuchKey, NoSuchBucket, or a bare 404 to HEAD", async () => {
  await expect(read(plain, "nothing")).rejects.toMatchObject({ name: "NoSuchKey" });
  await expect(read("nowhere", "key")).rejects.toMatchObject({ name: "NoSuchBucket" });
  await expect(
    s3.send(new HeadObjectCommand({ Bucket: plain, Key: "nothing" })),
  ).rejects.toMatchObject({ name: "NotFound" });
  await expect(s3.send(new HeadBucketCommand({ Bucket: "nowhere" }))).rejects.toMatchObject({
    name: "NotFound",
  });
  await s3.send(new HeadBucketCommand({ Bucket: plain }));
});

test.each([plain, documents])(
  "of concurrent If-None-Match puts to %s exactly one wins",
  async (bucket) => {
    const writers = Array.from({ length: 8 }, (_, index) => `writer ${index}`);

    const results = await Promise.allSettled(
      writers.map((writer) => put(bucket, "once", writer, { IfNoneMatch: "*" })),
    );

    const winner = results.findIndex((result) => result.status === "fulfilled");
    const losers = results.filter((result) => result.status === "rejected");
    expect(await read(bucket, "once")).toBe(writers[winner]);
    expect(losers).toHaveLength(writers.length - 1);
    for (const { reason } of losers) {
      expect(reason).toMatchObject({
        name: "PreconditionFailed",
        $metadata: { httpStatusCode: 412 },
      });
    }
    expect(readdirSync(join(directory, "s3-objects"))).toHaveLength(1);
  },
);

test("If-Match replaces only the object it names", async () => {
  const first = await put(plain, "key", "one");
  const second = await put(plain, "key", "two", { IfMatch: `${first.ETag}` });

  await expect(put(plain, "key", "three", { IfMatch: `${first.ETag}` })).rejects.toMatchObject({
    name: "PreconditionFailed",
  });
  await expect(put(plain, "none", "x", { IfMatch: `${first.ETag}` })).rejects.toMatchObject({
    name: "NoSuchKey",
  });
  expect(await read(plain, "key")).toBe("two");
  const unchanged = new GetObjectCommand({
    Bucket: plain,
    Key: "key",
    IfNoneMatch: `${second.ETag}`,
  });
  await expect(s3.send(unchanged)).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
});

test("each write to a versioned bucket is a version; a delete only covers them", async () => {
  const one = await put(documents, "key", "one");
  const two = await put(documents, "key", "two");

  const deleted = await remove(documents, "key");

  expect(deleted).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
  await expect(read(documents, "key")).rejects.toMatchObject({ name: "NoSuchKey" });
  expect(await read(documents, "key", one.VersionId)).toBe("one");
  expect(await read(documents, "key", two.VersionId)).toBe("two");
  await expect(read(documents, "key", deleted.VersionId)).rejects.toMatchObject({
    name: "MethodNotAllowed",
  });
  await expect(read(documents, "key", "nobody")).rejects.toMatchObject({ name: "NoSuchVersion" });

  await put(documents, "key", "again", { IfNoneMatch: "*" });
  expect(await read(documents, "key")).toBe("again");
});

test("removing the newest version brings back the one before, be it under a delete marker", async () => {
  await put(documents, "key", "one");
  const two = await put(documents, "key", "two");
  const marker = await remove(documents, "key");

  await remove(documents, "key", marker.VersionId);
  expect(await read(documents, "key")).toBe("two");
  await remove(documents, "key", two.VersionId);
  expect(await read(documents, "key")).toBe("one");
});

test("without versioning a write replaces and a delete removes, and no file stays behind", async () => {
  await put(plain, "key", "one");
  await put(plain, "key", "two");
  expect(await read(plain, "key")).toBe("two");

  await remove(plain, "key");
  await remove(plain, "key");

  await expect(read(plain, "key")).rejects.toMatchObject({ name: "NoSuchKey" });
  expect(readdirSync(join(directory, "s3-objects"))).toEqual([]);
});

test("versions are listed newest first, page by page, with their delete markers", async () => {
  await put(documents, "a", "1");
  const two = await put(documents, "a", "2");
  const marker = await remove(documents, "a");
  await put(documents, "b", "3");

  const first = await s3.send(new ListObjectVersionsCommand({ Bucket: documents, MaxKeys: 2 }));
  const rest = await s3.send(
    new ListObjectVersionsCommand({
      Bucket: documents,
      KeyMarker: first.NextKeyMarker,
      VersionIdMarker: first.NextVersionIdMarker,
    }),
  );

  expect(first.DeleteMarkers).toMatchObject([{ VersionId: marker.VersionId, IsLatest: true }]);
  expect(first.Versions).toMatchObject([{ VersionId: two.VersionId, IsLatest: false }]);
  expect(rest.Versions?.map((each) => [each.Key, each.IsLatest])).toEqual([
    ["a", false],
    ["b", true],
  ]);
  expect(rest.IsTruncated).toBe(false);
});

test("a listing walks all pages in key order and hides deleted objects", async () => {
  const keys = ["p/1", "p/10", "p/2", "p/<&>", "p/é", "p/合", "p/𠮷"];
  for (const key of [...keys, "other", "p/gone"]) await put(documents, key, "x");
  await remove(documents, "p/gone");

  const pages: (string | undefined)[][] = [];
  const walk = paginateListObjectsV2(
    { client: s3, pageSize: 3 },
    { Bucket: documents, Prefix: "p/" },
  );
  for await (const page of walk) pages.push(page.Contents?.map((each) => each.Key) ?? []);

  expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
  expect(pages.flat()).toEqual(keys);
});

test("a listing with a delimiter folds what lies deeper, once, across pages", async () => {
  for (const key of ["a", "b/1", "b/2", "c", "d/1"]) await put(plain, key, "x");

  const first = await s3.send(
    new ListObjectsV2Command({ Bucket: plain, Delimiter: "/", MaxKeys: 2 }),
  );
  const second = await s3.send(
    new ListObjectsV2Command({
      Bucket: plain,
      Delimiter: "/",
      ContinuationToken: first.NextContinuationToken,
    }),
  );

  expect(first.Contents?.map((each) => each.Key)).toEqual(["a"]);
  expect(first.CommonPrefixes).toEqual([{ Prefix: "b/" }]);
  expect(second.Contents?.map((each) => each.Key)).toEqual(["c"]);
  expect(second.CommonPrefixes).toEqual([{ Prefix: "d/" }]);
});

test.each(["SHA256", "CRC32"] as const)(
  "a %s checksum is kept with the object and checked on reading",
  async (algorithm) => {
    await put(plain, "key", "content", { ChecksumAlgorithm: algorithm });

    const got = await s3.send(
      new GetObjectCommand({ Bucket: plain, Key: "key", ChecksumMode: "ENABLED" }),
    );

    expect(got[`Checksum${algorithm}`]).toEqual(expect.any(String));
    expect(await got.Body?.transformToString()).toBe("content");
  },
);

test("a wrong checksum refuses the upload and leaves nothing behind", async () => {
  const ofOther = createHash("sha256").update("other").digest("base64");

  await expect(put(plain, "key", "content", { ChecksumSHA256: ofOther })).rejects.toMatchObject({
    name: "BadDigest",
  });
  await expect(put(plain, "key", "content", { ChecksumCRC32: "AAAAAA==" })).rejects.toMatchObject({
    name: "BadDigest",
  });
  await expect(read(plain, "key")).rejects.toMatchObject({ name: "NoSuchKey" });
});

test("a streamed upload is stored without its aws-chunked framing", async () => {
  const content = Buffer.alloc(150_000, "Qianyue ");

  await s3.send(
    new PutObjectCommand({
      Bucket: plain,
      Key: "stream",
      Body: Readable.from([content.subarray(0, 70_000), content.subarray(70_000)]),
      ContentLength: content.length,
      ChecksumAlgorithm: "SHA256",
    }),
  );

  const got = await s3.send(new GetObjectCommand({ Bucket: plain, Key: "stream" }));
  expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(content)).toBe(true);
  expect(got.ContentEncoding).toBeUndefined();
});

test.each([
  [
    "a wrong trailing checksum",
    "3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
    "BadDigest",
  ],
  ["no trailing checksum", "3\r\nabc\r\n0\r\n\r\n", "MalformedTrailerError"],
  ["a chunk cut short", "5\r\nabc\r\n0\r\n\r\n", "IncompleteBody"],
  ["no last chunk", "3\r\nabc\r\n", "IncompleteBody"],
])("an aws-chunked body with %s is refused", async (_, body, code) => {
  const answer = await fetch(`${listening.url}/${plain}/chunked`, {
    method: "PUT",
    body,
    headers: {
      authorization: "AWS4-HMAC-SHA256 Credential=any",
      "content-encoding": "aws-chunked",
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "x-amz-decoded-content-length": "3",
      "x-amz-trailer": "x-amz-checksum-crc32",
    },
  });

  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain(`<Code>${code}</Code>`);
});

test("a version under default retention cannot be deleted until its time is over", async () => {
  const { VersionId } = await put(evidence, "bundle.zip", "proof");
  const held = await s3.send(
    new GetObjectRetentionCommand({ Bucket: evidence, Key: "bundle.zip" }),
  );
  const head = await s3.send(new HeadObjectCommand({ Bucket: evidence, Key: "bundle.zip" }));

  await expect(remove(evidence, "bundle.zip", VersionId)).rejects.toMatchObject({
    name: "AccessDenied",
    $metadata: { httpStatusCode: 403 },
  });
  const bypass = new DeleteObjectCommand({
    Bucket: evidence,
    Key: "bundle.zip",
    VersionId,
    BypassGovernanceRetention: true,
  });
  await expect(s3.send(bypass)).rejects.toMatchObject({ name: "AccessDenied" });
  expect(held.Retention?.Mode).toBe("COMPLIANCE");
  expect(head.ObjectLockRetainUntilDate).toEqual(held.Retention?.RetainUntilDate);
  expect(await read(evidence, "bundle.zip")).toBe("proof");

  clock.advance(30 * dayMs + 1000);
  await remove(evidence, "bundle.zip", VersionId);
  await expect(read(evidence, "bundle.zip")).rejects.toMatchObject({ name: "NoSuchKey" });
});

test("an object's own retention wins over the default, may grow, and may not shrink", async () => {
  const inDays = (days: number) => new Date(clock.now() + days * dayMs);
  const retain = (days: number, Mode: "COMPLIANCE" | "GOVERNANCE" = "COMPLIANCE") =>
    s3.send(
      new PutObjectRetentionCommand({
        Bucket: evidence,
        Key: "key",
        Retention: { Mode, RetainUntilDate: inDays(days) },
      }),
    );
  await put(evidence, "key", "proof", {
    ObjectLockMode: "COMPLIANCE",
    ObjectLockRetainUntilDate: inDays(100),
  });

  await retain(200);

  await expect(retain(150)).rejects.toMatchObject({ name: "AccessDenied" });
  await expect(retain(300, "GOVERNANCE")).rejects.toMatchObject({ name: "AccessDenied" });
  const { Retention } = await s3.send(
    new GetObjectRetentionCommand({ Bucket: evidence, Key: "key" }),
  );
  const days = ((Retention?.RetainUntilDate?.getTime() ?? 0) - clock.now()) / dayMs;
  expect(Math.round(days)).toBe(200);
});

test("retention is refused where a bucket has no Object Lock, and in the past", async () => {
  const until = (ms: number) =>
    ({ ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: new Date(ms) }) as const;

  await expect(put(documents, "key", "x", until(clock.now() + dayMs))).rejects.toMatchObject({
    name: "InvalidRequest",
  });
  await expect(put(evidence, "key", "x", until(clock.now() - dayMs))).rejects.toMatchObject({
    name: "InvalidArgument",
  });
  await expect(
    s3.send(new GetObjectRetentionCommand({ Bucket: documents, Key: "key" })),
  ).rejects.toMatchObject({ name: "InvalidRequest" });
});

test("a presigned URL opens its object and nothing else, until it expires", async () => {
  await put(plain, "合同 (1).pdf", "content");
  await put(plain, "secret", "hidden");
  const command = new GetObjectCommand({
    Bucket: plain,
    Key: "合同 (1).pdf",
    ResponseContentDisposition: 'attachment; filename="a.pdf"',
  });
  const url = await getSignedUrl(s3, command, { expiresIn: 60 });

  const opened = await fetch(url);
  expect(await opened.text()).toBe("content");
  expect(opened.headers.get("content-disposition")).toBe('attachment; filename="a.pdf"');

  const otherSignature = url.replace(
    /(X-Amz-Signature=)(.)/,
    (_, name, first) => name + (first === "0" ? "1" : "0"),
  );
  const tampered = [
    otherSignature,
    url.replace(/(X-Amz-Signature=).{10}/, "$1"),
    url.replace(/\/plain\/[^?]*/, "/plain/secret"),
    url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
    url.replace("a.pdf", "b.pdf"),
  ];
  for (const wrong of tampered) {
    expect(wrong).not.toBe(url);
    const refused = await fetch(wrong);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("<Code>SignatureDoesNotMatch</Code>");
  }
  expect((await fetch(url, { method: "DELETE" })).status).toBe(403);

  clock.advance(61_000);
  const expired = await fetch(url);
  expect(expired.status).toBe(403);
  expect(await expired.text()).toContain("Request has expired");
});

test("a URL presigned with another secret, or an anonymous one, is refused", async () => {
  await put(plain, "key", "content");
  const stranger = new S3Client({
    endpoint: listening.url,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "guess" },
  });
  const url = await getSignedUrl(stranger, new GetObjectCommand({ Bucket: plain, Key: "key" }));

  expect((await fetch(url)).status).toBe(403);
  expect((await fetch(`${listening.url}/${plain}/key`)).status).toBe(403);
});

test("objects, versions and retention survive a restart; files nobody names do not", async () => {
  const one = await put(evidence, "key", "one", { Metadata: { contract: "CT01" } });
  await put(evidence, "key", "two");

  await stop();
  writeFileSync(join(directory, "s3-objects", "left-by-a-crash"), "half an upload");
  await start();

  const first = await s3.send(
    new GetObjectCommand({ Bucket: evidence, Key: "key", VersionId: one.VersionId }),
  );
  expect(await first.Body?.transformToString()).toBe("one");
  expect(first.Metadata).toEqual({ contract: "CT01" });
  expect(await read(evidence, "key")).toBe("two");
  await expect(remove(evidence, "key", one.VersionId)).rejects.toMatchObject({
    name: "AccessDenied",
  });
  expect(readdirSync(join(directory, "s3-objects"))).not.toContain("left-by-a-crash");
});

test("provisioning again never takes versioning or Object Lock from a bucket", async () => {
  service.createBucket(evidence);
  service.createBucket(documents);

  const written = await put(evidence, "key", "proof");
  const versioned = await put(documents, "key", "x");

  await expect(remove(evidence, "key", written.VersionId)).rejects.toMatchObject({
    name: "AccessDenied",
  });
  expect(versioned.VersionId).toEqual(expect.any(String));
});

test("what is not served says so instead of doing something else", async () => {
  const answer = await fetch(`${listening.url}/${plain}/key?tagging`, {
    headers: { authorization: "AWS4-HMAC-SHA256 Credential=any" },
  });

  expect(answer.status).toBe(501);
  expect(await answer.text()).toContain("the local S3 does not serve GET object tagging");
});
