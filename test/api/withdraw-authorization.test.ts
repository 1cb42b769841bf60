import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { authorizations } from "../../functions/adapters/authorizations.ts";
import { advance } from "../../functions/advance.ts";
import { build } from "../../functions/api/withdraw-authorization.ts";
import { chainFaults } from "../../functions/domain/evidence.ts";
import { explore, turns } from "../fakes/explorer.ts";
import { contractId, partner, sealedContract } from "../fakes/sealed-contract.ts";

const accounts = { payerAccountNo: "ACC100001", payeeAccountNo: "ACC100003" };
const path = `/v1/contracts/${contractId}/withdraw`;
const body = { reason: "the store was closed", operator: "li.wei" };
/** The stage's clock stands still at the moment of the seal. */
const at = "2026-11-21T09:00:00.000Z";

let stage: Awaited<ReturnType<typeof sealedContract>>;
let sealed: ReturnType<typeof stage.dynamo.save>;
beforeAll(async () => {
  stage = await sealedContract({ facts: accounts });
  sealed = stage.dynamo.save();
});
beforeEach(() => {
  stage.dynamo.gate = undefined;
  stage.dynamo.restore(sealed);
});

const withdraw = (more: { by?: typeof partner; body?: unknown } = {}) =>
  stage.call(build(stage.world), {
    path,
    body: more.body ?? body,
    parameters: { contractId },
    by: more.by ?? partner,
  });
const find = () =>
  authorizations(stage.world, "flow").find("RELATION_BIND", "ACC100001", "ACC100003", at);
const steps = async () =>
  (await stage.contracts.history(contractId)).map(({ entry }) => entry.step);

describe("completing a contract that authorises", () => {
  test("K42: writes the relation in the transaction of COMPLETED, so nobody sees the one without the other", async () => {
    const completed = (await stage.contracts.history(contractId)).find(
      ({ entry }) => entry.step === "COMPLETED",
    )?.entry;

    expect(await find()).toEqual({
      contractId,
      owner: partner.clientId,
      kind: "RELATION_BIND",
      ...accounts,
      validFrom: completed?.at,
      validUntil: "2027-11-21T09:00:00.000Z",
      root: completed?.facts.root,
    });
  });
});

describe("POST /v1/contracts/{contractId}/withdraw", () => {
  test("K42: the relation is gone with the answer, and the contract stays complete", async () => {
    const { status, body: answer } = await withdraw();

    expect(status).toBe(200);
    expect(answer).toEqual({
      contractId,
      status: "SUCCESS",
      nextStep: "NONE",
      authorization: {
        ...accounts,
        validFrom: at,
        validUntil: "2027-11-21T09:00:00.000Z",
        withdrawnAt: at,
      },
    });
    expect(await find()).toBeUndefined();
    expect((await steps()).at(-1)).toBe("AUTHORIZATION_WITHDRAWN");
  });

  test("K42: who and why stand in the evidence, encrypted", async () => {
    await withdraw();

    const row = (await stage.contracts.history(contractId)).at(-1);
    expect(Object.keys(row?.entry.commitments ?? {})).toEqual(["reason", "operator"]);
    expect(JSON.stringify(stage.dynamo.items("chain"))).not.toMatch(/li\.wei|store was closed/);
  });

  test("K42: needs reason and operator, and the partner whose contract it is", async () => {
    const empty = await withdraw({ body: {} });
    const foreign = await withdraw({ by: { ...partner, secret: "another secret" } });

    expect(empty.body.errors.map(({ field }: { field: string }) => field)).toEqual([
      "reason",
      "operator",
    ]);
    expect([empty.status, foreign.status]).toEqual([400, 401]);
    expect(await find()).toBeDefined();
  });

  test("K42: an erased party's contract can still be withdrawn, for erasing it did", async () => {
    await advance(stage.contracts, contractId, { type: "erase", at, operator: "li.wei" });
    await stage.contracts.destroyKey(contractId);

    const { status } = await withdraw();

    expect(status).toBe(200);
    expect(await find()).toBeUndefined();
  });

  test("K42: two withdrawals at once make one entry and two equal answers, in every order of their calls", async () => {
    const { orders, complete } = await explore(
      async (choose) => {
        stage.dynamo.restore(sealed);
        const run = turns(0);
        // Nobody else uses these nonces: their writes need no turn.
        stage.dynamo.gate = async (call) =>
          call.writes[0]?.startsWith("guard/") ? undefined : run.gate(call);
        const answers: number[] = [];
        for (const name of ["first", "second"])
          run.start({ name, at }, async () => {
            answers.push((await withdraw()).status);
          });
        if ((await run.play(choose)) === undefined) return false;

        stage.dynamo.gate = undefined;
        const entries = (await stage.contracts.history(contractId)).map(({ entry }) => entry);
        expect(run.failures).toEqual([]);
        expect(answers).toEqual([200, 200]);
        expect(entries.filter(({ step }) => step === "AUTHORIZATION_WITHDRAWN")).toHaveLength(1);
        expect(chainFaults(entries)).toEqual([]);
        return true;
      },
      { limit: 50, random: 0, seed: 1 },
    );

    expect(complete).toBe(true);
    expect(orders).toBeGreaterThan(1);
  });
});
