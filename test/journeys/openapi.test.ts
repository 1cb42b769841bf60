import { expect, test, vi } from "vitest";
import { type Instruction, signedInstruction } from "../../client/transactions.ts";
import { type Signer, signer } from "../../examples/signer.ts";
import { dialects } from "../../openapi/dialects.ts";
import { type Json, stateOf } from "./actors.ts";
import { comesTo, signsByFaceAndCode } from "./agreement-actors.ts";
import {
  answerOf,
  expectDescribed,
  operationOf,
  operations,
  partnerNamed,
  sendDescribed,
  webhooksLike,
} from "./replay.ts";
import { ownStack } from "./stack.ts";

// A stack of its own: the examples are sent with the very ids that the descriptions show, and time passes.
const stack = ownStack();

/** The first contract of a stack wakes every function; others use the machine too. */
vi.setConfig({ testTimeout: 60_000 });

/** The longest of the pauses between two messages to one phone. */
const smsPauseMs = 61_000;

const replayed = new Set<string>();

type More = Parameters<typeof sendDescribed>[2] & {
  /** Which example is the body, with what only this stack can know in its place. */
  readonly example?: string;
  readonly changes?: Json;
};

/** Sends an operation; it has to be answered 200 with what its description promises. */
async function replay(id: string, { example, changes = {}, ...more }: More = {}): Promise<Json> {
  const described = operationOf(id);
  const shown = example && described.operation.request?.examples[example];
  if (example && shown === undefined) throw new Error(`${id} shows no example ${example}`);
  const body: Json = shown && { ...toReceiver(shown), ...changes };
  const answer = await sendDescribed(stack, described, { ...more, ...(body ? { body } : {}) });
  expectDescribed(described, answer);
  expect(answer.status, `${id} ${example}: ${JSON.stringify(answer.body)}`).toBe(200);
  replayed.add(`${id} ${example ?? ""}`.trim());
  return answer.body;
}

/** Nobody receives at the address of the examples. */
const toReceiver = (example: Json): Json =>
  example.callbackUrl === undefined
    ? example
    : { ...example, callbackUrl: `${stack.simulators.partner}/callback` };

async function follow(id: string, link: string): Promise<void> {
  const answer = await answerOf(await fetch(link));
  expectDescribed(operationOf(id), answer);
  expect(answer.status, id).toBe(200);
  replayed.add(id);
}

const native = { client: "sandbox-native" };
const agreement = { client: "sandbox-agreement" };
const wallet = { client: "sandbox-wallet" };
const keeper = { client: "sandbox-operations" };
const tiancai = { client: "sandbox-tiancai" };

const personAt = (link: string): Signer => signer(stack.simulators, link);

async function signs(person: Signer, verify: (person: Signer) => Promise<unknown>): Promise<void> {
  await comesTo(person, "sign");
  await person.read();
  await person.sign();
  await verify(person);
  await comesTo(person, "completed");
}

const byFace = (person: Signer) => person.showFace();
const byDeposit = (person: Signer) => person.confirmDeposit();

const contracts: Record<string, string> = {};

test.each([
  ["personal", byFace],
  ["enterprise", byDeposit],
  ["pooling", byDeposit],
])("a contract is started, followed and repeated as described: %s", async (example, verify) => {
  const { contractId, h5Url } = await replay("createContract", { ...native, example });
  const path = { contractId };
  contracts[example] = contractId;

  await replay("getContract", { ...native, path });
  await replay("createContract", { ...native, example });
  await signs(personAt(h5Url), verify);
  await replay("createContract", { ...native, example });

  expect(await replay("getContract", { ...native, path })).toMatchObject({ status: "COMPLETED" });
  const { bundleUrl } = await replay("getEvidence", { ...native, path });
  await follow("downloadBundle", bundleUrl);
});

