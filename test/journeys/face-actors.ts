import { randomUUID } from "node:crypto";
import { type Answer, partnerClient } from "../../client/signed-call.ts";
import { eventually } from "../../examples/signer.ts";
import { type Json, stateOf } from "./actors.ts";
import type { Stack } from "./stack.ts";

/** The client, the person and the vendors of a face check, as journeys play them. */

const initiatePath = "/api/v1/verification/face/initiate";

/** Calls as a client of document C, signed. */
export async function faceCall(
  stack: Stack,
  method: "GET" | "POST",
  path: string,
  body?: Json,
  more: { readonly headers?: Record<string, string>; readonly client?: string } = {},
): Promise<Answer> {
  const credential = stack.partners.find(
    ({ clientId }) => clientId === (more.client ?? "sandbox-c"),
  );
  if (credential === undefined) throw new Error("the stack has no such client");
  return partnerClient(stack.apiUrl, credential, stack.now)(method, path, body, more.headers);
}

/** Document C's own payload with a bizId and a callback of its own. */
export function faceRequest(stack: Stack, changes: Json = {}): Json {
  const bizId = `AUTH_FLOW_${randomUUID()}`;
  return {
    bizId,
    bizType: "RELATIONSHIP_BINDING",
    userInfo: { name: "张三", idCardNo: "310101199001011234", mobile: "13800138000" },
    callbackUrl: `${stack.simulators.partner}/face/${bizId}`,
    expireMinutes: 30,
    uiConfig: { title: "天财分账身份验证", themeColor: "#1890ff" },
    ...changes,
  };
}

export const initiate = (stack: Stack, request: Json, headers: Record<string, string> = {}) =>
  faceCall(stack, "POST", initiatePath, request, { headers });

export type Face = { readonly id: string; readonly url: string; readonly request: Json };

export async function begunFace(stack: Stack, changes: Json = {}): Promise<Face> {
  const request = faceRequest(stack, changes);
  const { status, body } = await initiate(stack, request);
  if (status !== 200) throw new Error(`initiate: ${status} ${JSON.stringify(body)}`);
  return { id: body.verificationId, url: body.verificationUrl, request };
}

export async function faceOf(stack: Stack, { id }: Pick<Face, "id">): Promise<Json> {
  return (await faceCall(stack, "GET", `/api/v1/verification/face/${id}`)).body;
}

export const faceBecomes = (stack: Stack, face: Face, status: string): Promise<Json> =>
  eventually(`face check ${face.id} to be ${status}`, async () => {
    const found = await faceOf(stack, face);
    return found.status === status ? found : undefined;
  });

/** Presses the button of the person's page. */
export async function start({
  url,
}: Face): Promise<{ readonly status: number; readonly body: Json }> {
  const response = await fetch(`${url}/start`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ consent: true }),
  });
  return { status: response.status, body: await response.json() };
}

/** The name of the screen that the person's page shows. */
export async function screenOf({ url }: Face): Promise<string> {
  return /data-screen="(\w+)"/.exec(await (await fetch(url)).text())?.[1] ?? "";
}

/** Presses the button and chooses on the vendor's page. */
export async function show(face: Face, choice: string): Promise<void> {
  const { body } = await start(face);
  const answer = await fetch(body.handOffUrl, {
    method: "POST",
    body: new URLSearchParams({ choice }),
    redirect: "manual",
  });
  if (answer.status !== 303) throw new Error(`${body.handOffUrl}: ${answer.status}`);
}

/** The tasks of a check at all vendors, oldest first. */
export async function tasksOf(stack: Stack, { id }: Pick<Face, "id">): Promise<Json[]> {
  const { tasks } = await stateOf(stack.simulators.face);
  return tasks.filter(({ key }: Json) => key.startsWith(`${id}-`));
}

export async function decideTask(stack: Stack, task: Json, decision: Json): Promise<void> {
  const url = `${stack.simulators.face}/_control/tasks/${task.transactionNo}/decide`;
  const response = await fetch(url, { method: "POST", body: JSON.stringify(decision) });
  if (!response.ok) throw new Error(`decide ${task.transactionNo}: ${await response.text()}`);
}

/** What the client's callbackUrl received about a check. */
export async function callbacksOf(stack: Stack, { id }: Face): Promise<Json[]> {
  const { events } = await stateOf(stack.simulators.partner);
  return events.filter(({ event }: Json) => event?.verificationId === id);
}

export const callbackOf = (stack: Stack, face: Face): Promise<Json> =>
  eventually(`the callback of ${face.id}`, async () => (await callbacksOf(stack, face))[0]);
