import { createHash, createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { partnerClient } from "../client/signed-call.ts";

const clientId = "floor";
const secret = "a secret of the floor";

/**
 * The least a signed and durable request can cost on this machine: bare node:http, the same HMAC,
 * one committed insert. What the product takes is read as a multiple of it.
 */
export async function bareFloor(
  file: string,
): Promise<{ readonly call: () => Promise<void>; close(): void }> {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE request (id TEXT PRIMARY KEY, body BLOB)");
  const insert = database.prepare("INSERT INTO request VALUES (?, ?)");
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const valid = isSigned(request, body);
    if (valid) insert.run(JSON.parse(body.toString()).requestId, body);
    answer(response, valid ? 200 : 401);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const call = partnerClient(`http://127.0.0.1:${port}`, { clientId, secret });
  return {
    async call() {
      const { status } = await call("POST", "/v1/contracts", { requestId: randomUUID() });
      if (status !== 200) throw new Error(`the floor answered ${status}`);
    },
    close() {
      server.closeAllConnections();
      server.close();
      database.close();
    },
  };
}

function isSigned({ method, url, headers }: IncomingMessage, body: Buffer): boolean {
  const bodyHash = createHash("sha256").update(body).digest("hex");
  const text = [method, url, "", headers["x-timestamp"], headers["x-nonce"], bodyHash].join("\n");
  const expected = createHmac("sha256", secret).update(text).digest();
  return timingSafeEqual(expected, Buffer.from(String(headers["x-signature"]), "hex"));
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "application/json" }).end("{}");
}
