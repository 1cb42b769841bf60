import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headToItem } from "../../functions/adapters/contract-items.ts";
import {
  type Contract,
  created,
  evolve,
  isTerminal,
  replay,
  type Status,
} from "../../functions/domain/contract.ts";
import { type Command, decide } from "../../functions/domain/decide.ts";
import { isPast } from "../../functions/domain/drafts.ts";
import type { Entry } from "../../functions/domain/evidence.ts";
import { figures } from "../../functions/domain/figures.ts";
import { profileOf } from "../../functions/domain/profile.ts";
import { isThrough, isTurnOf } from "../../functions/domain/signer.ts";
import { triesPerChallenge } from "../../functions/domain/verification-rules.ts";
import { openWaits, settlements } from "../../functions/domain/waits.ts";
import { entryOf, expiresAt, flowCreated, later, usual } from "./given.ts";

/** Random commands on random clocks: whatever comes in whatever order, these hold. */

type Move = {
  readonly command: Partial<Command>;
  readonly which: Which;
  readonly whose: number;
  readonly pause: number;
};
/** Whose result or answer a command carries, resolved when its turn comes. */
type Which = "current" | "former" | "foreign";

const types = Object.keys(usual).filter((type) => type !== "erase") as Command["type"][];
/** The way to completion, walked often; what ends a contract, seldom: so random walks reach the far states. */
const onward: Partial<Command>[] = [
  { type: "generate" },
  { type: "requestSms" },
  { type: "smsSent" },
  { type: "open" },
  { type: "consent" },
  { type: "sign" },
  { type: "requestChallenge" },
  { type: "challengeAccepted" },
  { type: "submitTry" },
  { type: "tryRejected" },
  { type: "verificationResult" },
  { type: "verificationResult", result: "FAILED", failReason: "POOR_QUALITY" },
  { type: "verificationResult", result: "FAILED", failReason: "EXPIRED" },
  { type: "verificationResult", result: "FAILED", failReason: "TECHNICAL" },
  { type: "requestSms", purpose: "RESEND" },
  { type: "seal" },
];
const endwards: Partial<Command>[] = [
  { type: "verificationResult", result: "FAILED", failReason: "MISMATCH" },
  { type: "conclude", cause: "Sms.Unavailable" },
  { type: "conclude", cause: "Verification.Unavailable" },
  { type: "decline" },
];

const move: fc.Arbitrary<Move> = fc.record({
  command: fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom(...onward) },
    { weight: 2, arbitrary: fc.constantFrom(...endwards) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(...types).map((type) => ({ type }) as Partial<Command>),
    },
  ),
  which: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Which>("current") },
    { weight: 1, arbitrary: fc.constantFrom<Which>("former", "foreign") },
  ),
  whose: fc.nat(2),
  pause: fc.oneof(
    { weight: 40, arbitrary: fc.integer({ min: 0, max: 300 }) },
    { weight: 1, arbitrary: fc.integer({ min: 300, max: 8 * 24 * 3600 }) },
  ),
});
/** One signer most often, for whom the size of the item counts; else two, at once or one after the other. */
const alone = {};
const shapes = [
  alone,
  alone,
  { profile: "agreement" },
  { signer1: "1 PERSONAL FACE", signer2: "1 ENTERPRISE MICRO_DEPOSIT" },
  { signer1: "1 PERSONAL FACE", signer2: "2 PERSONAL FACE" },
];
const life = fc.record({
  shape: fc.constantFrom(...shapes),
  first: fc.record({
    method: fc.constantFrom("MICRO_DEPOSIT", "FACE"),
    allowExternalDelivery: fc.boolean(),
    owner: fc.stringMatching(/^[a-z]{4,20}$/),
    requestId: fc.stringMatching(/^[A-Z0-9]{8,36}$/),
    payerAccountNo: fc.stringMatching(/^[A-Z][A-Z0-9]{8,23}$/),
    payeeAccountNo: fc.stringMatching(/^[A-Z][A-Z0-9]{8,23}$/),
    maxRatio: fc.constantFrom("0.8", "0.3333"),
    authorizedUntil: fc.constant(later(365 * 24 * 3600)),
  }),
  moves: fc.array(move, { minLength: 60, maxLength: 160 }),
});

