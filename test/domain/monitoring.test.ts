import { describe, expect, test } from "vitest";
import { created, evolve } from "../../functions/domain/contract.ts";
import type { Facts } from "../../functions/domain/evidence.ts";
import {
  contractMeasures,
  endsContract,
  endsOrder,
  orderMeasures,
} from "../../functions/domain/monitoring.ts";
import { entryOf, flowCreated, type Happened, later } from "./given.ts";
import { accepted, batchOf, chainOf, split } from "./given-order.ts";

/** The chain of what happened, each at its own second after the creation. */
function lived(...history: readonly (readonly [number, Happened])[]) {
  const [[, first] = [0, flowCreated()], ...rest] = history;
  const entries = [entryOf(undefined, first)];
  rest.reduce(
    (contract, [second, one]) => {
      const entry = entryOf(contract, { at: later(second), ...one });
      entries.push(entry);
      return evolve(contract, entry);
    },
    created(entries[0] as (typeof entries)[0]),
  );
  return entries;
}

const scene = { bizScene: "POOLING_AUTH", scene: "POOLING" };
const begun = [0, flowCreated(scene)] as const;
const hashes = { contentHash: "c", documentHash: "d" };
const generated = [1, { step: "CONTRACT_GENERATED", facts: hashes }] as const;
const messaged = [
  1,
  {
    step: "SMS_REQUESTED",
    facts: { message: 1, windowStart: later(1), linkExpiresAt: later(900) },
  },
] as const;
const challenge = { signer: 1, challenge: 1, method: "FACE" };
const asked = [100, { step: "AUTH_REQUESTED", facts: challenge }] as const;
const passed = { ...challenge, verificationId: "VR1", result: "SUCCESS" };
const opened = { step: "LINK_OPENED", facts: { signer: 1 } } as const;
const signed = { step: "SIGNED", facts: { signer: 1 } } as const;
const verified = { step: "AUTH_RESULT", facts: passed } as const;
const sent = { step: "SMS_SENT", facts: { message: 1 } } as const;

const whole = lived(
  begun,
  generated,
  messaged,
  [2, sent],
  [32, opened],
  [90, signed],
  asked,
  [130, verified],
  [131, { step: "SEALED" }],
  [132, { step: "COMPLETED" }],
);

const inScene = { bizScene: "POOLING_AUTH", fundScene: "POOLING" };
const stepsOf = (entries: Parameters<typeof contractMeasures>[0]) =>
  contractMeasures(entries)
    .filter(({ name }) => name === "StepSeconds")
    .map(({ value, dimensions }) => `${dimensions.step} ${value}`);