test("a message is repeated and a contract revoked as described", async () => {
  const started = await replay("createContract", { ...native, example: "twoSigners" });
  const path = { contractId: started.contractId };
  await comesTo(personAt(started.signers[0].h5Url), "sign");

  await stack.advance(smsPauseMs);
  await replay("resendSms", { ...native, path });
  await replay("revokeContract", { ...native, path, example: "byOperator" });

  await replay("getContract", { ...native, path });
  await replay("getEvidence", { ...native, path });
});

test("what is everybody's answers as described", async () => {
  const path = { contractId: contracts.personal ?? "" };
  const { leaves } = await replay("getEvidence", { ...native, path });
  const sealed = leaves.find(({ step }: Json) => step === "DOCUMENT_SIGNED");
  const { stepData } = sealed;
  await replay("findDocument", { path: { sha256: stepData.signedHash } });

  await replay("getCheckpoint");
  await replay("getLogKey");
  const log = await replay("listLeaves", { query: { from: "0", limit: "1" } });
  await replay("proveInclusion", { path: { leafHash: log.leaves[0] } });
  await replay("proveConsistency", { query: { from: "1", to: "2" } });
});

test.each(dialects)("$name is served at its own address", async ({ name }) => {
  const served = await replay("getOpenapi", { path: { dialect: name } });

  expect(served.servers).toEqual([{ url: stack.apiUrl }]);
});

test.each(["split", "collection", "batchPay"])(
  "an instruction is taken in, repeated and queried as described: %s",
  async (example) => {
    const shown = operationOf("processTransaction").operation.request?.examples[example];
    const credentials = partnerNamed(stack, tiancai.client);
    const changes = signedInstruction(shown as Instruction, credentials, stack.now());

    const { data } = await replay("processTransaction", { example, changes });
    expect(data).toMatchObject({ requestId: changes.requestId, status: "SUCCESS" });
    expect(await replay("processTransaction", { example, changes })).toMatchObject({ data });

    await replay("queryTransaction", { ...tiancai, path: { requestId: changes.requestId } });
  },
);

test("an instruction that is refused answers as described, again and again", async () => {
  const described = operationOf("processTransaction");
  const shown = described.operation.request?.examples.split as Instruction;
  const wrong = { ...shown, requestId: "split-2", bizData: { ...shown.bizData, amount: "1e2" } };
  const credentials = partnerNamed(stack, tiancai.client);
  const body = signedInstruction(wrong as Instruction, credentials, stack.now());

  for (const _ of [1, 2]) {
    const answer = await sendDescribed(stack, described, { body });
    expectDescribed(described, answer);
    expect(`${answer.status} ${answer.body.code}`).toBe("400 INVALID_PARAMETER");
  }
  const path = { requestId: wrong.requestId };
  expect(await replay("queryTransaction", { ...tiancai, path })).toMatchObject({
    data: { status: "FAILED" },
  });
});

test("what a contract authorises is withdrawn as described", async () => {
  const path = { contractId: contracts.pooling ?? "" };

  await replay("withdrawAuthorization", { ...native, path, example: "byOperator" });

  expect(await replay("getContract", { ...native, path })).toHaveProperty(
    "authorization.withdrawnAt",
  );
});

test("a process is initiated, reminded of and followed as described", async () => {
  const example = "process";
  const { data } = await replay("initiateProcess", {
    ...wallet,
    example,
    headers: { prefer: "wait=10" },
  });
  const path = { processId: data.processId };
  await replay("getProcess", { ...wallet, path });
  await stack.advance(smsPauseMs);
  await replay("sendProcessSms", { ...wallet, example });

  await signs(personAt(data.h5PageUrl), byDeposit);

  const told = await replay("getProcess", { ...wallet, path });
  expect(told).toMatchObject({ data: { status: "COMPLETED" } });
  await follow("downloadAgreement", told.data.protocolInfo.downloadUrl);
});

