import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import type { World } from "../world.ts";

/** Write-once objects: what lies under a key was the first thing anyone put there, and stays. */
export function documentStore(world: World, bucket: string) {
  const s3 = new S3Client(world.aws);
  return {
    /**
     * Puts the bytes unless the key is taken; returns the bytes that lie there afterwards.
     * Losing the race is fine: whoever names a key by its content or its root means the same thing.
     */
    async putOnce(key: string, bytes: Uint8Array, contentType: string): Promise<Uint8Array> {
      try {
        await s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: bytes,
            ContentType: contentType,
            IfNoneMatch: "*",
            ChecksumAlgorithm: "SHA256",
          }),
        );
        return bytes;
      } catch (cause) {
        const taken =
          cause instanceof S3ServiceException &&
          (cause.$metadata.httpStatusCode === 412 || cause.$metadata.httpStatusCode === 409);
        const there = taken ? await this.get(key) : undefined;
        if (there === undefined) throw cause;
        return there;
      }
    },

    async get(key: string): Promise<Uint8Array | undefined> {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return await Body?.transformToByteArray();
      } catch (cause) {
        if (cause instanceof NoSuchKey) return undefined;
        throw cause;
      }
    },
  };
}

export type DocumentStore = ReturnType<typeof documentStore>;
