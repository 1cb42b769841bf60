import { describe, expect, test } from "vitest";
import { authorizationItem, authorizations } from "../../functions/adapters/authorizations.ts";
import type { Authorization } from "../../functions/domain/authorization.ts";
import { testWorld } from "../fakes/world.ts";

const at = "2026-11-21T12:00:00.000Z";
const pooling: Authorization = {
  contractId: "CT1",
  owner: "sandai",
  kind: "POOLING_AUTH",
  payerAccountNo: "ACC100002",
  payeeAccountNo: "ACC100001",
  maxRatioBasisPoints: 8000,
  validFrom: "2026-11-21T08:00:00.000Z",
  validUntil: "2027-11-21T08:00:00.000Z",
  root: "a".repeat(64),
};

/** A store that holds `rows`, as the transactions of their contracts would have left them. */
function stage(...rows: readonly Authorization[]) {
  const { world, dynamo } = testWorld({ now: () => at });
  dynamo.restore({
    ...dynamo.save(),
    flow: new Map(
      rows.map((row) => {
        const item = Object.entries(authorizationItem(row)).map(([name, value]) => [
          name,
          typeof value === "number" ? { N: String(value) } : { S: String(value) },
        ]);
        return [`${row.kind} ${row.payerAccountNo} ${row.contractId}`, Object.fromEntries(item)];
      }),
    ),
  });
  return authorizations(world, "flow");
}

const findPooling = (store: ReturnType<typeof stage>, when = at) =>
  store.find("POOLING_AUTH", "ACC100002", "ACC100001", when);

describe("finding what allows money to move", () => {
  test("K42, T-13: the pair finds its authorisation whole", async () => {
    expect(await findPooling(stage(pooling))).toEqual(pooling);
  });

  test("K42: another payer, payee or kind finds none, nor does an account that only begins alike", async () => {
    const store = stage(pooling, { ...pooling, contractId: "CT2", payeeAccountNo: "ACC1000017" });

    const found = [
      await store.find("POOLING_AUTH", "ACC100001", "ACC100002", at),
      await store.find("RELATION_BIND", "ACC100002", "ACC100001", at),
      await store.find("POOLING_AUTH", "ACC100002", "ACC10000", at),
      await store.find("POOLING_AUTH", "ACC10000", "ACC100001", at),
      await store.find("POOLING_AUTH", "ACC100002", undefined, at),
    ];

    expect(found).toEqual(found.map(() => undefined));
  });

  test("K42, T-14: who opened payment is found without a payee", async () => {
    const { payeeAccountNo: _nobody, maxRatioBasisPoints: _none, ...payment } = pooling;
    const opened: Authorization = { ...payment, kind: "OPEN_PAYMENT" };
    const store = stage(opened);

    expect(await store.find("OPEN_PAYMENT", "ACC100002", undefined, at)).toEqual(opened);
  });

  test("K42: an ended and a withdrawn one are none", async () => {
    const ended = stage({ ...pooling, validUntil: at });
    const withdrawn = stage({ ...pooling, withdrawnAt: "2026-11-21T09:00:00.000Z" });

    expect(await findPooling(ended)).toBeUndefined();
    expect(await findPooling(withdrawn)).toBeUndefined();
  });

  test("K42: of several the newest live one counts, whichever id comes first", async () => {
    const renewed = { ...pooling, contractId: "CT0", validFrom: "2026-11-21T10:00:00.000Z" };
    const taken = { ...renewed, contractId: "CT9", withdrawnAt: at, validFrom: at };

    expect((await findPooling(stage(pooling, renewed, taken)))?.contractId).toBe("CT0");
  });

  test("K42: a hundred renewals are read to the last; too many to tell is a fault, not a refusal", async () => {
    const renewals = (count: number) =>
      Array.from({ length: count }, (_, number) => ({
        ...pooling,
        contractId: `CT${String(number).padStart(5, "0")}`,
        validFrom: new Date(Date.parse(pooling.validFrom) + number).toISOString(),
      }));

    expect((await findPooling(stage(...renewals(250))))?.contractId).toBe("CT00249");
    await expect(findPooling(stage(...renewals(1001)))).rejects.toThrow(/more than 1000 contracts/);
  });
});
