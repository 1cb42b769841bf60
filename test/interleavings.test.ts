import { describe, expect, test } from "vitest";
import { isTerminal, replay } from "../functions/domain/contract.ts";
import type { Command } from "../functions/domain/decide.ts";
import { chainFaults, type Step } from "../functions/domain/evidence.ts";
import type { ProfileName } from "../functions/domain/profile.ts";
import { explore } from "./fakes/explorer.ts";
import {
  bothAsked,
  bothSigned,
  challengeRequested,
  contractId,
  justBeforeExpiry,
  justInvited,
  noon,
  oneSigned,
  type Run,
  readyToSign,
  type Stage,
  signed,
  signingStage,
  verificationId,
} from "./fakes/signing-stage.ts";

/**
 * Real handlers, steps, stream consumer and store code, in every order in which their calls can reach
 * DynamoDB and Step Functions (design 4). After each order: none stuck, none lost, none split.
 */

/** Systematic orders first; where there are more, as many drawn at random. Sized for seconds, not minutes. */
const systematicOrders = 30;
const randomOrders = 20;
/** A scenario takes a second or three; beside seven others on two cores it takes many times that. */
const loadedMachineMs = 60_000;

/** The error under which the workflow hears of an end, by the state that the contract then has. */
const endOf: Readonly<Record<string, string>> = {
  "Contract.Rejected": "REJECTED",
  "Contract.Revoked": "REVOKED",
  "Contract.Expired": "EXPIRED",
  "Contract.Failed": "FAILED",
  "": "COMPLETED",
};

type Scenario = {
  readonly from: readonly Command[];
  readonly signers?: number;
  readonly profile?: ProfileName;
  readonly crashes?: number;
  readonly actors: (run: Run) => void;
  /** Which ends are right, and what must hold beyond what holds in every scenario. */
  readonly ends: readonly string[];
  readonly check?: (seen: Seen) => void;
};

type Seen = {
  readonly steps: readonly Step[];
  readonly answers: readonly number[];
  readonly status: string;
};

const passed = { verificationId, authResult: "SUCCESS" } as const;
const blurred = { verificationId, authResult: "FAILED", failReason: "POOR_QUALITY" } as const;
const passedToo = { verificationId: "VRA1", authResult: "SUCCESS", signer: 2 } as const;
const mismatched = { verificationId, authResult: "FAILED", failReason: "MISMATCH" } as const;

function twoVerified(run: Run): void {
  run.group("verifyIdentity", "verifyIdentity");
  run.stream();
  run.callbacks(noon, passed);
  run.callbacks(noon, passedToo);
}

function sealedOnce({ steps }: Seen): void {
  for (const step of ["DOCUMENT_SIGNED", "SEALED", "COMPLETED"] as const)
    expect(count(steps, step)).toBe(1);
  expect(count(steps, "AUTH_RESULT")).toBe(2);
}

