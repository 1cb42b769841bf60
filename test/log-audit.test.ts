import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { auditLog, readWitness, writeWitness } from "../bin/log-audit.ts";
import { packHashes } from "../functions/adapters/log-reader.ts";
import { hashOf, type LogStage, logStage } from "./fakes/log-stage.ts";

const folder = mkdtempSync(join(tmpdir(), "log-audit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const leaves = Array.from({ length: 30 }, (_, index) => hashOf(index));

/** What an honest audit of the first 20 leaves left with the witness. */
async function witnessed() {
  const stage = await logStage(leaves.slice(0, 20));
  const { seen } = await auditLog(stage.get);
  return { stage, witness: seen };
}

const faultsOf = ({ claims }: Awaited<ReturnType<typeof auditLog>>) =>
  claims.filter(({ holds }) => !holds).map(({ claim, culprit }) => ({ claim, culprit }));

/** Another history under the same key: what an operator could sign who wants to forget something. */
async function rewritten(change: (leaves: string[]) => void): Promise<LogStage> {
  const other = [...leaves];
  change(other);
  return logStage(other);
}

describe("an audit", () => {
  test("of a log that only grew finds every claim true, and keeps what it saw", async () => {
    const { stage, witness } = await witnessed();
    await stage.grow(leaves.slice(20));

    const audit = await auditLog(stage.get, witness);

    expect(audit.claims).toHaveLength(6);
    expect(faultsOf(audit)).toEqual([]);
    expect(audit.seen?.leaves).toEqual(leaves);
  });

  test("sees that leaves were cut off, and which was the first", async () => {
    const { witness } = await witnessed();
    const shorter = await logStage(leaves.slice(0, 17));

    const audit = await auditLog(shorter.get, witness);

    expect(faultsOf(audit)).toEqual([
      { claim: "nothing the witness saw was cut off", culprit: 17 },
    ]);
  });

  test("sees that the whole log is gone", async () => {
    const { witness } = await witnessed();

    const audit = await auditLog((await logStage()).get, witness);

    expect(faultsOf(audit)).toEqual([{ claim: "nothing the witness saw was cut off", culprit: 0 }]);
  });

  test("sees a history that was rewritten and signed again, and names the leaf", async () => {
    const { witness } = await witnessed();
    const forged = await rewritten((other) => other.splice(13, 1, hashOf("forged")));

    const audit = await auditLog(forged.get, witness);

    expect(faultsOf(audit)).toEqual([
      { claim: "nothing the witness saw was rewritten", culprit: 13 },
      { claim: "a proof leads from the witness's checkpoint to this one", culprit: undefined },
    ]);
  });

  test("sees a fork: another tree of the very size the witness saw", async () => {
    const { witness } = await witnessed();
    const fork = await logStage([...leaves.slice(0, 19), hashOf("the other branch")]);

    const audit = await auditLog(fork.get, witness);

    expect(faultsOf(audit)).toEqual([
      { claim: "nothing the witness saw was rewritten", culprit: 19 },
      { claim: "a proof leads from the witness's checkpoint to this one", culprit: undefined },
    ]);
  });

  test.each([0, 1, 7, 15, 16, 29])(
    "without a witness names leaf %i that was altered under its signed root",
    async (culprit) => {
      const { get, dynamo } = await logStage(leaves);
      const contents = dynamo.save();
      const name = `NODE/${String(culprit).padStart(16, "0")}`;
      const hashes = Buffer.from(packHashes([hashOf("altered")])).toString("base64");
      const item = contents.log?.get(name) ?? {};
      const kept = Buffer.from(String(item.hashes?.B), "base64").subarray(32);
      const bytes = Buffer.concat([Buffer.from(hashes, "base64"), kept]).toString("base64");
      contents.log?.set(name, { ...item, hashes: { B: bytes } });
      dynamo.restore(contents);

      const audit = await auditLog(get);

      expect(faultsOf(audit)).toEqual([{ claim: "the leaves make up the signed root", culprit }]);
    },
  );

  test("trusts no key but the one it was given or knows", async () => {
    const { stage, witness } = await witnessed();
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const foreign = publicKey.export({ format: "pem", type: "spki" }).toString();

    const given = await auditLog(stage.get, witness, foreign);
    const known = await auditLog(stage.get, witness && { ...witness, key: foreign });

    const fault = { claim: "the checkpoint is signed by the log's key", culprit: undefined };
    expect(faultsOf(given)).toEqual([fault]);
    expect(faultsOf(known)).toEqual([fault]);
    expect(given.seen).toBeUndefined();
  });

  test("says what answered instead of a log", async () => {
    const notFound = async () => ({ status: 502, text: "Bad Gateway" });

    await expect(auditLog(notFound)).rejects.toThrow(
      "GET /v1/log/checkpoint: 502 Bad Gateway; is this the URL of the API?",
    );
  });
});

test("a witness file keeps the checkpoint, the key and one leaf a line, and comes back as it was", async () => {
  const { witness } = await witnessed();
  const file = join(folder, "witness.json");
  if (witness === undefined) throw new Error("the audit left nothing");

  writeWitness(file, witness);

  expect(readWitness(file)).toEqual(witness);
  expect(readWitness(join(folder, "none.json"))).toBeUndefined();
  expect(readFileSync(`${file}.leaves`, "utf8").split("\n", 2)).toEqual(leaves.slice(0, 2));
});
