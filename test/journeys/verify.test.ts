import { createHash } from "node:crypto";
import { unzipSync } from "fflate";
import { beforeAll, expect, test } from "vitest";
import { becomes, begin, evidenceOf, type Flow, type Json, partnerOf, signed } from "./actors.ts";
import { sharedStack } from "./stack.ts";

const stack = sharedStack();
const path = "/api/v1/contract/verify";
const hashOf = (bytes: Uint8Array | undefined) =>
  createHash("sha256")
    .update(bytes ?? "")
    .digest("hex");

let flow: Flow;
let evidence: Json;
let files: Readonly<Record<string, Uint8Array>>;
beforeAll(async () => {
  flow = await begin(stack, "personal");
  await (await signed(flow)).showFace();
  await becomes(flow, "COMPLETED");
  evidence = await evidenceOf(flow);
  const bundle = await fetch(evidence.bundleUrl);
  files = unzipSync(new Uint8Array(await bundle.arrayBuffer()));
});

test("C-10, C-11: a partner has its contract checked by id, by file and by archive", async () => {
  const fileHash = `sha256:${hashOf(files["signed.pdf"])}`;

  const byId = await flow.call("POST", path, { method: "CONTRACT_ID", contractId: flow.id });
  const byFile = await flow.call("POST", path, { method: "FILE_HASH", fileHash });
  const byArchive = await flow.call("POST", path, {
    method: "FILE_HASH",
    fileHash,
    archiveId: `${flow.id}-A1`,
  });

  expect(byId.status).toBe(200);
  expect(byId.body).toMatchObject({
    valid: true,
    contractId: flow.id,
    archiveInfo: { archived: true, timestampAuthority: expect.stringContaining("development") },
  });
  expect(byId.body.signatureInfo).toHaveLength(2);
  expect([byFile.body, byArchive.body]).toEqual([byId.body, byId.body]);
});

test("C-10: a changed file is nobody's, and of an archive it is not valid", async () => {
  const changed = Uint8Array.from(files["signed.pdf"] ?? []);
  changed[changed.length - 1] = 0;
  const fileHash = `sha256:${hashOf(changed)}`;

  const alone = await flow.call("POST", path, { method: "FILE_HASH", fileHash });
  const archived = await flow.call("POST", path, {
    method: "FILE_HASH",
    fileHash,
    archiveId: `${flow.id}-A2`,
  });

  expect([alone.status, alone.body.code]).toEqual([404, 40401]);
  expect([archived.status, archived.body.valid]).toEqual([200, false]);
});

test("C-14: anybody who holds a file learns which contract it is of, when and where it was sealed", async () => {
  const ask = (name: string) => fetch(`${stack.apiUrl}/v1/documents/${hashOf(files[name])}`);

  const signedFile = await (await ask("signed.pdf")).json();
  const agreement = await (await ask("agreement.pdf")).json();

  const sealed = evidence.leaves.find((leaf: Json) => leaf.step === "SEALED");
  expect(signedFile).toEqual({
    known: true,
    contractId: flow.id,
    kind: "SIGNED_DOCUMENT",
    status: "COMPLETED",
    sealedAt: sealed.timestamp,
    root: evidence.root,
    logIndex: sealed.stepData.logIndex,
    timestamped: true,
  });
  expect(agreement).toMatchObject({ kind: "AGREEMENT", contractId: flow.id });
  expect((await ask("VERIFY.md")).status).toBe(404);
});

test("C-14: the page of a signed PDF's code is served to everybody, whether there is such a contract or not", async () => {
  const own = await fetch(`${stack.apiUrl}/verify/${flow.id}?lang=en`);
  const none = await fetch(`${stack.apiUrl}/verify/CT${"8".repeat(26)}?lang=en`);
  const any = await fetch(`${stack.apiUrl}/verify`);

  const text = await own.text();
  expect([own.status, none.status, any.status]).toEqual([200, 200, 200]);
  expect(text).toContain(`data-contract="${flow.id}"`);
  expect((await none.text()).replaceAll(`CT${"8".repeat(26)}`, flow.id)).toBe(text);
  expect(own.headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("the offline verifier comes as one page that reaches nothing else", async () => {
  const page = await fetch(`${stack.apiUrl}/verify/offline`);

  const text = await page.text();
  expect(page.headers.get("content-disposition")).toContain("qianyue-verify.html");
  expect(text).toContain("default-src 'none'");
  expect(text).not.toMatch(/ (src|href)="/);
});

test("C-64: an unsigned call is refused with C's number", async () => {
  const stranger = partnerOf({
    ...stack,
    partners: [{ ...stack.partners[0], secret: "not the secret at all" }],
    now: stack.now,
    apiUrl: stack.apiUrl,
  } as typeof stack);

  const { status, body } = await stranger("POST", path, {
    method: "CONTRACT_ID",
    contractId: flow.id,
  });

  expect([status, body.code]).toEqual([401, 40101]);
});
