import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { World } from "../world.ts";

/** Long enough to click, too short to pass on (T-27). */
const linkSeconds = 300;

/** Short-lived links to single objects; the browser saves the file instead of showing it. */
export function downloadLinks(world: World, bucket: string) {
  const s3 = new S3Client(world.aws);
  return (key: string, filename: string): Promise<string> =>
    getSignedUrl(
      s3,
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ResponseContentDisposition: `attachment; filename="${filename}"`,
      }),
      { expiresIn: linkSeconds, signingDate: new Date(world.now()) },
    );
}
