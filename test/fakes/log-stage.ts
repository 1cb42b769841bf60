import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { signingKey } from "../../functions/adapters/signing-key.ts";
import { transparencyLog } from "../../functions/adapters/transparency-log.ts";
import { build as getCheckpoint } from "../../functions/api/get-checkpoint.ts";
import { build as getLogKey } from "../../functions/api/get-log-key.ts";
import { build as listLeaves } from "../../functions/api/list-leaves.ts";
import { build as proveConsistency } from "../../functions/api/prove-consistency.ts";
import { build as proveInclusion } from "../../functions/api/prove-inclusion.ts";
import { hashLeaf } from "../../functions/domain/merkle-tree.ts";
import { testWorld } from "./world.ts";

export const hashOf = (name: string | number) => hashLeaf(Buffer.from(`statement ${name}`));

type Handler = (event: APIGatewayProxyEvent, context: never) => Promise<APIGatewayProxyResult>;

/** A log, filled and published, behind its own public handlers. */
export async function logStage(leaves: readonly string[] = []) {
  const { world, dynamo } = testWorld({ now: () => "2026-11-21T08:00:00.000Z" });
  const key = signingKey(world, "signing-key");
  const log = transparencyLog(world, { table: "log", origin: "test.example/log", key });
  const handlers: Readonly<Record<string, Handler>> = {
    checkpoint: getCheckpoint(world),
    key: getLogKey(world),
    leaves: listLeaves(world),
    inclusion: proveInclusion(world),
    consistency: proveConsistency(world),
  };
  const stage = { log, dynamo, grow, get };
  if (leaves.length > 0) await grow(leaves);
  return stage;

  async function grow(more: readonly string[]): Promise<void> {
    for (const leaf of more) await log.append("CT1", leaf);
    await log.checkpoint();
  }

  /** `GET` of a path as the API would route it. */
  async function get(target: string) {
    const { pathname, searchParams } = new URL(target, "https://sign.example");
    const [, , , endpoint = "", leafHash] = pathname.split("/");
    const query = [...new Set(searchParams.keys())].map((name) => [
      name,
      searchParams.getAll(name),
    ]);
    const handler = handlers[endpoint];
    if (handler === undefined) throw new Error(`the log has no ${target}`);
    const event = {
      httpMethod: "GET",
      path: pathname,
      headers: {},
      multiValueQueryStringParameters: Object.fromEntries(query),
      pathParameters: leafHash === undefined ? null : { leafHash },
      requestContext: { requestId: "R1", identity: {} },
      body: null,
    };
    const reply = await handler(event as unknown as APIGatewayProxyEvent, undefined as never);
    return { status: reply.statusCode, headers: reply.headers ?? {}, text: reply.body };
  }
}

export type LogStage = Awaited<ReturnType<typeof logStage>>;
