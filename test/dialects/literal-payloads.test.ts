import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readVerifyRequest } from "../../functions/dialects/agreement.ts";
import {
  readInitiateRequest as readAgreement,
  readRevocation,
} from "../../functions/dialects/agreement-request.ts";
import { readFaceRequest } from "../../functions/dialects/face-verification.ts";
import { readTemplate } from "../../functions/dialects/template.ts";
import { readEnvelope, readInstruction } from "../../functions/dialects/transaction-request.ts";
import {
  readInitiateRequest as readProcess,
  readProcessCallback,
} from "../../functions/dialects/wallet-request.ts";
import type { IdentityCheck } from "../../functions/domain/identity-numbers.ts";
import { Problem } from "../../functions/domain/problem.ts";
import { bizTypes } from "../../functions/domain/transaction.ts";
import { changed } from "./given.ts";

/**
 * The request bodies that documents C, D and T print; A and B print none. They stand in payloads/ as they are
 * printed, without the comments. What is elided there, or described in place of a value, is filled in here.
 */
const folder = join(import.meta.dirname, "payloads");
const literalOf = (name: string): object => JSON.parse(readFileSync(join(folder, name), "utf8"));

type Payload = {
  readonly rows: string;
  readonly read: (body: unknown, check: IdentityCheck) => unknown;
  readonly filled?: Readonly<Record<string, unknown>>;
  /** The fields that the strict profile refuses (K24). */
  readonly strictly?: readonly string[];
};

const text = "{{payerName}}授权归集。";

const payloads: Readonly<Record<string, Payload>> = {
  "face-initiate.json": { rows: "C-01 C-29 K24", read: readFaceRequest },
  "agreement-initiate.json": { rows: "C-05 C-06 K24", read: readAgreement },
  "agreement-revoke.json": { rows: "C-09", read: readRevocation },
  "verify-by-id.json": { rows: "C-10", read: readVerifyRequest },
  "verify-by-hash.json": {
    rows: "C-10",
    read: readVerifyRequest,
    filled: { fileHash: `sha256:${"abc123".padEnd(64, "0")}` },
  },
  "template.json": {
    rows: "C-12",
    read: readTemplate,
    filled: { content: JSON.stringify({ components: [{ kind: "paragraph", text }] }) },
  },
  "wallet-initiate.json": {
    rows: "D-01 D-02 D-03 D-04 D-05 K24",
    read: readProcess,
    // Its bank card fails as well, but a company's account has no check digit.
    strictly: ["payeeInfo.contactInfo.idCardNo"],
  },
  "wallet-callback.json": { rows: "D-09", read: readProcessCallback },
  "transaction-process.json": {
    rows: "T-02",
    read: readTransaction,
    filled: {
      requestId: "REQ_1",
      appId: "tiancai",
      signature: "0".repeat(64),
      timestamp: 1_697_000_000_000,
      bizType: bizTypes.join(" | "),
      "bizData.bizOrderNo": "ORDER_1",
      "bizData.payerInfo": { accountNo: "ACC100001" },
      "bizData.receiverInfo": { accountNo: "ACC100002" },
      "bizData.amount": "100.00",
      "bizData.extInfo": {},
    },
  },
};

function readTransaction(body: unknown): unknown {
  const envelope = readEnvelope(body);
  const { bizType, bizData } = envelope;
  // K40: document T calls the receiver of a batch an object, and speaks of a list.
  const receivers = [{ accountNo: "ACC100002", amount: "100.00" }];
  const own =
    bizType === "BATCH_PAY" ? { ...Object(bizData), receiverInfo: { receivers } } : bizData;
  return readInstruction({ bizType, bizData: own }, /^[A-Z][A-Z0-9_]{3,31}$/);
}

/** Every body that a payload stands for: where it prints `A | B`, one with A and one with B. */
function choices(value: unknown): unknown[] {
  if (typeof value === "string") return value.includes(" | ") ? value.split(" | ") : [value];
  if (Array.isArray(value))
    return value.reduce<unknown[][]>(
      (bodies, item) => bodies.flatMap((body) => choices(item).map((one) => [...body, one])),
      [[]],
    );
  if (typeof value !== "object" || value === null) return [value];
  return Object.entries(value).reduce<object[]>(
    (bodies, [name, item]) =>
      bodies.flatMap((body) => choices(item).map((one) => ({ ...body, [name]: one }))),
    [{}],
  );
}

function bodiesOf(name: string, { filled = {} }: Payload): unknown[] {
  const body = Object.entries(filled).reduce(
    (one, [path, value]) => changed(one, path, value),
    literalOf(name),
  );
  return choices(body);
}

function refusedBy({ read }: Payload, body: unknown, check: IdentityCheck): readonly string[] {
  try {
    read(body, check);
    return [];
  } catch (cause) {
    if (cause instanceof Problem) return cause.fields.map(({ field }) => field);
    throw cause;
  }
}

const cases = Object.entries(payloads).map(([name, payload]) => ({ name, payload, ...payload }));

test.each(cases)(
  "$rows: the literal $name is accepted in the sandbox, with every choice it leaves",
  ({ name, payload }) => {
    for (const body of bodiesOf(name, payload))
      expect(refusedBy(payload, body, "format"), JSON.stringify(body)).toEqual([]);
  },
);

test.each(cases)(
  "$rows: the strict profile refuses of the literal $name what K24 says, and nothing else",
  ({ name, payload }) => {
    for (const body of bodiesOf(name, payload))
      expect(refusedBy(payload, body, "strict"), JSON.stringify(body)).toEqual(
        payload.strictly ?? [],
      );
  },
);

test("K24: no literal payload is left out", () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(payloads).sort());
});
