import { describe, expect, test } from "vitest";
import { partnerDirectory } from "../../functions/adapters/partners.ts";
import { secret } from "../../functions/adapters/secrets.ts";
import { plusSeconds } from "../../functions/domain/drafts.ts";
import { partner, testWorld } from "../fakes/world.ts";

const begin = "2026-11-21T08:00:00.000Z";

describe("the directory of partners", () => {
  const find = partnerDirectory(testWorld({ now: () => begin }).world, "partners");

  test("knows a partner by the id it sends, with what it may leave out filled in", async () => {
    expect(await find(partner.clientId)).toMatchObject({
      clientId: partner.clientId,
      secrets: [partner.secret],
      returnUrls: [],
      scopes: [],
    });
  });

  test.each(["", "stranger", "SANDAI", "__proto__", "constructor"])(
    "does not know %j",
    async (id) => {
      expect(await find(id)).toBeUndefined();
    },
  );

  test("that is written wrongly says which field, not which secret", async () => {
    const broken = { partners: [{ clientId: "sandai", secrets: ["too short"] }] };
    const world = secretWorld([JSON.stringify(broken)]).world;

    const failure = await partnerDirectory(world, "any")("sandai").catch(String);

    expect(failure).toMatch(/webhookSecret/);
    expect(failure).not.toMatch(/too short/);
  });
});

describe("a secret", () => {
  test("is read once in five minutes, so that a rotation is noticed and a request costs nothing", async () => {
    const { world, wait } = secretWorld(["one", "two"]);
    const read = secret(world, "any", (text) => text);

    expect(await read()).toBe("one");
    wait(299);
    expect(await read()).toBe("one");
    wait(300);
    expect(await read()).toBe("two");
  });
});

/** A Secrets Manager that answers one text after the other. */
function secretWorld(texts: readonly string[]) {
  let at = begin;
  let reads = 0;
  const { world } = testWorld({ now: () => at });
  const requestHandler = {
    handle: async () => ({
      response: {
        statusCode: 200,
        headers: {},
        body: Buffer.from(JSON.stringify({ SecretString: texts[reads++] })),
      },
    }),
  };
  const wait = (seconds: number) => {
    at = plusSeconds(begin, seconds);
  };
  return { world: { ...world, aws: { ...world.aws, requestHandler } }, wait };
}