type Lived = {
  readonly entries: readonly Entry[];
  readonly contracts: readonly Contract[];
  readonly settled: readonly string[];
  readonly last: Contract;
};

/** Decides and evolves one move after the other, exactly as the store chains drafts. */
function live({
  first,
  shape,
  moves,
}: typeof life extends fc.Arbitrary<infer T> ? T : never): Lived {
  const beginning = entryOf(undefined, flowCreated({ ...first, ...shape }));
  const entries = [beginning];
  const contracts = [created(beginning)];
  const settled: string[] = [];
  let seconds = 0;
  for (const { pause, ...move } of moves) {
    seconds += pause;
    const before = contracts.at(-1) as Contract;
    const decision = decide(before, resolved(before, move, later(seconds)));
    let current = before;
    for (const draft of "drafts" in decision ? decision.drafts : []) {
      settled.push(...settlements(current, draft).map(({ key }) => key));
      const entry = entryOf(current, draft);
      entries.push(entry);
      current = evolve(current, entry);
      contracts.push(current);
    }
  }
  return { entries, contracts, settled, last: contracts.at(-1) as Contract };
}

function resolved(
  contract: Contract,
  { command: part, which, whose }: Pick<Move, "command" | "which" | "whose">,
  at: string,
): Command {
  const signer = contract.signers[whose % contract.signers.length];
  const { challenge } = signer ?? {};
  const number = challenge?.number ?? 1;
  const ids = { current: `VR${number}`, former: `VR${number - 1}`, foreign: "VR-foreign" };
  const about = {
    signer: signer?.number ?? 1,
    message: signer?.sms.message,
    challenge: number,
    method: challenge?.method ?? contract.method,
    verificationId: `${ids[which]}-${signer?.number}`.padEnd(28, "0"),
    attempt: (challenge?.triesUsed ?? 0) + 1,
    execution: `${contract.id}-r${contract.length}`,
    expiresAt: new Date(Date.parse(at) + 72 * 3600 * 1000).toISOString(),
  };
  const command = { ...usual[part.type ?? "open"], ...part };
  const known = Object.entries(about).filter(([name]) => name in command);
  return { ...command, ...Object.fromEntries(known), at } as Command;
}

const always = (name: string, holds: (lived: Lived) => void, runs = 300): void =>
  test(name, () => {
    fc.assert(
      fc.property(life, (one) => holds(live(one))),
      { seed: 20261121, numRuns: runs },
    );
  });

