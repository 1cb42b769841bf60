import { randomUUID } from "node:crypto";
import { type Answer, partnerClient } from "../../client/signed-call.ts";
import { eventually, openMessage } from "../../examples/signer.ts";
import { opening, person, pooling, sample } from "../dialects/wallet-given.ts";
import { type Json, newMobile, stateOf } from "./actors.ts";
import type { Stack } from "./stack.ts";

/** The industry wallet (document D) around a stack. */

const stories = { enterprise: sample, person, pooling, opening } as const;

/** The request of a story with keys, a phone and a callback address of its own. */
export function walletRequest(stack: Stack, story: keyof typeof stories, changes: Json = {}): Json {
  const request: Json = structuredClone(stories[story]);
  const requestId = `W-${randomUUID()}`.slice(0, 32);
  const mobile = newMobile();
  for (const side of [request.payerInfo, request.payeeInfo])
    if (side.contactInfo) side.contactInfo.mobile = mobile;
  const callbackUrl = `${stack.simulators.partner}/callback/${requestId}`;
  return { ...request, requestId, callbackUrl, ...changes };
}

/** A signed call of the wallet, with document D's headers beside the signature's. */
export function walletClient(stack: Stack) {
  const wallet = stack.partners.find(({ clientId }) => clientId === "sandbox-wallet");
  if (wallet === undefined) throw new Error("the stack has no wallet");
  const call = partnerClient(stack.apiUrl, wallet, stack.now);
  return (
    method: "GET" | "POST",
    path: string,
    request?: Json,
    headers: Record<string, string> = {},
  ): Promise<Answer> => call(method, path, request, { "x-system-code": "WALLET", ...headers });
}

export type Process = {
  readonly id: string;
  readonly request: Json;
  readonly started: Answer;
  readonly call: ReturnType<typeof walletClient>;
};

export const initiate = (
  stack: Stack,
  request: Json,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  walletClient(stack)("POST", "/api/v1/esign/process/initiate", request, {
    "x-business-id": `BIZ-${randomUUID()}`,
    ...headers,
  });

export async function beginProcess(
  stack: Stack,
  story: keyof typeof stories,
  changes: Json = {},
): Promise<Process> {
  const request = walletRequest(stack, story, changes);
  const started = await initiate(stack, request, { prefer: "wait=10" });
  if (started.status !== 200)
    throw new Error(`initiate: ${started.status} ${JSON.stringify(started.body)}`);
  return { id: started.body.data.processId, request, started, call: walletClient(stack) };
}

export const mobileOf = ({ payerInfo, payeeInfo, processType }: Json): string =>
  (
    (processType === "RELATION_BINDING" ? undefined : payerInfo.contactInfo) ??
    payeeInfo.contactInfo
  ).mobile;

export const signerOf = (stack: Stack, { request }: Process) =>
  openMessage(stack.simulators, mobileOf(request));

export async function processOf({ call, id }: Pick<Process, "call" | "id">): Promise<Json> {
  return (await call("GET", `/api/v1/esign/process/${id}`)).body.data;
}

export function processBecomes(process: Process, status: string): Promise<Json> {
  return eventually(`process ${process.id} to be ${status}`, async () => {
    const found = await processOf(process);
    if (found.status === status) return found;
    if (["COMPLETED", "FAILED", "EXPIRED"].includes(found.status))
      throw new Error(`process is ${found.status}: ${found.failureReason}`);
    return undefined;
  });
}

/** What the wallet's callbackUrl received about a process. */
export async function callbacksOf(stack: Stack, { id }: Process): Promise<Json[]> {
  const { events } = await stateOf(stack.simulators.partner);
  return events.filter(({ event }: Json) => event?.payload?.processId === id);
}

export const callbackOf = (stack: Stack, process: Process): Promise<Json> =>
  eventually(`the callback of ${process.id}`, async () => (await callbacksOf(stack, process))[0]);

/** The verification system as document D words it. */
export function tellProcess(stack: Stack, body: Json, secret?: string): Promise<Answer> {
  const { clientId, secret: own } = stack.verificationSystem;
  const call = partnerClient(stack.apiUrl, { clientId, secret: secret ?? own }, stack.now);
  return call("POST", "/api/internal/esign/callback/verification", body);
}
