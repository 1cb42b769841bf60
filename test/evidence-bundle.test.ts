import { execFileSync } from "node:child_process";
import { generateKeyPairSync, sign as signWith } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataKey } from "../functions/adapters/data-key.ts";
import type { DocumentStore } from "../functions/adapters/document-store.ts";
import { commitment, hashBytes, leafHash } from "../functions/domain/evidence.ts";
import { merkleRoot } from "../functions/domain/merkle-tree.ts";
import {
  evidenceBundle,
  loadBundle,
  sealStatement,
  storeBundle,
} from "../functions/evidence-bundle.ts";
import { verifyText } from "../functions/verify-text.ts";
import { contractId, generate, invite, sent, signedAndVerified, tell } from "./story.ts";

const agreement = Buffer.from("%PDF-1.7 the agreement as it was signed");
const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });

const story = (commands: Parameters<typeof tell>[0]) =>
  tell(
    commands.map((command) =>
      command.type === "generate" ? { ...command, documentHash: hashBytes(agreement) } : command,
    ),
  );

/** The files of a bundle, as an outsider has them after unpacking. */
function filesOf(commands: Parameters<typeof tell>[0]): Record<string, Uint8Array> {
  const { entries, disclosures } = story(commands);
  const statement = sealStatement(contractId, merkleRoot(entries.map(leafHash)), entries.length);
  const { open, personal } = evidenceBundle({
    entries,
    disclosures,
    agreement,
    statement,
    signature: signWith("sha256", statement, keys.privateKey),
    publicKey: keys.publicKey.export({ format: "der", type: "spki" }),
  });
  return { ...open, ...personal };
}

const script = [...verifyText.matchAll(/```sh\n([\s\S]*?)```/g)]
  .map(([, block]) => block)
  .join("\n");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bundle-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Unpacks `files` and runs the commands of VERIFY.md there, with nothing but the tools it names. */
function verdictsOf(files: Readonly<Record<string, Uint8Array>>): string[] {
  const place = mkdtempSync(join(folder, "unpacked-"));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), bytes);
  }
  const output = execFileSync("sh", ["-c", `${script}\ntrue`], {
    cwd: place,
    stdio: ["ignore", "pipe", "ignore"],
    encoding: "utf8",
  });
  return output.trim().split("\n");
}

const whole = ["Verified OK", "Root OK", "Agreement OK"];
const agreementFault = "Agreement DIFFERS, is missing, or nobody signed";

const flipByte = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