describe("what the end of a contract tells the monitoring", () => {
  test("D-63: a completed contract tells its outcome, its time and the time of each step, by scene", () => {
    expect(contractMeasures(whole)).toEqual([
      {
        name: "ContractEnded",
        value: 1,
        unit: "Count",
        dimensions: { ...inScene, outcome: "COMPLETED" },
      },
      { name: "ContractSeconds", value: 132, unit: "Seconds", dimensions: inScene },
      ...[
        ["INVITED", 2],
        ["OPENED", 30],
        ["SIGNED", 58],
        ["VERIFIED", 40],
        ["SEALED", 2],
      ].map(([step, value]) => ({
        name: "StepSeconds",
        value,
        unit: "Seconds",
        dimensions: { ...inScene, step },
      })),
    ]);
  });

  test.each([
    ["FAILED", { step: "FAILED", facts: { reason: "VERIFIER_DOWN" } }],
    ["EXPIRED", { step: "EXPIRED" }],
    ["REJECTED", { step: "DECLINED", facts: { signer: 1 } }],
    ["REVOKED", { step: "REVOKED" }],
  ] as const)(
    "D-63: a contract that ends %s tells the steps it reached and no time of completion",
    (outcome, end) => {
      const entries = lived(begun, generated, messaged, [2, sent], [32, opened], [40, end]);

      const measures = contractMeasures(entries);

      expect(measures.map(({ name }) => name)).toEqual([
        "ContractEnded",
        "StepSeconds",
        "StepSeconds",
      ]);
      expect(measures[0]?.dimensions).toEqual({ ...inScene, outcome });
      expect(stepsOf(entries)).toEqual(["INVITED 2", "OPENED 30"]);
    },
  );

  test("D-63: where the verification comes first, each gate counts from the one before it", () => {
    const entries = lived(
      [0, flowCreated({ ...scene, profile: "agreement" })],
      generated,
      messaged,
      [2, sent],
      [10, opened],
      [11, { step: "AUTH_REQUESTED", facts: challenge }],
      [30, verified],
      [50, signed],
      [51, { step: "SEALED" }],
      [55, { step: "COMPLETED" }],
    );

    expect(stepsOf(entries)).toEqual([
      "INVITED 2",
      "OPENED 8",
      "VERIFIED 20",
      "SIGNED 20",
      "SEALED 5",
    ]);
  });

  test("D-63: every signer's steps count from that signer's own invitation", () => {
    const second = { signer: 2 };
    const entries = lived(
      [
        0,
        flowCreated({
          ...scene,
          signer1: "1 PERSONAL FACE - - -",
          signer2: "2 PERSONAL FACE - - -",
        }),
      ],
      generated,
      messaged,
      [2, sent],
      [12, opened],
      [20, signed],
      [1000, { step: "LINK_ISSUED", facts: { ...second, linkExpiresAt: later(2000) } }],
      [1007, { step: "LINK_OPENED", facts: second }],
      [1010, { step: "REVOKED" }],
    );

    expect(stepsOf(entries)).toEqual(["INVITED 2", "OPENED 10", "SIGNED 8", "OPENED 7"]);
  });

  test("D-63: a link opened twice and a message sent again count once, from the first time", () => {
    const entries = lived(
      begun,
      generated,
      messaged,
      [2, sent],
      [5, opened],
      [60, sent],
      [70, opened],
      [80, { step: "REVOKED" }],
    );

    expect(stepsOf(entries)).toEqual(["INVITED 2", "OPENED 3"]);
  });

  test("B-35: where the message failed and others deliver the link, the invitation is that failure", () => {
    const kept = { step: "SMS_FAILED", facts: { message: 1, keepAlive: true } } as const;

    expect(
      stepsOf(lived(begun, generated, messaged, [9, kept], [80, { step: "REVOKED" }])),
    ).toEqual(["INVITED 9"]);
  });

  test("who opens the link before the gateway has answered is not measured backwards", () => {
    const entries = lived(
      begun,
      generated,
      messaged,
      [3, opened],
      [4, sent],
      [9, signed],
      [80, { step: "REVOKED" }],
    );

    expect(stepsOf(entries)).toEqual(["INVITED 4", "SIGNED 5"]);
  });

  test("clocks that differ make no time negative", () => {
    expect(
      stepsOf(lived(begun, generated, messaged, [-1, sent], [80, { step: "REVOKED" }])),
    ).toEqual(["INVITED 0"]);
  });

  test("a contract under way tells nothing, and what comes after the end changes nothing", () => {
    const after = lived(
      ...([begun, generated, messaged, [2, sent], [40, { step: "REVOKED" }]] as const),
      [90, { step: "CALLBACK_DELIVERED" }],
    );

    expect(contractMeasures([])).toEqual([]);
    expect(contractMeasures(whole.slice(0, -1))).toEqual([]);
    expect(contractMeasures(after)).toEqual(contractMeasures(after.slice(0, -1)));
    expect(after.filter(endsContract).map(({ step }) => step)).toEqual(["REVOKED"]);
  });

  test.each([
    [{ bizScene: "RELATION_BIND" }, { bizScene: "RELATION_BIND", fundScene: "NONE" }],
    [
      { bizScene: "CT0001", scene: "张三" },
      { bizScene: "OTHER", fundScene: "OTHER" },
    ],
  ])("D-63: %j is counted as %j: no dimension has a word that no list of ours has", (facts, as) => {
    const [ended] = contractMeasures(lived([0, flowCreated(facts)], [1, { step: "REVOKED" }]));

    expect(ended?.dimensions).toEqual({ ...as, outcome: "REVOKED" });
  });
});

const succeeded = { step: "ORDER_SUCCEEDED", facts: { clearingOrderNo: "CL1" } } as const;
const failed = { step: "ORDER_FAILED", facts: { errorCode: "X", errorMessage: "x" } } as const;

describe("what the end of an order tells the monitoring", () => {
  test.each([
    ["SUCCEEDED", succeeded],
    ["FAILED", failed],
  ] as const)("D-63: %s and the seconds since its reception, by business type", (outcome, end) => {
    const dimensions = { bizType: "SPLIT", outcome };

    expect(
      orderMeasures(chainOf(accepted(split), { ...end, at: "2026-11-21T08:00:31.500Z" })),
    ).toEqual([
      { name: "OrderEnded", value: 1, unit: "Count", dimensions },
      { name: "OrderSeconds", value: 31.5, unit: "Seconds", dimensions },
    ]);
  });

  test("D-63: a refused order has an outcome and no time, whatever text its caller put for the type", () => {
    const facts: Facts = { ...accepted(split).facts, bizType: "GIVE_ME_1000_METRICS" };

    expect(orderMeasures(chainOf({ ...accepted(split), step: "ORDER_REFUSED", facts }))).toEqual([
      {
        name: "OrderEnded",
        value: 1,
        unit: "Count",
        dimensions: { bizType: "OTHER", outcome: "REFUSED" },
      },
    ]);
  });

  test("K40: a batch is measured once, however many parts it has", () => {
    const first = accepted(batchOf(100, 200));
    const part = chainOf({ ...first, facts: { ...first.facts, part: 1 } }, succeeded);
    const batch = chainOf(first, { ...succeeded, facts: { parts: 2 } });

    expect(part.filter(endsOrder)).toEqual([]);
    expect(orderMeasures(part)).toEqual([]);
    expect(orderMeasures(batch).map(({ name }) => name)).toEqual(["OrderEnded", "OrderSeconds"]);
  });

  test("an order under way tells nothing", () => {
    expect(orderMeasures(chainOf(accepted(split)))).toEqual([]);
  });
});
