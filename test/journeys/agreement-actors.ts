import { randomUUID } from "node:crypto";
import { eventually, type Signer, signer } from "../../examples/signer.ts";
import { type Json, messagesTo, newMobile, stateOf } from "./actors.ts";
import { faceCall } from "./face-actors.ts";
import type { Stack } from "./stack.ts";

/** The client and the parties of a contract in document C's words, as journeys play them. */

const client = "sandbox-agreement";
const initiatePath = "/api/v1/contract/initiate";

export const agreementCall = (
  stack: Stack,
  method: "GET" | "POST",
  path: string,
  body?: Json,
  headers: Record<string, string> = {},
) => faceCall(stack, method, path, body, { headers, client });

/** Document C's own party, with a phone of its own. */
export const party = (changes: Json = {}): Json => ({
  partyId: "RECEIVER_001",
  partyType: "RECEIVER",
  name: "张三",
  idCardNo: "310101199001011234",
  mobile: newMobile(),
  signMethod: "FACE_AND_SMS",
  notifyType: "SMS",
  sequence: 1,
  ...changes,
});

export const payer = (changes: Json = {}): Json =>
  party({
    partyId: "PAYER_001",
    partyType: "PAYER",
    name: "李四",
    idCardNo: "110101199003070011",
    sequence: 2,
    ...changes,
  });

/** Document C's own payload with a bizId, a callback and phones of its own. */
export function agreementRequest(stack: Stack, changes: Json = {}): Json {
  const bizId = `REL_${randomUUID()}`;
  return {
    bizId,
    bizType: "RELATIONSHIP_AGREEMENT",
    templateId: "TEMPLATE_COLLECTION_V1",
    title: "天财分账资金归集授权协议",
    variables: {
      payerName: "XX品牌总部",
      payerAccountNo: "PAY_ACC_001",
      receiverName: "上海浦东店",
      receiverAccountNo: "RCV_ACC_001",
      effectiveDate: "2023-10-27",
    },
    signers: [party()],
    callbackUrl: `${stack.simulators.partner}/agreement/${bizId}`,
    webhookConfig: { headers: { Authorization: "Bearer abc" } },
    expireDays: 7,
    archiveConfig: { needArchive: true, archiveProvider: "TSA" },
    ...changes,
  };
}

export const initiate = (stack: Stack, request: Json, headers: Record<string, string> = {}) =>
  agreementCall(stack, "POST", initiatePath, request, headers);

export type Agreement = { readonly id: string; readonly request: Json; readonly tasks: Json[] };

export async function begunAgreement(stack: Stack, changes: Json = {}): Promise<Agreement> {
  const request = agreementRequest(stack, changes);
  const { status, body } = await initiate(stack, request);
  if (status !== 200) throw new Error(`initiate: ${status} ${JSON.stringify(body)}`);
  return { id: body.contractId, request, tasks: body.signTasks };
}

export async function agreementOf(stack: Stack, { id }: Pick<Agreement, "id">): Promise<Json> {
  return (await agreementCall(stack, "GET", `/api/v1/contract/${id}`)).body;
}

export const agreementBecomes = (stack: Stack, agreement: Agreement, status: string) =>
  eventually(`contract ${agreement.id} to be ${status}`, async () => {
    const found = await agreementOf(stack, agreement);
    return found.status === status ? found : undefined;
  });

export async function chainOf(stack: Stack, { id }: Pick<Agreement, "id">): Promise<Json[]> {
  return (await agreementCall(stack, "GET", `/v1/contracts/${id}/evidence`)).body.leaves;
}

export const revoke = (stack: Stack, { id }: Agreement) =>
  agreementCall(stack, "POST", `/api/v1/contract/${id}/revoke`, {
    reason: "用户要求取消",
    operator: "system_admin",
  });

/** The person behind a party, who opens the link of the answer. */
export const personOf = (stack: Stack, agreement: Agreement, index = 0): Signer =>
  signer(stack.simulators, agreement.tasks[index].signUrl);

export const comesTo = (person: Signer, wanted: string): Promise<string> =>
  eventually(`screen ${wanted}`, async () => {
    const screen = await person.screen();
    return screen === wanted ? screen : undefined;
  });

export async function pressed(person: Signer, action: string, body: Json = {}): Promise<Json> {
  const answer = await person.act(action, body);
  if (answer.status !== 200)
    throw new Error(`POST ${action}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Reads, agrees and shows the face. */
export async function verified(person: Signer): Promise<void> {
  await comesTo(person, "sign");
  await pressed(person, "open");
  await pressed(person, "consent");
  await person.showFace();
}

/** Asks for a code and reads it on the phone. */
export async function codeSentTo(stack: Stack, person: Signer, mobile: string): Promise<string> {
  await comesTo(person, "otp");
  const before = (await messagesTo(stack, mobile)).length;
  await pressed(person, "otp");
  return eventually(`a code to ${mobile}`, async () => {
    const message = (await messagesTo(stack, mobile)).slice(before).at(-1);
    return message && /验证码(\d{6})/.exec(message.text)?.[1];
  });
}

const drawing = { signature: { strokes: [[120, 240, 180, 120, 240, 260]] } };

/** All of FACE_AND_SMS: face, code, handwriting. */
export async function signsByFaceAndCode(stack: Stack, agreement: Agreement, index = 0) {
  const person = personOf(stack, agreement, index);
  await verified(person);
  const { mobile } = agreement.request.signers[index];
  const code = await codeSentTo(stack, person, mobile);
  await pressed(person, "code", { code });
  await pressed(person, "sign", drawing);
}

export const signsByHand = (person: Signer): Promise<Json> => pressed(person, "sign", drawing);

/** What the client's callbackUrl received, in order. */
export async function changesOf(stack: Stack, { id }: Agreement): Promise<Json[]> {
  const { events } = await stateOf(stack.simulators.partner);
  return events
    .filter(({ event }: Json) => event?.contractId === id)
    .toSorted((a: Json, b: Json) => a.event.sequence - b.event.sequence);
}

export const toldOf = (stack: Stack, agreement: Agreement, count: number): Promise<Json[]> =>
  eventually(`${count} callbacks of ${agreement.id}`, async () => {
    const changes = await changesOf(stack, agreement);
    return changes.length >= count ? changes : undefined;
  });
