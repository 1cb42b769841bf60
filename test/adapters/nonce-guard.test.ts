import { describe, expect, test } from "vitest";
import { nonceGuard, windowMs } from "../../functions/adapters/nonce-guard.ts";
import { plusSeconds } from "../../functions/domain/drafts.ts";
import { testWorld } from "../fakes/world.ts";

const begin = "2026-11-21T08:00:00.000Z";
const nonce = "0123456789abcdef";

function stage() {
  let at = begin;
  const { world, dynamo } = testWorld({ now: () => at });
  const wait = (seconds: number) => {
    at = plusSeconds(begin, seconds);
  };
  return { guard: nonceGuard(world, "guard"), dynamo, wait };
}

describe("a nonce", () => {
  test("is good once for one client", async () => {
    const { guard } = stage();

    expect(await guard.spend("a", nonce)).toBe(true);
    expect(await guard.spend("a", nonce)).toBe(false);
    expect(await guard.spend("b", nonce)).toBe(true);
    expect(await guard.spend("a", `${nonce}0`)).toBe(true);
  });

  test("is remembered ten minutes longer than any signature that could carry it again", async () => {
    const { guard, wait } = stage();
    await guard.spend("a", nonce);

    wait((2 * windowMs) / 1000 + 600);
    expect(await guard.spend("a", nonce)).toBe(false);
    wait((2 * windowMs) / 1000 + 601);
    expect(await guard.spend("a", nonce)).toBe(true);
  });

  test("whose first writing was lost on the way back is still this request's own", async () => {
    const { guard, dynamo } = stage();
    let lost = false;
    dynamo.gate = async () => {
      if (lost) return undefined;
      lost = true;
      // The write happens, its answer does not arrive, and the SDK tries again.
      return async () => {
        throw Object.assign(new Error("connection reset"), { name: "TimeoutError" });
      };
    };

    expect(await guard.spend("a", nonce)).toBe(true);
    expect(await guard.spend("a", nonce)).toBe(false);
  });
});