const scenarios: Readonly<Record<string, Scenario>> = {
  "a callback before the token is stored": {
    from: challengeRequested,
    actors: (run) => {
      run.execution("VerifyIdentity");
      run.stream();
      run.callback(passed);
    },
    ends: ["COMPLETED"],
  },
  "B-29: two callbacks with one result": {
    from: challengeRequested,
    actors: (run) => {
      run.execution("VerifyIdentity");
      run.stream();
      run.callback(passed);
      run.callback(passed, noon, "repeated callback");
    },
    ends: ["COMPLETED"],
    check: ({ steps, answers }) => {
      expect(count(steps, "AUTH_RESULT")).toBe(1);
      expect(answers).toEqual([200, 200]);
    },
  },
  "a repeated callback of the first challenge against the request of the second": {
    from: challengeRequested,
    actors: (run) => {
      run.execution("VerifyIdentity");
      run.stream();
      run.callbacks(noon, blurred, blurred, { ...passed, verificationId: "VR2" });
    },
    ends: ["COMPLETED"],
    check: ({ steps }) => expect(count(steps, "AUTH_RESULT")).toBe(2),
  },
  "a callback against a revocation": {
    from: challengeRequested,
    actors: (run) => {
      run.execution("VerifyIdentity");
      run.stream();
      run.callback(passed);
      run.revoke();
    },
    ends: ["COMPLETED", "REVOKED"],
    check: ({ status, answers }) => expect(answers.includes(409)).toBe(status === "COMPLETED"),
  },
  "a mismatch, while any machine may die and its step come again": {
    from: challengeRequested,
    crashes: 1,
    actors: (run) => {
      run.execution("VerifyIdentity");
      run.stream();
      run.callback(mismatched);
    },
    ends: ["FAILED"],
  },
  "a callback against expiry": {
    from: challengeRequested,
    actors: (run) => {
      run.execution("VerifyIdentity", 1);
      run.stream();
      run.callback(passed, justBeforeExpiry);
    },
    ends: ["COMPLETED", "EXPIRED"],
  },
  "a signature against a revocation": {
    from: readyToSign,
    actors: (run) => {
      run.execution("InviteSigner");
      run.stream();
      run.sign();
      run.revoke();
    },
    ends: ["REVOKED"],
  },
  "a signature against expiry": {
    from: readyToSign,
    actors: (run) => {
      run.execution("InviteSigner", 1);
      run.stream();
      run.sign(justBeforeExpiry);
      run.callbacks(justBeforeExpiry, passed);
    },
    ends: ["COMPLETED", "EXPIRED"],
  },
  "a refusal against a signature": {
    from: readyToSign,
    actors: (run) => {
      run.execution("InviteSigner");
      run.stream();
      run.sign();
      run.decline();
      run.callbacks(noon, passed);
    },
    ends: ["COMPLETED", "REJECTED"],
    check: ({ steps }) => expect(count(steps, "SIGNED") + count(steps, "DECLINED")).toBe(1),
  },
  "a machine that dies after any write": {
    from: signed,
    crashes: 1,
    actors: (run) => {
      run.execution("VerifyIdentity");
      run.stream();
      run.callbacks(noon, passed);
    },
    ends: ["COMPLETED"],
  },
  "a dead run of the step that stores its token last": {
    from: challengeRequested,
    actors: (run) => {
      run.zombie();
      run.execution("VerifyIdentity");
      run.stream();
      run.callback(passed);
    },
    ends: ["COMPLETED"],
  },
  "two signers who are verified at the same time": {
    from: bothSigned,
    signers: 2,
    actors: twoVerified,
    ends: ["COMPLETED"],
    check: sealedOnce,
  },
  "two signers, while any machine may die and its step come again": {
    from: bothSigned,
    signers: 2,
    crashes: 1,
    actors: twoVerified,
    ends: ["COMPLETED"],
    check: sealedOnce,
  },
  "the last verification of two signers against a revocation": {
    from: bothSigned,
    signers: 2,
    actors: (run) => {
      twoVerified(run);
      run.revoke();
    },
    ends: ["COMPLETED", "REVOKED"],
    check: (seen) => {
      if (seen.status === "COMPLETED") sealedOnce(seen);
      expect(seen.answers.includes(409)).toBe(seen.status === "COMPLETED");
    },
  },
  "the second signature against the first signer's verification": {
    from: oneSigned,
    signers: 2,
    actors: (run) => {
      run.group("verifyIdentity", "inviteSigner");
      run.stream();
      run.sign(noon, "second signer", 2);
      run.callbacks(noon, passed);
      run.callbacks(noon, passedToo);
    },
    ends: ["COMPLETED"],
    check: sealedOnce,
  },
  "one of two signers fails the verification that the other passes": {
    from: bothSigned,
    signers: 2,
    actors: (run) => {
      run.group("verifyIdentity", "verifyIdentity");
      run.stream();
      run.callbacks(noon, mismatched);
      run.callbacks(noon, passedToo);
    },
    ends: ["FAILED"],
  },
  "K05: a person who is verified first, at the second challenge, and then signs": {
    from: justInvited,
    profile: "agreement",
    actors: (run) => {
      run.execution("InviteSigner");
      run.stream();
      run.person(blurred, { ...passed, verificationId: "VR2" });
    },
    ends: ["COMPLETED"],
    check: ({ steps, answers }) => {
      expect(steps.lastIndexOf("AUTH_RESULT")).toBeLessThan(steps.indexOf("SIGNED"));
      expect(answers).toEqual([200, 200, 200, 200]);
    },
  },
  "K05: the signature that comes last against a revocation": {
    from: justInvited,
    profile: "agreement",
    actors: (run) => {
      run.execution("InviteSigner");
      run.stream();
      run.person(passed);
      run.revoke();
    },
    ends: ["COMPLETED", "REVOKED"],
    check: ({ status, steps }) =>
      expect(count(steps, "SIGNED")).toBe(status === "COMPLETED" ? 1 : 0),
  },
  "two consumers that both receive the stream": {
    from: challengeRequested,
    actors: (run) => {
      run.execution("VerifyIdentity");
      run.stream();
      run.stream("second stream");
      run.callback(passed);
    },
    ends: ["COMPLETED"],
  },
};

