import { AwsError } from "./aws-error.ts";
import type { LocalService, ServiceResponse } from "./service.ts";

/** Every local ARN carries these two; nothing on this machine depends on their value. */
export const localRegion = "us-east-1";
export const localAccount = "000000000000";

export type JsonInput = Readonly<Record<string, unknown>>;
export type JsonOperation = (input: JsonInput) => object | undefined | Promise<object | undefined>;

/**
 * Serves the AWS JSON 1.1 protocol: `X-Amz-Target: <prefix>.<Operation>` picks the operation,
 * an `AwsError` becomes the exception of that name, any other throw is left to `listen` (500).
 */
export function awsJson(
  prefix: string,
  operations: Readonly<Record<string, JsonOperation>>,
): LocalService["handle"] {
  return async ({ headers, body }) => {
    const target = headers["x-amz-target"] ?? "";
    const name = target.startsWith(`${prefix}.`) ? target.slice(prefix.length + 1) : "";
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    try {
      if (operation === undefined) {
        throw new AwsError(
          "UnknownOperationException",
          `${target || "a call without X-Amz-Target"} does not exist in the local ${prefix}`,
        );
      }
      return answer(200, (await operation(parse(body))) ?? {});
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return answer(error.status, { __type: error.code, message: error.message });
    }
  };
}

/** Reads a required text member of the input. */
export function text(input: JsonInput, member: string): string {
  const value = optionalText(input, member);
  if (value === undefined) throw invalid(`${member} is required`);
  return value;
}

export function optionalText(input: JsonInput, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw invalid(`${member} must be a string`);
  return value;
}

/** Reads a required blob member, which the protocol carries as base64. */
export function blob(input: JsonInput, member: string): Buffer {
  return Buffer.from(text(input, member), "base64");
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

function parse(body: Buffer): JsonInput {
  try {
    const input: unknown = JSON.parse(body.toString() || "{}");
    if (typeof input === "object" && input !== null) return input as JsonInput;
  } catch {
    // Not JSON and JSON that is no object get the same answer, below.
  }
  throw new AwsError("SerializationException", "the request body is not a JSON object");
}

function answer(status: number, content: object): ServiceResponse {
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify(content),
  };
}
