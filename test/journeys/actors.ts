import { randomInt, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { SFNClient } from "@aws-sdk/client-sfn";
import { type Answer, partnerClient } from "../../client/signed-call.ts";
import { eventually, openMessage, type Signer } from "../../examples/signer.ts";
import type { ReceivedEvent } from "../../lib/local/simulators/partner.ts";
import type { Stack } from "./stack.ts";

/** The people and systems around a stack, as journeys play them. */

// biome-ignore lint/suspicious/noExplicitAny: journeys read answers as JSON and say what they expect of it.
export type Json = any;

export type Story = "personal" | "enterprise" | "pooling";

/** The request of the example with a name, a phone and a callback address of its own. */
export function requestFor(stack: Stack, story: Story, changes: Json = {}): Json {
  const example = JSON.parse(readFileSync(`examples/${story}.json`, "utf8"));
  const requestId = `${story}-${randomUUID()}`;
  return {
    ...example,
    requestId,
    callbackUrl: `${stack.simulators.partner}/callback/${requestId}`,
    ...changes,
    userInfo: { ...example.userInfo, mobile: newMobile(), ...changes.userInfo },
  };
}

/** No two contracts of a stack share a phone, so every inbox tells of one. */
export const newMobile = (): string => `139${String(randomInt(10 ** 8)).padStart(8, "0")}`;

export function partnerOf(stack: Stack, dialect = "native") {
  const partner = stack.partners.find(({ dialects }) => dialects.includes(dialect));
  if (partner === undefined) throw new Error(`the stack has no partner that speaks ${dialect}`);
  return partnerClient(stack.apiUrl, partner, stack.now);
}

export type Flow = {
  readonly id: string;
  readonly request: Json;
  readonly started: Answer;
  readonly call: ReturnType<typeof partnerClient>;
  /** Waits for the invitation and plays its receiver. */
  signer(): Promise<Signer>;
};

export async function begin(stack: Stack, story: Story, changes: Json = {}): Promise<Flow> {
  const call = partnerOf(stack);
  const request = requestFor(stack, story, changes);
  const started = await call("POST", "/v1/contracts", request);
  if (started.status !== 200)
    throw new Error(`POST /v1/contracts: ${started.status} ${JSON.stringify(started.body)}`);
  const signer = () => openMessage(stack.simulators, request.userInfo.mobile);
  return { id: started.body.contractId, request, started, call, signer };
}

/** Reads, consents and signs; the contract then waits for the verification. */
export async function signed(flow: Flow): Promise<Signer> {
  const signer = await flow.signer();
  await signer.read();
  await signer.sign();
  return signer;
}

export async function contractOf({ call, id }: Flow): Promise<Json> {
  return (await call("GET", `/v1/contracts/${id}`)).body;
}

/** Waits until the contract has the status; another final one ends the waiting at once. */
export function becomes(flow: Flow, status: string): Promise<Json> {
  return eventually(`contract ${flow.id} to be ${status}`, async () => {
    const contract = await contractOf(flow);
    if (contract.status === status) return contract;
    if (["COMPLETED", "FAILED", "TIMED_OUT"].includes(contract.status))
      throw new Error(`contract is ${contract.status}: ${JSON.stringify(contract.failure)}`);
    return undefined;
  });
}

export async function evidenceOf({ call, id }: Flow): Promise<Json> {
  return (await call("GET", `/v1/contracts/${id}/evidence`)).body;
}

export async function stepsOf(flow: Flow): Promise<string[]> {
  return (await evidenceOf(flow)).leaves.map((leaf: Json) => leaf.step);
}

/** Waits until the chain holds `step` and gives its newest entry's facts. */
export function recorded(flow: Flow, step: string): Promise<Json> {
  return eventually(`contract ${flow.id} to record ${step}`, async () => {
    const { leaves } = await evidenceOf(flow);
    return leaves.findLast((leaf: Json) => leaf.step === step)?.stepData;
  });
}

/** Lets time pass step by step until `ask` answers, so that back-offs cost none. */
export function inTime<T>(
  stack: Stack,
  what: string,
  ask: () => Promise<T | undefined>,
  stepMs = 500,
): Promise<T> {
  return eventually(what, async () => {
    const answer = await ask();
    if (answer === undefined) await stack.advance(stepMs);
    return answer;
  });
}

/** Like `becomes`, while the clock is pushed through retries and back-offs. */
export const becomesInTime = (stack: Stack, flow: Flow, status: string): Promise<Json> =>
  inTime(stack, `contract ${flow.id} to be ${status}`, async () => {
    const contract = await contractOf(flow);
    return contract.status === status ? contract : undefined;
  });

// The systems outside

export async function stateOf(simulator: string): Promise<Json> {
  return (await fetch(`${simulator}/_control/state`)).json();
}

/** Replaces the fault script of a simulator. */
export async function script(simulator: string, rules: readonly Json[]): Promise<void> {
  const body = JSON.stringify(rules);
  const response = await fetch(`${simulator}/_control/faults`, { method: "PUT", body });
  if (!response.ok) throw new Error(`fault script refused: ${await response.text()}`);
}

export async function messagesTo(stack: Stack, mobile: string): Promise<Json[]> {
  return (await stateOf(stack.simulators.sms)).inbox[mobile] ?? [];
}

export async function verificationsOf(stack: Stack, { id }: Flow): Promise<Json[]> {
  const { verifications } = await stateOf(stack.simulators.verification);
  return verifications.filter((one: Json) => one.challenge.contractId === id);
}

/** The verification that the contract now waits for. */
export const pendingVerification = (stack: Stack, flow: Flow): Promise<Json> =>
  eventually(`a verification of ${flow.id}`, async () =>
    (await verificationsOf(stack, flow)).find(({ status }) => status === "PENDING"),
  );

export async function decide(stack: Stack, verificationId: string, decision: Json): Promise<void> {
  const url = `${stack.simulators.verification}/_control/verifications/${verificationId}/decide`;
  const response = await fetch(url, { method: "POST", body: JSON.stringify(decision) });
  if (!response.ok) throw new Error(`decide ${verificationId}: ${await response.text()}`);
}

export type Webhook = Omit<ReceivedEvent, "event"> & { readonly event: Json };

export async function webhooksOf(stack: Stack, { id }: Flow): Promise<Webhook[]> {
  const { events } = await stateOf(stack.simulators.partner);
  return events.filter(({ event }: Webhook) => event?.data?.contractId === id);
}

export const webhookOf = (stack: Stack, flow: Flow): Promise<Webhook> =>
  eventually(`the webhook of ${flow.id}`, async () => (await webhooksOf(stack, flow))[0]);

// AWS behind the stack

export const awsOf = (stack: Stack) => ({
  region: "us-east-1",
  endpoint: stack.endpoints.aws,
  credentials: { accessKeyId: "journey", secretAccessKey: "journey" },
});

export const workflowOf = (stack: Stack) => new SFNClient(awsOf(stack));
