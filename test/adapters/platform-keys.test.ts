import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { platformKeys } from "../../functions/adapters/platform-keys.ts";
import { testWorld } from "../fakes/world.ts";

const { world } = testWorld({ now: () => "2026-11-21T08:00:00.000Z" });
const keys = platformKeys(world, "platform");

describe("ids derived from the request", () => {
  test("B-28: the same partner and requestId always name the same contract, any other another", async () => {
    const id = await keys.contractId("sandai", "contract", "REQ-1");

    expect(id).toMatch(/^CT[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(await keys.contractId("sandai", "contract", "REQ-1")).toBe(id);
    expect(await keys.contractId("wallet", "contract", "REQ-1")).not.toBe(id);
    expect(await keys.contractId("sandai", "contract", "REQ-2")).not.toBe(id);
  });

  test("a fingerprint is keyed: nobody can compute it from a guessed number", async () => {
    const other = platformKeys({ ...world, ...testWorld({ now: world.now }).world }, "peers");

    expect(await keys.fingerprint("310101199001011234")).toMatch(/^[0-9a-f]{64}$/);
    expect(await other.fingerprint("310101199001011234")).not.toBe(
      await keys.fingerprint("310101199001011234"),
    );
  });
});

describe("a link's token", () => {
  test("B-12: is the same each time and opens its contract", async () => {
    const token = await keys.linkToken("CT0");

    expect(await keys.linkToken("CT0")).toBe(token);
    expect(token).toMatch(/^CT0\.[A-Za-z0-9_-]{43}$/);
    expect(await keys.linkOf(token)).toEqual({ contractId: "CT0", signer: 1 });
  });

  test("C-48: every signer has a link of its own, which opens the contract for that signer alone", async () => {
    const tokens = await Promise.all([1, 2, 20].map((signer) => keys.linkToken("CT0", signer)));

    expect(await Promise.all(tokens.map(keys.linkOf))).toEqual(
      [1, 2, 20].map((signer) => ({ contractId: "CT0", signer })),
    );
    const [, secret] = (tokens[0] ?? "").split(".");
    expect(await keys.linkOf(`CT0-2.${secret}`)).toBeUndefined();
    expect(await keys.linkOf(`CT0-1.${secret}`)).toBeUndefined();
  });

  test.each(["", ".", "CT0", "CT0.", "CT0.签约", ".".repeat(1000), "\ud800"])(
    "%j opens nothing",
    async (token) => {
      expect(await keys.linkOf(token)).toBeUndefined();
    },
  );

  test("with any one character changed opens nothing", async () => {
    const token = await keys.linkToken("CT0");
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom(..."ABCxyz019-_."),
        async (at, letter) => {
          fc.pre(token[at] !== letter);
          const changed = token.slice(0, at) + letter + token.slice(at + 1);
          expect(await keys.linkOf(changed)).toBeUndefined();
        },
      ),
    );
  });

  test("of one contract does not open another", async () => {
    const [, secret] = (await keys.linkToken("CT0")).split(".");

    expect(await keys.linkOf(`CT1.${secret}`)).toBeUndefined();
  });
});
