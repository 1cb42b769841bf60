import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { expect, test } from "vitest";
import { downloadLinks } from "../../functions/adapters/download-link.ts";
import { lambdaWorld } from "../../functions/world.ts";

const at = "2026-11-21T08:09:10.123Z";
const key = "evidence/CT0123/ab'(c)*!é.zip";
const filename = "CT0123-evidence.zip";

const environments = {
  "on AWS with a session": { AWS_SESSION_TOKEN: "FwoGZXIvYXdz+/=" },
  "on AWS without a session": {},
  "behind a configured endpoint": { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" },
} as const;

for (const [where, more] of Object.entries(environments)) {
  test(`a download link ${where} is the SDK's own presigned URL`, async () => {
    const environment: Record<string, string> = {
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      ...more,
    };
    const world = {
      ...lambdaWorld,
      now: () => at,
      environment: (name: string) => environment[name],
    };

    const link = downloadLinks(world, "bundles")(key, filename);

    const s3 = new S3Client({
      responseChecksumValidation: "WHEN_REQUIRED",
      requestChecksumCalculation: "WHEN_REQUIRED",
      region: "eu-west-1",
      credentials: {
        accessKeyId: "AKIDEXAMPLE",
        secretAccessKey: String(environment.AWS_SECRET_ACCESS_KEY),
        ...(environment.AWS_SESSION_TOKEN ? { sessionToken: environment.AWS_SESSION_TOKEN } : {}),
      },
      ...(environment.AWS_ENDPOINT_URL
        ? { endpoint: environment.AWS_ENDPOINT_URL, forcePathStyle: true }
        : {}),
    });
    const command = new GetObjectCommand({
      Bucket: "bundles",
      Key: key,
      ResponseContentDisposition: `attachment; filename="${filename}"`,
    });
    const theirs = await getSignedUrl(s3, command, { expiresIn: 300, signingDate: new Date(at) });
    expect(parts(link)).toEqual(parts(theirs));
  });
}

/** The order of query parameters means nothing; everything else must be equal, the signature above all. */
function parts(url: string) {
  const { origin, pathname, searchParams } = new URL(url);
  return { origin, pathname, query: Object.fromEntries(searchParams) };
}
