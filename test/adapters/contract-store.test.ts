import { describe, expect, test } from "vitest";
import { advance } from "../../functions/advance.ts";
import { type ContractId, replay } from "../../functions/domain/contract.ts";
import { AwsFault } from "../fakes/aws.ts";
import type { Attribute, Item } from "../fakes/expressions.ts";
import {
  challengeRequested,
  contractId,
  details,
  flowCreated,
  readyToSign,
  signingStage,
} from "../fakes/signing-stage.ts";

const sign = {
  type: "sign",
  at: "2026-11-21T09:00:00.000Z",
  signer: 1,
  signature: "[]",
  ip: "192.0.2.1",
  userAgent: "browser",
} as const;

describe("the store of contracts", () => {
  test("A-41: fifty parallel signatures make one SIGNED entry; the others hear that it is signed", async () => {
    const { contracts } = await signingStage(readyToSign);

    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () => advance(contracts, contractId, sign)),
    );

    const entries = (await contracts.history(contractId)).map(({ entry }) => entry);
    expect(entries.filter(({ step }) => step === "SIGNED")).toHaveLength(1);
    expect(outcomes.filter((one) => "drafts" in one)).toHaveLength(1);
    const refusals = outcomes.flatMap((one) => ("refused" in one ? [one.refused.code] : []));
    expect(new Set(refusals)).toEqual(new Set(["LINK_USED"]));
    expect(replay(entries)).toEqual(await contracts.read(contractId));
  });

  test("B-28: a start that meets another's running transaction looks again and finds the contract", async () => {
    const { contracts, dynamo, empty } = await signingStage([]);
    empty();
    let conflicts = 0;
    dynamo.gate = async ({ label }) => {
      if (!label.startsWith("write HEAD") || conflicts === 3) return undefined;
      conflicts += 1;
      throw new AwsFault("TransactionCanceledException", "in progress", {
        CancellationReasons: [{ Code: "TransactionConflict" }],
      });
    };

    const started = await contracts.create(contractId, flowCreated, details, []);

    expect(conflicts).toBe(3);
    expect(started.isNew).toBe(true);
  });

  test("B-28: a hundred equal starts at once make one contract", async () => {
    const { contracts, empty } = await signingStage([]);
    empty();

    const started = await Promise.all(
      Array.from({ length: 100 }, () => contracts.create(contractId, flowCreated, details, [])),
    );

    expect(started.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(started.map(({ contract }) => contract.head)).size).toBe(1);
    expect(await contracts.history(contractId)).toHaveLength(1);
  });

  test("K10: twenty starts at once under one second key make one contract, which all of them hear of", async () => {
    const { contracts, empty } = await signingStage([]);
    empty();
    const ids = Array.from(
      { length: 20 },
      (_, number) => `CT${String(number).padStart(26, "0")}` as ContractId,
    );

    const started = await Promise.all(
      ids.map((id) =>
        contracts.create(id, flowCreated, details, [], { secondKeys: ["serial"], items: [] }),
      ),
    );

    expect(started.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(started.map(({ contract }) => contract.id)).size).toBe(1);
  });

  test("A-41: a write that lost the race changes neither the contract nor the chain", async () => {
    const { contracts, dynamo } = await signingStage(readyToSign);
    const before = await contracts.read(contractId);
    if (before === undefined) throw new Error("no contract");
    await advance(contracts, contractId, sign);
    const stored = dynamo.items("flow").concat(dynamo.items("chain"));

    const late = contracts.commit(before, [
      { step: "REVOKED", at: sign.at, actor: "partner:sandai", facts: {} },
    ]);

    await expect(late).rejects.toThrow("moved on from version");
    expect(dynamo.items("flow").concat(dynamo.items("chain"))).toEqual(stored);
  });

  test("B-40: the store itself refuses to change an end, whatever the code above believes", async () => {
    const { contracts } = await signingStage([
      ...readyToSign,
      { type: "decline", at: sign.at, signer: 1, reason: "no", ip: "", userAgent: "" },
    ]);
    const ended = await contracts.read(contractId);
    if (ended === undefined) throw new Error("no contract");
    const deceived = { ...ended, state: { status: "NOTIFIED" } as const };

    const revived = contracts.commit(deceived, [
      { step: "LINK_OPENED", at: sign.at, actor: "signer:1", facts: { signer: 1 } },
    ]);

    await expect(revived).rejects.toThrow("moved on from version");
  });

  test("design 4: whoever comes to wait after the result is given it; who came before is remembered", async () => {
    const { contracts } = await signingStage(challengeRequested);
    const key = "W#1#VERIFY#1";

    expect(await contracts.storeToken(contractId, key, "first")).toBeUndefined();
    expect(await contracts.storeToken(contractId, key, "second")).toBeUndefined();
    await advance(contracts, contractId, {
      type: "revoke",
      at: sign.at,
      owner: "sandai",
      reason: "r",
      operator: "o",
    });

    const outcome = { ok: false, error: "Contract.Revoked" };
    expect(await contracts.readWait(contractId, key)).toMatchObject({
      tokens: new Set(["first", "second"]),
      outcome,
    });
    expect(await contracts.storeToken(contractId, key, "third")).toEqual(outcome);
  });

  test("A-15: what names a person is not in the chain's open columns, and opens only with the key", async () => {
    const { contracts, dynamo } = await signingStage(challengeRequested);

    const open = JSON.stringify([...dynamo.items("flow"), ...dynamo.items("chain")]);
    for (const personal of ["张三", "13800138000", "11010519491231002X"])
      expect(open).not.toContain(personal);
    const rows = await contracts.history(contractId);
    const disclosed = contracts.disclose(contractId, rows, await contracts.readKey(contractId));
    expect(disclosed[0]).toMatchObject([{ name: "name", value: "张三" }]);
  });

  test("design 10: an entry of evidence costs one write unit: it fits into one kilobyte", async () => {
    const { dynamo } = await signingStage(challengeRequested);

    const sizes = dynamo.items("chain").map(itemBytes);

    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024);
  });
});

/** DynamoDB's own rule: names and strings by their UTF-8 bytes, numbers by digit pairs, maps with three more. */
const itemBytes = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, attribute]) => sum + Buffer.byteLength(name) + attributeBytes(attribute),
    0,
  );

function attributeBytes({ S, N, B, M, L }: Attribute): number {
  if (typeof S === "string") return Buffer.byteLength(S);
  if (typeof N === "string") return Math.ceil(N.length / 2) + 1;
  if (typeof B === "string") return Buffer.from(B, "base64").length;
  if (M !== undefined) return 3 + itemBytes(M as Item);
  if (L !== undefined)
    return 3 + (L as Attribute[]).reduce((sum, one) => sum + attributeBytes(one), 0);
  return 1;
}
