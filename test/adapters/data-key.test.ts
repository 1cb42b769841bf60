import { describe, expect, test } from "vitest";
import { dataKeys } from "../../functions/adapters/data-key.ts";
import { testWorld } from "../fakes/world.ts";

const { world } = testWorld({ now: () => "2026-11-21T08:00:00.000Z" });
const keys = dataKeys(world, "data-key");
const person = { name: "张三", idNumber: "310101199001011234" };

describe("personal values under a contract's own key", () => {
  test("come back with the wrapped key, and do not show in what is stored", async () => {
    const { key, wrapped } = await keys.generate("CT0");
    const blob = key.encryptJson("CT0#user_info", person);
    const again = await keys.unwrap("CT0", wrapped);

    expect(again.decryptJson("CT0#user_info", blob)).toEqual(person);
    expect(Buffer.from(blob).toString("latin1")).not.toContain("3101011990");
    expect(key.encryptJson("CT0#user_info", person)).not.toEqual(blob);
  });

  test("open for their own contract and under their own name only", async () => {
    const { key, wrapped } = await keys.generate("CT0");
    const blob = key.encryptJson("CT0#user_info", person);

    await expect(keys.unwrap("CT1", wrapped)).rejects.toThrow();
    expect(() => key.decryptJson("CT1#user_info", blob)).toThrow();
  });

  test("that were changed, or whose tag was cut short, do not open", async () => {
    const { key } = await keys.generate("CT0");
    const blob = Uint8Array.from(key.encrypt("n", Buffer.from("value")));

    for (const at of blob.keys()) {
      const changed = Uint8Array.from(blob, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(() => key.decrypt("n", changed)).toThrow();
    }
    // The first four bytes of a tag over nothing: OpenSSL would take them for a whole one.
    const empty = key.encrypt("n", Buffer.alloc(0));
    expect(() => key.decrypt("n", empty.subarray(0, 16))).toThrow();
    expect(() => key.decrypt("n", blob.subarray(0, 5))).toThrow();
  });

  test("inflate to a megabyte at most", async () => {
    const { key } = await keys.generate("CT0");

    const bomb = key.encryptJson("n", "a".repeat(2 * 1024 * 1024));

    expect(bomb.length).toBeLessThan(10_000);
    expect(() => key.decryptJson("n", bomb)).toThrow();
  });
});
