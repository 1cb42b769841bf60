import { unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { DataKey } from "../functions/adapters/data-key.ts";
import type { DocumentStore } from "../functions/adapters/document-store.ts";
import { type Bundle, loadBundle, storeBundle } from "../functions/evidence/evidence-bundle.ts";

/** Write-once objects in memory, as the real store behaves. */
const memoryStore = (objects: Map<string, Uint8Array>): DocumentStore => ({
  async putOnce(key, bytes) {
    if (!objects.has(key)) objects.set(key, bytes);
    return objects.get(key)!;
  },
  get: async (key) => objects.get(key),
});

const invert = (_: string, bytes: Uint8Array) => Uint8Array.from(bytes, (byte) => byte ^ 0xff);
const dataKey = { encrypt: invert, decrypt: invert } as Pick<
  DataKey,
  "encrypt" | "decrypt"
> as DataKey;

const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const bundle = (seal: string): Bundle => ({
  open: { "seal/statement.json": bytes("statement"), "META-INF/signature001.p7s": bytes(seal) },
  personal: { "agreement.pdf": bytes("%PDF-1.7 the agreement of 张三") },
});

describe("storing a bundle", () => {
  test("the same content is the same bytes, and comes back as one zip", async () => {
    const [first, second] = [new Map<string, Uint8Array>(), new Map<string, Uint8Array>()];

    await storeBundle(memoryStore(first), "k", dataKey, bundle("1"));
    await storeBundle(memoryStore(second), "k", dataKey, bundle("1"));

    expect(second).toEqual(first);
    const zip = await loadBundle(memoryStore(first), "k", dataKey);
    expect(Object.keys(unzipSync(zip))).toEqual([
      "mimetype",
      "META-INF/signature001.p7s",
      "agreement.pdf",
      "seal/statement.json",
    ]);
    // EN 319 162-1 annex A: the type can be read at a fixed place, without unpacking anything.
    expect(Buffer.from(zip.subarray(30, 69)).toString()).toBe(
      "mimetypeapplication/vnd.etsi.asic-e+zip",
    );
  });

  test("after a crash the first signature under a root stays, whatever a second run signed", async () => {
    const objects = new Map<string, Uint8Array>();
    await storeBundle(memoryStore(objects), "k", dataKey, bundle("1"));
    await storeBundle(memoryStore(objects), "k", dataKey, bundle("2"));

    const files = unzipSync(await loadBundle(memoryStore(objects), "k", dataKey));

    expect(files["META-INF/signature001.p7s"]).toEqual(bytes("1"));
  });

  test("without its key only the open half comes back", async () => {
    const objects = new Map<string, Uint8Array>();
    await storeBundle(memoryStore(objects), "k", dataKey, bundle("1"));

    const files = unzipSync(await loadBundle(memoryStore(objects), "k", undefined));

    expect(Object.keys(files)).not.toContain("agreement.pdf");
    expect(Object.keys(files)).toContain("seal/statement.json");
  });

  test("at rest nothing that names the person is readable", async () => {
    const objects = new Map<string, Uint8Array>();
    await storeBundle(memoryStore(objects), "k", dataKey, bundle("1"));

    for (const object of objects.values())
      expect(Buffer.from(object).toString("utf8")).not.toContain("张三");
  });
});
