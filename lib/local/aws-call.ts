import { localRegion } from "./aws-json.ts";
import type { LocalService } from "./service.ts";

/** dynoxide wants the headers of a signature; nobody here checks the signature itself. */
const headers = {
  authorization: `AWS4-HMAC-SHA256 Credential=local/20200101/${localRegion}/local/aws4_request, SignedHeaders=host, Signature=local`,
  "content-type": "application/x-amz-json-1.0",
  "x-amz-date": "20200101T000000Z",
};

/**
 * Calls one JSON operation of a local service in this process, e.g. `DynamoDB_20120810.Scan`.
 * A refusal is thrown with the exception's name.
 */
export async function callAws(
  { handle }: Pick<LocalService, "handle">,
  target: string,
  input: object,
): Promise<Record<string, unknown>> {
  const { status, body } = await handle({
    method: "POST",
    path: "/",
    query: new URLSearchParams(),
    headers: { ...headers, "x-amz-target": target },
    body: Buffer.from(JSON.stringify(input)),
  });
  const output = JSON.parse(String(body)) as Record<string, unknown>;
  if (status === 200) return output;
  const name = String(output.__type).split("#").at(-1) ?? "UnknownError";
  const error = new Error(`${target}: ${name}: ${output.message ?? output.Message}`);
  error.name = name;
  throw error;
}
