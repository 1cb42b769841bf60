import { execFile } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, expect, test } from "vitest";
import { keys, packHashes } from "../../functions/adapters/log-reader.ts";
import { transparencyLog } from "../../functions/adapters/transparency-log.ts";
import { hashLeaf, merkleRoot, verifyInclusion } from "../../functions/domain/merkle-tree.ts";
import { readCheckpoint, readNote } from "../../functions/domain/signed-note.ts";
import { lambdaWorld } from "../../functions/world.ts";
import { awsOf } from "./actors.ts";
import { ownStack } from "./stack.ts";

const stack = ownStack();
const folder = mkdtempSync(join(tmpdir(), "qianyue-witness-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const table = "transparency_log";
const leaves = Array.from({ length: 7 }, (_, index) => hashLeaf(Buffer.from(`statement ${index}`)));

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const key = {
  sign: async (message: Uint8Array) => sign("sha256", message, privateKey),
  publicKey: async () => publicKey.export({ format: "der", type: "spki" }),
};
/** The stack's own table, written as the sealing step writes it. */
async function append(more: readonly string[]): Promise<void> {
  const world = { ...lambdaWorld, aws: awsOf(stack) };
  const log = transparencyLog(world, { table, origin: "localhost/qianyue/log", key });
  for (const leaf of more) await log.append("CT1", leaf);
  await log.checkpoint();
}

/** `npm run log:audit` in a process of its own; its exit code and what it said. */
async function audit(): Promise<{ readonly code: number; readonly said: string }> {
  const witness = join(folder, "witness.json");
  const run = promisify(execFile)(
    process.execPath,
    ["bin/log-audit.ts", "--url", stack.apiUrl, "--witness", witness],
    { encoding: "utf8" },
  );
  return run.then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stdout, stderr }) => ({ code, said: stdout + stderr }),
  );
}

const getText = async (path: string) => (await fetch(`${stack.apiUrl}/v1/log/${path}`)).text();

test("an empty log answers that it has not begun, to anybody and to the auditor", async () => {
  const { status } = await fetch(`${stack.apiUrl}/v1/log/checkpoint`);

  const { code, said } = await audit();

  expect(status).toBe(404);
  expect(code).toBe(2);
  expect(said).toContain("the log is empty");
});

test("anybody verifies a leaf with the checkpoint and its proof, without a signature", async () => {
  await append(leaves.slice(0, 5));

  const head = readCheckpoint(readNote(await getText("checkpoint"))?.text ?? "");
  const proof = JSON.parse(await getText(`inclusion/${leaves[2]}`));

  expect(head).toMatchObject({ size: 5, root: merkleRoot(leaves.slice(0, 5)) });
  expect(verifyInclusion(proof, head?.root ?? "")).toBe(true);
});

test("the audit follows a log that grows, and names the leaf that was exchanged behind its back", async () => {
  const first = await audit();
  await append(leaves.slice(5));
  const grown = await audit();
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsOf(stack)));
  const Item = { ...keys.node(4), hashes: packHashes([hashLeaf(Buffer.from("another"))]) };
  await dynamo.send(new PutCommand({ TableName: table, Item }));
  const exchanged = await audit();

  expect([first.code, grown.code, exchanged.code]).toEqual([0, 0, 1]);
  expect(grown.said).toContain("a proof leads from the witness's checkpoint to this one");
  expect(exchanged.said).toContain("✗ the leaves make up the signed root — leaf 4");
  expect(exchanged.said).toContain("✗ nothing the witness saw was rewritten — leaf 4");
});