describe("none stuck, none lost, none split", () => {
  test.for(Object.entries(scenarios))(
    "%s",
    { timeout: loadedMachineMs },
    async ([name, scenario], { annotate }) => {
      const stage = await signingStage(scenario.from, scenario.signers, scenario.profile);
      const ends = new Set<string>();

      const { orders, complete } = await explore(
        async (choose) => {
          const run = stage.begin(scenario.crashes);
          scenario.actors(run);
          const order = await run.play(choose);
          if (order === undefined) return false;
          try {
            ends.add(await checked(stage, run, scenario));
          } catch (cause) {
            throw new Error(`${name}:\n  ${order.join("\n  ")}`, { cause });
          }
          return true;
        },
        { limit: systematicOrders, random: randomOrders, seed: 1 },
      );

      await annotate(`${orders} orders${complete ? ", all there are" : ""}`);
      expect([...ends].sort()).toEqual([...scenario.ends].sort());
    },
  );
});

test(
  "B-38, C-16: two signers who finish in the same millisecond, a thousand times over, begin the sealing once",
  async () => {
    const stage = await signingStage(bothAsked, 2);
    const seen = new Set<string>();

    const play = async (choose: Parameters<Run["play"]>[0]) => {
      const run = stage.begin();
      run.finish(1);
      run.finish(2);
      const order = await run.play(choose);
      const contract = await stage.contracts.read(contractId);
      const steps = (await stage.contracts.history(contractId)).map(({ entry }) => entry.step);
      expect(run.stage.failures).toEqual([]);
      expect(count(steps, "AUTH_RESULT")).toBe(2);
      for (const step of ["DOCUMENT_SIGNED", "SEALED", "COMPLETED"] as const)
        expect(count(steps, step)).toBeLessThanOrEqual(1);
      expect(["SEALING", "COMPLETED"]).toContain(contract?.state.status);
      seen.add(String(order));
      return true;
    };
    const { orders } = await explore(play, { limit: 1, random: 999, seed: 7 });

    expect(orders).toBe(1000);
    expect(seen.size).toBeGreaterThan(30);
  },
  loadedMachineMs,
);

/** What must hold after every order, whatever the scenario. */
async function checked(stage: Stage, run: Run, scenario: Scenario): Promise<string> {
  const contract = await stage.contracts.read(contractId);
  const rows = await stage.contracts.history(contractId);
  if (contract === undefined) throw new Error("the contract is gone");
  const entries = rows.map(({ entry }) => entry);
  const { status } = contract.state;

  expect(run.stage.failures).toEqual([]);
  expect(run.stage.isFinished("workflow"), "the workflow is stuck").toBe(true);
  expect(isTerminal(contract) && contract.sealed, `${status} is not the end`).toBe(true);
  expect(chainFaults(entries)).toEqual([]);
  expect(replay(entries)).toEqual(contract);
  const { cause } = run.workflow;
  if (cause !== "States.Timeout") expect(endOf[cause], "the workflow heard").toBe(status);
  scenario.check?.({ steps: entries.map(({ step }) => step), answers: run.answers, status });
  return status;
}

const count = (steps: readonly Step[], step: Step): number =>
  steps.filter((one) => one === step).length;
