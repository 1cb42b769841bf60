import { expect, test } from "vitest";
import { type Credentials, partnerClient } from "../../client/signed-call.ts";
import { eventually, openMessage } from "../../examples/signer.ts";
import { type Json, newMobile, requestFor } from "./actors.ts";
import { begunAgreement, party, payer, signsByFaceAndCode } from "./agreement-actors.ts";
import { sharedStack } from "./stack.ts";
import { beginProcess, signerOf } from "./wallet-actors.ts";

const stack = sharedStack();

/** How one moment of a contract is told: document A's two words, B's, C's and D's (requirements 2.1). */
type Words = readonly [result: string, nextStep: string, b: string, c: string, d: string];

const invited: Words = [
  ...(["PROCESSING", "AWAITING_SMS_VERIFY", "AWAITING_SIGNATURE"] as const),
  ...(["CREATED", "SMS_SENT"] as const),
];
const partlySigned: Words = [
  ...(["PROCESSING", "AWAITING_SIGN", "AWAITING_SIGNATURE"] as const),
  ...(["PARTIAL_SIGNED", "SMS_SENT"] as const),
];
const signedUnverified: Words = [
  ...(["PROCESSING", "AWAITING_AUTH", "VERIFYING"] as const),
  ...(["PARTIAL_SIGNED", "VERIFICATION_PENDING"] as const),
];
const completed: Words = ["SUCCESS", "NONE", "COMPLETED", "SIGNED", "COMPLETED"];

const readerOf = (clientId: string) => {
  const credentials = stack.partners.find((one) => one.clientId === clientId) as Credentials;
  return partnerClient(stack.apiUrl, credentials, stack.now);
};

type Reading = { readonly statuses: number[]; readonly ids: string[]; readonly words: Words };

/** One contract through the three surfaces that it can be read on (K01). */
async function readAs(clientId: string, id: string): Promise<Reading> {
  const call = readerOf(clientId);
  const a = await call("GET", `/v1/contracts/${id}`);
  const c = await call("GET", `/api/v1/contract/${id}`);
  const d = await call("GET", `/api/v1/esign/process/${id}`);
  const process: Json = d.body.data ?? {};
  return {
    statuses: [a, c, d].map(({ status }) => status),
    ids: [a.body.contractId, c.body.contractId, process.processId],
    words: [a.body.result, a.body.nextStep, a.body.status, c.body.status, process.status],
  };
}

/** Waits for the moment; a surface that names another contract, or none, fails at once. */
const reads = (clientId: string, id: string, words: Words): Promise<true> =>
  eventually(`contract ${id} to be ${words.join(" ")}`, async () => {
    const reading = await readAs(clientId, id);
    expect(reading).toMatchObject({ statuses: [200, 200, 200], ids: [id, id, id] });
    return String(reading.words) === String(words) || undefined;
  });

test("K01 K06: a contract begun in document D is the same one, by the same id, in the words of A, B and C", async () => {
  const process = await beginProcess(stack, "person");
  const read = (words: Words) => reads("sandbox-wallet", process.id, words);

  await read(invited);
  const person = await signerOf(stack, process);
  await person.sign();
  await read(signedUnverified);
  await person.showFace();
  await read(completed);
});

test("K01 K06: a contract begun in document C is the same one, by the same id, in the words of A, B and D", async () => {
  const agreement = await begunAgreement(stack, { signers: [party(), payer()] });
  const read = (words: Words) => reads("sandbox-agreement", agreement.id, words);

  await read(invited);
  await signsByFaceAndCode(stack, agreement, 0);
  await read(partlySigned);
  await signsByFaceAndCode(stack, agreement, 1);
  await read(completed);
});

test("K01 K06: a contract begun in our own words is the same one, by the same id, in those of C and D", async () => {
  const mobile = newMobile();
  const request = requestFor(stack, "personal", { userInfo: { mobile } });
  const { body } = await readerOf("sandbox-agreement")("POST", "/v1/contracts", request);
  const read = (words: Words) => reads("sandbox-agreement", body.contractId, words);

  await read(invited);
  const person = await openMessage(stack.simulators, mobile);
  await person.sign();
  await read(signedUnverified);
  await person.showFace();
  await read(completed);
});

test("K01 B-52: none of the surfaces shows a contract to anybody but who began it", async () => {
  const { id } = await beginProcess(stack, "person");

  expect((await readAs("sandbox-agreement", id)).statuses).toEqual([404, 404, 404]);
});
