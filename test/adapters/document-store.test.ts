import { describe, expect, test } from "vitest";
import { documentStore } from "../../functions/adapters/document-store.ts";
import { testWorld } from "../fakes/world.ts";

const stage = () => {
  const { world, s3 } = testWorld({ now: () => "2026-11-21T08:00:00.000Z" });
  return { store: documentStore(world, "documents"), s3 };
};

describe("write-once objects", () => {
  test("keep what was put first, and tell the second who came what lies there", async () => {
    const { store } = stage();

    const first = await store.putOnce("k", Buffer.from("first"), "text/plain");
    const second = await store.putOnce("k", Buffer.from("second"), "text/plain");

    expect(Buffer.from(first).toString()).toBe("first");
    expect(Buffer.from(second).toString()).toBe("first");
    expect(Buffer.from((await store.get("k"))!).toString()).toBe("first");
  });

  test("that were never put are undefined", async () => {
    expect(await stage().store.get("nothing")).toBeUndefined();
  });
});