describe("whatever happens to a contract", () => {
  test("the random lives below reach every state and every number of challenges", () => {
    const lives = fc.sample(life, { seed: 20261121, numRuns: 300 }).map(live);
    const statuses = new Set(lives.flatMap(({ contracts }) => contracts.map(statusOf)));
    const challenges = lives.map(({ last }) => last.signers[0]?.challenge?.number ?? 0);

    expect(statuses.size).toBe(11);
    expect(Math.max(...challenges)).toBe(figures.challenges);
  });

  always("B-40: a terminal state never changes", ({ contracts }) => {
    const at = contracts.findIndex(isTerminal);
    const after = at < 0 ? [] : contracts.slice(at).map(({ state }) => state);

    for (const state of after) expect(state).toEqual(contracts[at]?.state);
  });

  always("B-38: completed means signed, verified and sealed", ({ contracts }) => {
    for (const { state, signers, sealed } of contracts.filter(isCompleted))
      expect([
        state.status,
        sealed,
        ...signers.map((one) => !!one.signedAt && !!one.verifiedAt),
      ]).toEqual(["COMPLETED", true, true]);
  });

  always("A-26: the chain alone tells the contract", ({ entries, last }) => {
    expect(replay(JSON.parse(JSON.stringify(entries)))).toEqual(last);
  });

  always("design 4: no wait is settled twice, and an end leaves none open", ({ settled, last }) => {
    expect(new Set(settled).size).toBe(settled.length);
    const open = last.signers.flatMap((signer) => openWaits(signer, profileOf(last).gateOrder));
    if (isTerminal(last)) expect(settled).toEqual(expect.arrayContaining(open));
  });

  always(
    "B-34, B-55, 3.4: nothing is done more often than its figure says",
    ({ contracts, entries }) => {
      for (const { signers, ignoredResults } of contracts) {
        expect(ignoredResults).toBeLessThanOrEqual(figures.ignoredResults);
        for (const { sms, challenge } of signers) {
          expect(sms.inWindow).toBeLessThanOrEqual(1 + figures.resends);
          expect(challenge?.number ?? 0).toBeLessThanOrEqual(figures.challenges);
          expect(challenge?.calls ?? 0).toBeLessThanOrEqual(1 + figures.verificationCallRetries);
          expect(challenge?.triesUsed ?? 0).toBeLessThanOrEqual(triesPerChallenge);
          expect(challenge?.submissions ?? 0).toBeLessThanOrEqual(figures.submissions);
        }
      }
      for (const step of [
        ...["CONTRACT_GENERATED", "SEALED", "COMPLETED", "AUTHORIZATION_WITHDRAWN"],
      ])
        expect(entries.filter((entry) => entry.step === step).length).toBeLessThanOrEqual(1);
    },
  );

  always(
    "K25, C-48: everybody signs once, and nobody before one's turn",
    ({ entries, contracts }) => {
      for (const [index, { step, facts }] of entries.entries()) {
        if (step !== "SIGNED") continue;
        const before = contracts[index - 1] as Contract;
        const signer = before.signers.find(({ number }) => number === facts.signer);
        expect([signer?.signedAt, signer && isTurnOf(signer, before.signers)]).toEqual([
          undefined,
          true,
        ]);
      }
    },
  );

  always(
    "B-38: sealing begins in the step that closes the last gate, and in no other",
    ({ contracts }) => {
      const isSealing = ({ state }: Contract) => state.status === "SEALING";
      const begun = contracts.filter(
        (one, index) => isSealing(one) && !isSealing(contracts[index - 1] ?? one),
      );
      expect(begun.length).toBeLessThanOrEqual(1);
      for (const one of contracts)
        if (one.signers.every(isThrough))
          expect(["SEALING", "COMPLETED"]).toContain(one.state.status);
    },
  );

  always(
    "B-42, 2.1: it expires only when its time is over, and never from an end",
    ({ entries, contracts }) => {
      const at = entries.findIndex(({ step }) => step === "EXPIRED");
      if (at < 0) return;

      expect(isPast(expiresAt, entries[at]?.at ?? "")).toBe(true);
      expect(isTerminal(contracts[at - 1] as Contract)).toBe(false);
    },
  );

  always(
    "design 10: the item that every write pays for fits into one kilobyte",
    ({ contracts }) => {
      const single = contracts.filter(({ signers }) => signers.length === 1);
      for (const one of single) expect(itemBytes(headToItem(one))).toBeLessThanOrEqual(1024);
    },
  );
});

const statusOf = ({ state }: Contract): Status => state.status;
const isCompleted = ({ state }: Contract): boolean => state.status === "COMPLETED";

/** DynamoDB's own rule: names and strings by their UTF-8 bytes, numbers by digit pairs, booleans as one. */
const itemBytes = (item: Readonly<Record<string, unknown>>): number =>
  Object.entries(item).reduce((sum, [name, value]) => {
    const bytes =
      typeof value === "string"
        ? Buffer.byteLength(value)
        : typeof value === "number"
          ? Math.ceil(String(value).length / 2) + 1
          : value instanceof Uint8Array
            ? value.length
            : 1;
    return sum + Buffer.byteLength(name) + bytes;
  }, 0);