test("an agreement is initiated, signed, verified and revoked as described", async () => {
  const example = "agreement";
  const started = await replay("initiateAgreement", { ...agreement, example });
  const { contractId } = started;
  const path = { contractId };
  const again = { headers: { "idempotency-key": "again" } };
  await replay("initiateAgreement", { ...agreement, ...again, example });
  await replay("getAgreement", { ...agreement, path });
  const request: Json = operationOf("initiateAgreement").operation.request?.examples[example];
  const begun = { id: contractId, request, tasks: started.signTasks };
  await comesTo(personAt(started.signTasks[0].signUrl), "sign");
  await replay("renewSignUrl", { ...agreement, path, example: "receiver" });
  await signsByFaceAndCode(stack, begun);
  await comesTo(personAt(started.signTasks[0].signUrl), "completed");

  expect(await replay("getAgreement", { ...agreement, path })).toMatchObject({ status: "SIGNED" });
  const changes = { contractId };
  await replay("verifyContract", { ...agreement, example: "byContractId", changes });
  const evidence = await replay("getEvidence", { ...agreement, path });
  const { signedHash } = evidence.leaves.find(
    ({ step }: Json) => step === "DOCUMENT_SIGNED",
  ).stepData;
  const hash = { fileHash: `sha256:${signedHash}` };
  await replay("verifyContract", { ...agreement, example: "byFileHash", changes: hash });

  const other = await replay("initiateAgreement", {
    ...agreement,
    example,
    changes: { bizId: "demo-agreement-2" },
  });
  const otherPath = { contractId: other.contractId };
  await replay("revokeAgreement", { ...agreement, path: otherPath, example: "byOperator" });
  await replay("getAgreement", { ...agreement, path: otherPath });
});

test("a face check is started and followed as described", async () => {
  const { verificationId } = await replay("initiateFace", { ...agreement, example: "face" });

  await replay("getFace", { ...agreement, path: { verificationId } });

  await stack.advance(31 * 60_000);
  await expect
    .poll(() => replay("getFace", { ...agreement, path: { verificationId } }), { timeout: 20_000 })
    .toMatchObject({ status: "EXPIRED" });
});

test("a template is saved, found and activated as described", async () => {
  await replay("saveTemplate", { ...keeper, example: "demoTemplate" });
  const templateId = "TEMPLATE_DEMO";

  await replay("getTemplate", { ...keeper, path: { templateId }, query: { version: "1" } });
  await replay("activateTemplate", { ...keeper, path: { templateId }, example: "first" });
  await replay("listTemplates", keeper);
  await replay("listTemplates", { ...keeper, query: { category: "SMS", active: "true" } });
});

const callers: Record<string, string> = {
  native: native.client,
  agreement: agreement.client,
  wallet: wallet.client,
  transaction: tiancai.client,
};

test.each(operations)("$dialect $id refuses as described", async (described) => {
  const { dialect, operation } = described;
  const body = operation.request ? {} : undefined;
  const client = callers[dialect] ?? "";

  const unsigned = await sendDescribed(stack, described, { ...(body ? { body } : {}) });
  const empty = await sendDescribed(stack, described, { client, ...(body ? { body } : {}) });

  expectDescribed(described, unsigned);
  expectDescribed(described, empty);
  if (operation.access === "partner") expect(unsigned.status).toBe(401);
  if (body) expect(empty.status).toBeGreaterThanOrEqual(400);
});

test("every webhook that came is described, and each kind has come", async () => {
  const kinds = dialects.flatMap(({ webhooks }) => Object.keys(webhooks));
  const heard = new Set<string>();

  await expect
    .poll(
      async () => {
        const { events } = await stateOf(stack.simulators.partner);
        for (const { event } of events) {
          const [kind, ...others] = webhooksLike(event);
          expect(others, JSON.stringify(event)).toEqual([]);
          expect(kind, JSON.stringify(event)).toBeDefined();
          heard.add(kind ?? "");
        }
        return [...heard].sort();
      },
      { timeout: 20_000 },
    )
    .toEqual(kinds.toSorted());
});

test("every example of every description was sent and answered 200", () => {
  const shown = operations.flatMap(({ id, operation: { request } }) =>
    request ? Object.keys(request.examples).map((example) => `${id} ${example}`) : [id],
  );

  expect(shown.filter((one) => !replayed.has(one))).toEqual([]);
});
