import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { eventually, signer as signerAt } from "../../examples/signer.ts";
import {
  becomes,
  begin,
  type Flow,
  type Json,
  messagesTo,
  partnerOf,
  pendingVerification,
  recorded,
  requestFor,
  signed,
  stateOf,
  stepsOf,
  verificationsOf,
  webhookOf,
} from "./actors.ts";
import { ownStack } from "./stack.ts";

const stack = ownStack();

/** While nothing listens a call fails; then it is made again, as any client would. */
const patiently = <T>(what: string, ask: () => Promise<T>): Promise<T> =>
  eventually(what, () => ask().catch(() => undefined));

test("A-42: a contract waits for its callback over a kill -9, and the callback completes it", async () => {
  const flow = await begin(stack, "personal");
  const signer = await signed(flow);
  await pendingVerification(stack, flow);
  await recorded(flow, "AUTH_ACCEPTED");

  await stack.kill();
  await stack.restart();

  await signer.showFace();
  await becomes(flow, "COMPLETED");
  expect((await stepsOf(flow)).filter((step) => step === "AUTH_REQUESTED")).toHaveLength(1);
  expect((await webhookOf(stack, flow)).signatureValid).toBe(true);
});

test("an invitation that was accepted just before a kill -9 still reaches the phone, once", async () => {
  const flow = await begin(stack, "personal");
  await stack.kill();
  await stack.restart();

  await flow.signer();

  expect(await messagesTo(stack, flow.request.userInfo.mobile)).toHaveLength(1);
});

test("a signature that was accepted just before a kill -9 leads to exactly one challenge", async () => {
  const flow = await begin(stack, "enterprise");
  await signed(flow);
  await stack.kill();
  await stack.restart();

  const signer = signerAt(stack.simulators, (await messageOf(flow)).links[0]);
  await signer.confirmDeposit();

  await becomes(flow, "COMPLETED");
  expect(await verificationsOf(stack, flow)).toHaveLength(1);
});

test("killed five times at random moments, the stack completes every contract that it had accepted", {
  timeout: 60_000,
}, async () => {
  // A cold stack needs about a second to get anywhere.
  const seed = Array.from({ length: 5 }, () => randomInt(300, 1800));
  const requests = Array.from({ length: 4 }, () => requestFor(stack, "personal"));
  const flows = Promise.all(requests.map(playPatiently));

  for (const ms of seed) {
    await new Promise((next) => setTimeout(next, ms));
    await stack.kill();
    await stack.restart();
  }

  const ended = await flows.catch((cause) => {
    throw new Error(`killed after ${seed.join(", ")} ms`, { cause });
  });
  // A webhook that was under way when its worker died is handed out again after the queue's visibility time-out.
  await stack.advance(400_000);
  for (const flow of ended) {
    expect((await messagesTo(stack, flow.request.userInfo.mobile)).length).toBe(1);
    const steps = await stepsOf(flow);
    for (const once of ["FLOW_CREATED", "CONTRACT_GENERATED", "SIGNED", "AUTH_RESULT", "SEALED"])
      expect([once, steps.filter((step) => step === once).length]).toEqual([once, 1]);
    expect((await webhookOf(stack, flow)).event.data.status).toBe("SUCCESS");
  }
});

/** The whole story, every act of it repeated until it is answered. */
async function playPatiently(request: Json): Promise<Flow> {
  const call = partnerOf(stack);
  const post = async () => {
    const answer = await call("POST", "/v1/contracts", request);
    if (answer.status !== 200) throw new Error(String(answer.status));
    return answer;
  };
  const started = await patiently("the start", post);
  const flow = { id: started.body.contractId, request, call, started } as Flow;
  const { links } = await patiently("the message", async () => {
    const message = await messageOf(flow);
    if (message === undefined) throw new Error("none yet");
    return message;
  });
  const signer = signerAt(stack.simulators, links[0]);
  for (const [action, body] of [
    ["consent", {}],
    ["sign", { signature: { typedName: "张晓雨" } }],
  ] as const)
    await patiently(action, async () => {
      const { status } = await signer.act(action, body);
      // 409 to a repeated signature: the first one arrived and its answer was lost.
      if (status !== 200 && status !== 409) throw new Error(String(status));
      return status;
    });
  await patiently("the face", async () => {
    await signer.showFace();
    return true;
  });
  await patiently("completion", async () => {
    const { body } = await call("GET", `/v1/contracts/${flow.id}`);
    if (body.status !== "COMPLETED") throw new Error(body.status);
    return body;
  });
  return flow;
}

const messageOf = async ({ request }: Flow): Promise<Json> =>
  (await stateOf(stack.simulators.sms)).inbox[request.userInfo.mobile]?.[0];
