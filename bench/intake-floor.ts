import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import canonicalize from "canonicalize";
import Fastify from "fastify";
import type { Credentials } from "../client/signed-call.ts";
import { transaction } from "../lib/local/database.ts";

// biome-ignore lint/suspicious/noExplicitAny: the floor reads what the benchmark itself sends.
type Body = any;

/**
 * The least an instruction can cost on this machine: bare Fastify, the same signature in the body, and one
 * transaction of SQLite that keeps the order and a message to whoever would forward it. It forwards nothing,
 * keeps no history and asks for no authorisation.
 */
export async function intakeFloor(
  file: string,
  { clientId, secret }: Credentials,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const database = new DatabaseSync(file);
  // As durable as the stack it is measured beside: an answer outlives a power cut.
  database.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE transaction_order (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
    CREATE TABLE clearing (order_id TEXT NOT NULL) STRICT;`);
  const insert = database.prepare("INSERT INTO transaction_order VALUES (?, ?)");
  const enqueue = database.prepare("INSERT INTO clearing VALUES (?)");

  const server = Fastify();
  server.post("/api/v1/transaction/process", async ({ body }: { body: Body }, reply) => {
    if (body.appId !== clientId || !isSigned(body, secret)) return reply.code(401).send({});
    transaction(database, () => {
      insert.run(body.requestId, JSON.stringify(body));
      enqueue.run(body.requestId);
    });
    return { code: "SUCCESS", data: { requestId: body.requestId, status: "SUCCESS" } };
  });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  return {
    url,
    async close() {
      server.server.closeAllConnections();
      await server.close();
      database.close();
    },
  };
}

function isSigned(
  { appId, requestId, timestamp, bizType, bizData, signature }: Body,
  secret: string,
): boolean {
  const dataHash = createHash("sha256")
    .update(String(canonicalize(bizData)))
    .digest("hex");
  const text = [appId, requestId, timestamp, bizType, dataHash].join("\n");
  const expected = createHmac("sha256", secret).update(text).digest();
  return timingSafeEqual(expected, Buffer.from(signature, "hex"));
}