describe("A-26: a bundle is checked by the commands of its own VERIFY.md", () => {
  test("which need only openssl and a POSIX shell", () => {
    expect(script).not.toMatch(/xxd|sha256sum|python|jq|perl|\[\[/);
    expect(script).toContain("openssl dgst");
  });

  test("and all of them hold", () => {
    expect(verdictsOf(filesOf(signedAndVerified))).toEqual(whole);
  });

  test.each([
    [1, []],
    [2, [generate]],
    [4, [generate, invite, sent]],
  ])(
    "a chain of %i that nobody signed proves its root, and says that nobody signed",
    (_, commands) => {
      expect(verdictsOf(filesOf(commands))).toEqual(["Verified OK", "Root OK", agreementFault]);
    },
  );

  test("after an erasure the open half still proves itself", () => {
    const {
      "agreement.pdf": _pdf,
      "disclosures.json": _values,
      ...rest
    } = filesOf(signedAndVerified);

    expect(verdictsOf(rest)).toEqual(["Verified OK", "Root OK", agreementFault]);
  });

  test.each([
    ["the first entry", "entries/0000.json", [whole[0], "Root DIFFERS", whole[2]]],
    ["the last entry", "entries/0008.json", [whole[0], "Root DIFFERS", whole[2]]],
    ["the agreement", "agreement.pdf", [whole[0], whole[1], agreementFault]],
    ["the statement", "seal/statement.json", ["Verification failure", whole[1], whole[2]]],
    ["the signature", "seal/statement.sig", ["Verification failure", whole[1], whole[2]]],
  ])("one changed bit in %s is noticed", (_, name, verdicts) => {
    const files = filesOf(signedAndVerified);
    const bytes = files[name]!;
    // The last byte of the statement closes it, and the one before is a digit of its version.
    const at = name.endsWith("statement.json") ? bytes.length - 2 : bytes.length - 8;

    expect(verdictsOf({ ...files, [name]: flipByte(bytes, at) })).toEqual(verdicts);
  });

  test("an entry taken out, added or moved is noticed", () => {
    const files = filesOf(signedAndVerified);
    const { "entries/0003.json": third, ...without } = files;
    const fourth = files["entries/0004.json"]!;

    const moved = { ...files, "entries/0003.json": fourth, "entries/0004.json": third! };
    const added = { ...files, "entries/0009.json": fourth };

    for (const changed of [without, moved, added])
      expect(verdictsOf(changed)[1]).toBe("Root DIFFERS");
  });

  test("a disclosed value is the one that was committed to", () => {
    const { entries, disclosures } = story(signedAndVerified);

    const shown = JSON.parse(
      Buffer.from(filesOf(signedAndVerified)["disclosures.json"]!).toString("utf8"),
    ) as typeof disclosures;

    for (const [index, values] of Object.entries(shown))
      for (const { name, salt, value } of values)
        expect(entries[Number(index)]?.commitments[name]).toBe(commitment(salt, value));
    expect(shown[0]?.map(({ name }) => name)).toEqual(["name", "mobile", "idNumber"]);
  });

  test("the open half names no person", () => {
    const {
      "agreement.pdf": _pdf,
      "disclosures.json": _values,
      ...rest
    } = filesOf(signedAndVerified);

    for (const bytes of Object.values(rest))
      expect(Buffer.from(bytes).toString("utf8")).not.toMatch(
        /张三|13800138000|310101199001011234/,
      );
  });
});

describe("storing a bundle", () => {
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

  function parts(signature: Uint8Array) {
    const { entries, disclosures } = story(signedAndVerified);
    const publicKey = keys.publicKey.export({ format: "der", type: "spki" });
    const statement = sealStatement(contractId, "r", 9);
    return { entries, disclosures, agreement, statement, signature, publicKey };
  }

  test("the same content is the same bytes, and comes back as one zip", async () => {
    const [first, second] = [new Map<string, Uint8Array>(), new Map<string, Uint8Array>()];
    const bundle = evidenceBundle(parts(Buffer.of(1)));

    await storeBundle(memoryStore(first), "k", dataKey, bundle);
    await storeBundle(memoryStore(second), "k", dataKey, bundle);

    expect(second).toEqual(first);
    const files = unzipSync(await loadBundle(memoryStore(first), "k", dataKey));
    expect(files["agreement.pdf"]).toEqual(Uint8Array.from(agreement));
    expect(Object.keys(files)).toHaveLength(9 + 6);
  });

  test("after a crash the first signature under a root stays, whatever a second run signed", async () => {
    const objects = new Map<string, Uint8Array>();
    await storeBundle(memoryStore(objects), "k", dataKey, evidenceBundle(parts(Buffer.of(1))));

    const there = await storeBundle(
      memoryStore(objects),
      "k",
      dataKey,
      evidenceBundle(parts(Buffer.of(2))),
    );

    expect(there.open["seal/statement.sig"]).toEqual(Uint8Array.of(1));
  });

  test("without its key only the open half comes back", async () => {
    const objects = new Map<string, Uint8Array>();
    await storeBundle(memoryStore(objects), "k", dataKey, evidenceBundle(parts(Buffer.of(1))));

    const files = unzipSync(await loadBundle(memoryStore(objects), "k", undefined));

    expect(Object.keys(files)).not.toContain("agreement.pdf");
    expect(Object.keys(files)).toContain("seal/statement.json");
  });
});
