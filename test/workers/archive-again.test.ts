import type { SQSEvent } from "aws-lambda";
import { unzipSync } from "fflate";
import { beforeEach, describe, expect, test } from "vitest";
import { archiveReader } from "../../functions/adapters/archive-records.ts";
import { documentStore } from "../../functions/adapters/document-store.ts";
import { eventOf } from "../../functions/domain/events.ts";
import { hashBytes } from "../../functions/domain/evidence.ts";
import { loadBundle } from "../../functions/evidence/evidence-bundle.ts";
import { build } from "../../functions/workers/archive-again.ts";
import { verify } from "../../verifier/verify.ts";
import { contractId, sealedContract } from "../fakes/sealed-contract.ts";

type Stage = Awaited<ReturnType<typeof sealedContract>>;

const message = {
  Records: [{ messageId: "1", body: JSON.stringify({ detail: { contractId } }) }],
} as unknown as SQSEvent;
const work = (stage: Stage) => build(stage.world)(message);
const tsaOf = async (stage: Stage) =>
  (await archiveReader(stage.world, "flow")(contractId)).find(({ provider }) => provider === "TSA");
const entriesOf = async (stage: Stage) =>
  (await stage.contracts.history(contractId)).map(({ entry }) => entry);

describe("a contract sealed while every time-stamp authority was away", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await sealedContract({ isAway: true });
  });

  test("C-73: completes all the same; the archive says FAILED and the event asks to archive again", async () => {
    const sealed = (await entriesOf(stage)).find(({ step }) => step === "SEALED");

    expect((await stage.contracts.read(contractId))?.state.status).toBe("COMPLETED");
    expect(await tsaOf(stage)).toMatchObject({ status: "FAILED" });
    const owner = { owner: "sandai", requestId: "REQ-1" };
    expect(sealed && eventOf(sealed, owner)?.type).toBe("esign.contract.v1.archive_failed");
  });

  test("C-73, C-74: a message that finds no authority comes back, and nothing changes", async () => {
    const before = stage.dynamo.save();

    const { batchItemFailures } = await work(stage);

    expect(batchItemFailures).toEqual([{ itemIdentifier: "1" }]);
    expect(stage.dynamo.save()).toEqual(before);
  });

  test("C-45, C-73: archived again, the record holds the token's number and the state is what it was", async () => {
    const before = await stage.contracts.read(contractId);
    stage.isAway = false;

    const { batchItemFailures } = await work(stage);

    const after = await stage.contracts.read(contractId);
    const archived = (await entriesOf(stage)).at(-1);
    expect(batchItemFailures).toEqual([]);
    expect(after?.state).toEqual(before?.state);
    expect(archived).toMatchObject({ step: "ARCHIVED", facts: { provider: "TSA" } });
    expect(await tsaOf(stage)).toMatchObject({
      status: "SUCCESS",
      archivedAt: stage.world.now(),
      transactionNo: archived?.facts.transactionNo,
    });
  });

  test("the token lies beside the locked bundle, in the chain by its hash, and verifies with it", async () => {
    stage.isAway = false;
    await work(stage);

    const evidence = documentStore(stage.world, "evidence");
    const bundle = await loadBundle(evidence, stage.bundleKey, undefined);

    const token = unzipSync(bundle)["META-INF/timestamp002.tst"] ?? new Uint8Array();
    const archived = (await entriesOf(stage)).at(-1);
    expect(hashBytes(token)).toBe(archived?.facts.tokenHash);
    const { claims } = await verify(Uint8Array.from(bundle), {}, stage.world.now());
    expect(claims.filter(({ status }) => status === "fails")).toEqual([]);
    expect(claims.find(({ title }) => title === "stamped")?.says.values.at).toMatch(
      /^2026-11-21T09/,
    );
  });

  test("a second message writes nothing: the contract is archived already", async () => {
    stage.isAway = false;
    await work(stage);
    const before = stage.dynamo.save();

    const { batchItemFailures } = await work(stage);

    expect(batchItemFailures).toEqual([]);
    expect(stage.dynamo.save()).toEqual(before);
  });

  test("after a crash between token and entry the token that lies there is taken up, not a new one", async () => {
    stage.isAway = false;
    const before = stage.dynamo.save();
    await work(stage);
    const first = (await entriesOf(stage)).at(-1)?.facts.tokenHash;
    stage.dynamo.restore(before);

    stage.isAway = true;
    await work(stage);

    expect((await entriesOf(stage)).at(-1)?.facts.tokenHash).toBe(first);
  });
});

test("C-46: sealed with an authority at hand, all three archives succeed at once", async () => {
  const stage = await sealedContract();

  const records = await archiveReader(stage.world, "flow")(contractId);

  expect(records.map(({ provider, status }) => `${provider} ${status}`)).toEqual([
    "TSA SUCCESS",
    "LOCAL_CA SUCCESS",
    "BLOCKCHAIN SUCCESS",
  ]);
  expect(new Set(records.map(({ documentHash }) => documentHash))).toEqual(
    new Set([`sha256:${stage.signedHash}`]),
  );
});
