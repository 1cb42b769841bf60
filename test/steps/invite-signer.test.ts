import { expect, test } from "vitest";
import { platformKeys } from "../../functions/adapters/platform-keys.ts";
import { advance } from "../../functions/advance.ts";
import { assembleContracts, assembleTemplates } from "../../functions/assemble.ts";
import { contractStarter } from "../../functions/start/start-contract.ts";
import { build } from "../../functions/steps/invite-signer.ts";
import { partner, testWorld } from "../fakes/world.ts";
import { begin, generate } from "../story.ts";

/** A contract with its agreement, and a gateway that takes every message and notes its idempotency key. */
async function stage() {
  const messages: (string | undefined)[] = [];
  const { world, dynamo } = testWorld({
    now: () => begin,
    async http({ headers }) {
      messages.push(headers["idempotency-key"]);
      const answer = { provider: "simulator", providerMessageId: "P1" };
      return { status: 202, headers: {}, body: JSON.stringify(answer) };
    },
  });
  const contracts = assembleContracts(world);
  const start = contractStarter(
    world,
    contracts,
    platformKeys(world, "platform"),
    assembleTemplates(world),
    [],
  );
  const { contract } = await start(
    { clientId: partner.clientId, returnUrls: [] },
    {
      requestId: "REQ-1",
      bizScene: "RELATION_BIND",
      userType: "PERSONAL",
      userInfo: { name: "张三", mobile: "13800138000", idCardNo: "310101199001011234" },
    },
  );
  await advance(contracts, contract.id, { ...generate, at: begin });
  const invite = (taskToken: string) =>
    build(world)({ contractId: contract.id, signer: 1, taskToken });
  const steps = async () =>
    (await contracts.history(contract.id)).map(({ entry }) => entry.step).slice(2);
  return { dynamo, messages, invite, steps, read: () => contracts.read(contract.id) };
}

test("A-19: the message is on record before it leaves, and as sent once the gateway took it", async () => {
  const { invite, steps, messages, read } = await stage();

  await invite("token");

  expect(await steps()).toEqual(["SMS_REQUESTED", "SMS_SENT"]);
  expect(messages).toHaveLength(1);
  expect((await read())?.state.status).toBe("NOTIFIED");
});

test("A-32: a message that left while its record failed is known as requested, and the retry mends it under the same id", async () => {
  const { dynamo, invite, steps, messages, read } = await stage();
  dynamo.gate = async ({ writes }) => {
    const isAnswer = messages.length > 0 && writes.length > 0;
    if (isAnswer) throw new Error("the tables are away");
    return undefined;
  };

  await expect(invite("first token")).rejects.toThrow();
  const between = await steps();
  dynamo.gate = undefined;
  await invite("second token");

  expect(between).toEqual(["SMS_REQUESTED"]);
  expect(await steps()).toEqual(["SMS_REQUESTED", "SMS_SENT"]);
  expect(new Set(messages).size).toBe(1);
  expect((await read())?.state.status).toBe("NOTIFIED");
});
