import * as agreement from "../functions/dialects/agreement.ts";
import { contractView as agreementView } from "../functions/dialects/agreement-contract.ts";
import * as native from "../functions/dialects/native.ts";
import { wordTransactionProblem } from "../functions/dialects/transaction.ts";
import * as wallet from "../functions/dialects/wallet.ts";
import { type Contract, created, type State, type Status } from "../functions/domain/contract.ts";
import { evidenceChainId } from "../functions/domain/events.ts";
import { type Entry, evidenceType, firstPrev } from "../functions/domain/evidence.ts";
import { Problem, problemCodes } from "../functions/domain/problem.ts";
import { printTable } from "./print-table.ts";

/** Shows one contract in all dialects: its states, its ids, and what can go wrong with it, each asked of the dialect. */

const at = "2026-11-21T08:00:00.000Z";
const url = "https://sign.example.com/h5/***";

const states: Readonly<Record<Status, State>> = {
  CREATED: { status: "CREATED" },
  NOTIFIED: { status: "NOTIFIED" },
  PART_SIGNED: { status: "PART_SIGNED" },
  SIGNED_UNVERIFIED: { status: "SIGNED_UNVERIFIED" },
  VERIFYING: { status: "VERIFYING" },
  SEALING: { status: "SEALING" },
  COMPLETED: { status: "COMPLETED", at },
  FAILED: { status: "FAILED", at, reason: "VERIFY_MISMATCH" },
  REJECTED: { status: "REJECTED", at, by: 1 },
  REVOKED: { status: "REVOKED", at },
  EXPIRED: { status: "EXPIRED", at },
};

const first: Entry = {
  v: 1,
  contractId: "CT1DDXTA69GVSK5DYM5VQTVNY843",
  index: 0,
  step: "FLOW_CREATED",
  evidenceType: evidenceType("FLOW_CREATED"),
  at,
  actor: "partner:sandbox-native",
  facts: {
    owner: "sandbox-native",
    requestId: "REQ-1",
    fingerprint: "",
    bizScene: "RELATION_BIND",
    userType: "PERSONAL",
    method: "FACE",
    expiresAt: "2026-11-28T08:00:00.000Z",
  },
  commitments: {},
  prev: firstPrev,
};
const contract: Contract = {
  ...created(first),
  agreement: { contentHash: "", documentHash: "" },
};

printStates();
printIds();
printProblems();

function printStates(): void {
  const rows = Object.values(states).map((state) => {
    const { a, c, d } = viewsOf({ ...contract, state });
    return [
      state.status,
      `${a.result} / ${a.nextStep}`,
      a.status,
      c.status,
      `${d.status} (${wallet.processStatus[state.status].number})`,
      [a.failure?.code, d.failureReason].filter(Boolean).join(" / "),
    ];
  });
  printTable(
    "One contract in every state (2.1)",
    ["State", "A result / nextStep", "B status", "C status", "D status", "Why, in A / D"],
    rows,
  );
}

function viewsOf(one: Contract) {
  const a = native.contractView(one, [first], { h5Urls: { 1: url }, at });
  const c = agreementView(one, [first], {
    bizId: one.requestId,
    title: "",
    parties: {},
    disclosures: {},
    documentUrl: undefined,
    certificateUrl: undefined,
    provider: "TSA",
    archives: [],
  });
  const { data: d } = wallet.processView(one, [first], {
    request: undefined,
    scene: undefined,
    protocolName: "",
    downloadUrl: undefined,
  });
  return { a, c, d };
}

function printIds(): void {
  const { a, c, d } = viewsOf(contract);
  printTable(
    "Its ids: every record's begins with the contract's or shares its letters (B-43)",
    ["Dialect", "Name", "Id"],
    [
      ["A, B", "contractId", a.contractId],
      ["A, B", "evidenceChainId", evidenceChainId(contract.id)],
      ["B", "records.h5Session.sessionId", a.records.h5Session.sessionId],
      ["C", "contractId", c.contractId],
      ["C", "archiveInfo.archiveId", c.archiveInfo?.archiveId ?? ""],
      ["D", "processId", d.processId],
      ["D", "protocolInfo.protocolId", d.protocolInfo?.protocolId ?? ""],
    ],
  );
}

function printProblems(): void {
  const worders = [
    native.wordProblem,
    agreement.wordProblem,
    wallet.wordProblem,
    wordTransactionProblem,
  ];
  const rows = problemCodes.map((code) => {
    const worded = worders.map((word) => {
      const { status, body } = word(new Problem(code, ""), "");
      return `${status} ${body.code}`;
    });
    return [code, ...worded];
  });
  printTable(
    "Everything that can go wrong, with the HTTP status and code that each dialect answers (2.3)",
    ["Ours", "A, B", "C", "D", "T"],
    rows,
  );
}
