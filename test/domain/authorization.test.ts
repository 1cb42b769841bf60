import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { authorizationOf, isLive, poolingLimit } from "../../functions/domain/authorization.ts";
import {
  ratioBasisPoints,
  ratioPercent,
  termsFacts,
  termsOf,
} from "../../functions/domain/authorization-terms.ts";
import { replay } from "../../functions/domain/contract.ts";
import type { Facts } from "../../functions/domain/evidence.ts";
import type { Fen } from "../../functions/domain/money.ts";
import { tell } from "../story.ts";
import {
  completed,
  contractOf,
  endings,
  flowCreated,
  given,
  type Happened,
  later,
  passed,
  start,
} from "./given.ts";

const root = "a".repeat(64);
const accounts = { payerAccountNo: "ACC100002", payeeAccountNo: "ACC100001" };

/** A history whose contract was asked to authorise something. */
const asking = (history: readonly Happened[], more: Facts = {}): Happened[] => [
  flowCreated({ bizScene: "POOLING_AUTH", ...accounts, ...more }),
  ...history.slice(1),
];
const sealed = [{ step: "SEALED" }, { step: "COMPLETED", at: later(60), facts: { root } }] as const;
const authorising = (more: Facts = {}) => asking([...passed, ...sealed], more);
const withdrawn = { step: "AUTHORIZATION_WITHDRAWN", at: later(120) } as const;

describe("what a contract authorises", () => {
  test("K42, D-37: once completed, the payer's account to the payee's, for a year, on the sealed root", () => {
    expect(authorizationOf(contractOf(authorising({ maxRatio: "0.8" })))).toEqual({
      contractId: "CT00000000000000000000000001",
      owner: "sandai",
      kind: "POOLING_AUTH",
      ...accounts,
      maxRatioBasisPoints: 8000,
      validFrom: later(60),
      validUntil: later(60 + 365 * 24 * 3600),
      root,
    });
  });

  test("K42: or until the end that it names", () => {
    const authorizedUntil = "2026-12-31T16:00:00.000Z";

    expect(authorizationOf(contractOf(authorising({ authorizedUntil })))?.validUntil).toBe(
      authorizedUntil,
    );
  });

  test("K42: nothing before it is completed, nothing in any other end, nothing without accounts", () => {
    const others = Object.entries(endings).filter(([ending]) => ending !== "COMPLETED");

    for (const history of [passed, ...others.map(([, ending]) => ending)])
      expect(authorizationOf(contractOf(asking(history)))).toBeUndefined();
    expect(authorizationOf(contractOf(completed))).toBeUndefined();
  });

  test("K42: it is live until its end and not a millisecond longer, whatever the clock said at its beginning", () => {
    const authorization = authorizationOf(contractOf(authorising()));
    if (authorization === undefined) throw new Error("nothing is authorised");
    const { validUntil } = authorization;
    const justBefore = new Date(Date.parse(validUntil) - 1).toISOString();

    const live = [start, later(60), justBefore, validUntil].map((at) => isLive(authorization, at));

    expect(live).toEqual([true, true, true, false]);
  });

  test("K42: a withdrawn one is not live at any time", () => {
    const authorization = authorizationOf(contractOf([...authorising(), withdrawn]));

    expect(authorization?.withdrawnAt).toBe(later(120));
    expect(authorization && isLive(authorization, later(61))).toBe(false);
  });
});

describe("withdrawing it", () => {
  test("K42, B-40: the contract stays completed; reason and operator stand outside the facts", () => {
    const after = given(...authorising())
      .when({ type: "withdraw", at: later(120), reason: "store closed", operator: "li.wei" })
      .thenHappens({
        step: "AUTHORIZATION_WITHDRAWN",
        actor: "partner:sandai",
        facts: {},
        disclosures: { reason: "store closed", operator: "li.wei" },
      });

    expect(after.state).toEqual({ status: "COMPLETED", at: later(60) });
    expect(authorizationOf(after)?.withdrawnAt).toBe(later(120));
  });

  test("K42: a second withdrawal is quiet", () => {
    given(...authorising(), withdrawn)
      .when({ type: "withdraw" })
      .thenNothing();
  });

  test.each([
    ["is not complete", asking(passed)],
    ["failed", asking(endings.FAILED ?? [])],
    ["names no accounts", completed],
  ] as const)("K42: a contract that %s has nothing to withdraw", (_what, history) => {
    given(...history)
      .when({ type: "withdraw" })
      .thenRefused("STATE_CONFLICT");
  });

  test("K42: erasing a party withdraws what nobody could be shown any more, once", () => {
    const after = given(...authorising())
      .when({ type: "erase", operator: "li.wei" })
      .thenHappens(
        { step: "AUTHORIZATION_WITHDRAWN", actor: "operator:li.wei" },
        { step: "ERASED" },
      );

    expect(authorizationOf(after)?.withdrawnAt).toBeDefined();
    given(...authorising(), withdrawn)
      .when({ type: "erase" })
      .thenHappens({ step: "ERASED" });
  });
});

describe("its terms", () => {
  test("A-26: a chain tells them as they were asked for", () => {
    const { contract, entries } = tell([], termsFacts({ ...accounts, maxRatio: "0.8" }));

    expect(contract.authorization).toEqual({ ...accounts, maxRatio: "0.8" });
    expect(replay(JSON.parse(JSON.stringify(entries)))).toEqual(contract);
    expect(termsOf(termsFacts(undefined))).toBeUndefined();
  });

  test("K42: an end is told in UTC to the millisecond, however it was written", () => {
    expect(termsFacts({ payerAccountNo: "ACC1", validUntil: "2027-11-21T00:00:00Z" })).toEqual({
      payerAccountNo: "ACC1",
      authorizedUntil: "2027-11-21T00:00:00.000Z",
    });
  });

  test.each([
    ["0.8", 8000, "80%"],
    ["0.1234", 1234, "12.34%"],
    ["0.07", 700, "7%"],
    ["0.0001", 1, "0.01%"],
    ["0.29", 2900, "29%"],
    ["1", 10000, "100%"],
    ["1.0000", 10000, "100%"],
  ])("D-05: a ratio of %s is %i ten-thousandths, said as %s", (ratio, points, percent) => {
    expect([ratioBasisPoints(ratio), ratioPercent(ratio)]).toEqual([points, percent]);
  });

  const fen = fc.integer({ min: 0, max: 999_999_999_999_999 }).map((value) => value as Fen);
  const points = fc.integer({ min: 1, max: 10_000 });

  test("D-05: an amount is within the limit exactly when it is within the ratio of the order", () => {
    fc.assert(
      fc.property(fen, points, (order, ratio) => {
        const limit = BigInt(poolingLimit(order, ratio));
        const product = BigInt(order) * BigInt(ratio);

        expect(limit * 10_000n <= product).toBe(true);
        expect((limit + 1n) * 10_000n > product).toBe(true);
      }),
    );
  });
});
