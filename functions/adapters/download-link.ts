import { createHash, createHmac } from "node:crypto";
import type { World } from "../world.ts";

/** Long enough to click, too short to pass on (T-27). */
const linkSeconds = 300;

/**
 * Short-lived links to single objects: a presigned GET by Signature Version 4 in the query string.
 * Signed here because the S3 client would add a fifth to the bundle for this one string; a test holds
 * every character against the SDK's own presigner.
 */
export function downloadLinks(world: World, bucket: string) {
  return (key: string, filename: string): string => {
    const region = required(world, "AWS_REGION");
    const at = world.now().replace(/[-:]|\.\d{3}/g, "");
    const scope = `${at.slice(0, 8)}/${region}/s3/aws4_request`;
    const { host, path, origin } = address(world, bucket, region, key);
    const token = world.environment("AWS_SESSION_TOKEN");
    const query = Object.entries({
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD",
      "X-Amz-Credential": `${required(world, "AWS_ACCESS_KEY_ID")}/${scope}`,
      "X-Amz-Date": at,
      "X-Amz-Expires": String(linkSeconds),
      ...(token ? { "X-Amz-Security-Token": token } : {}),
      "X-Amz-SignedHeaders": "host",
      "response-content-disposition": `attachment; filename="${filename}"`,
      "x-id": "GetObject",
    })
      .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
      .sort()
      .join("&");
    const request = ["GET", path, query, `host:${host}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n");
    const text = ["AWS4-HMAC-SHA256", at, scope, sha256(request)].join("\n");
    const signingKey = scope
      .split("/")
      .reduce<string | Buffer>(hmac, `AWS4${required(world, "AWS_SECRET_ACCESS_KEY")}`);
    const signature = hmac(signingKey, text).toString("hex");
    return `${origin}${path}?${query}&X-Amz-Signature=${signature}`;
  };
}

/** Where the SDK would send it: the bucket's own host, or a path below a configured endpoint. */
function address(world: World, bucket: string, region: string, key: string) {
  const path = key.split("/").map(percentEncoded).join("/");
  const endpoint =
    world.environment("AWS_ENDPOINT_URL_S3") ?? world.environment("AWS_ENDPOINT_URL");
  if (endpoint === undefined) {
    const host = `${bucket}.s3.${region}.amazonaws.com`;
    return { host, path: `/${path}`, origin: `https://${host}` };
  }
  const { host, origin } = new URL(endpoint);
  return { host, path: `/${bucket}/${path}`, origin };
}

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** RFC 3986: encodeURIComponent leaves five characters that Signature Version 4 escapes. */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function required(world: World, name: string): string {
  const value = world.environment(name);
  if (value === undefined)
    throw new Error(`environment variable ${name} is missing; Lambda sets it`);
  return value;
}
