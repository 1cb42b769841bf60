import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../examples/signer.ts";
import { contentHash } from "../../functions/domain/agreement.ts";
import { contractAgreement } from "../../functions/domain/contract-agreement.ts";
import { type Entry, hashBytes } from "../../functions/domain/evidence.ts";
import { seededTemplates } from "../../functions/domain/seeded-templates.ts";
import { verifyText } from "../../functions/evidence/verify-text.ts";
import { becomes, begin, evidenceOf, type Flow, type Json, signed } from "./actors.ts";
import { sharedStack } from "./stack.ts";

/** The commands of VERIFY.md as an outsider runs them, in the order of the page. */
const script = [...verifyText.matchAll(/```sh\n([\s\S]*?)```/g)]
  .map(([, block]) => block)
  .join("\n");

type Files = Readonly<Record<string, Uint8Array>>;

const stack = sharedStack();
let folder = "";
let files: Files = {};
let revoked: Files = {};
let request: Json = {};
let anchors: readonly { readonly provider: string; readonly status: string }[] = [];

function entryOf(step: string): Entry {
  const texts = Object.keys(files).filter((name) => name.startsWith("entries/"));
  const entries = texts.map((name) => JSON.parse(Buffer.from(files[name] ?? []).toString()));
  return entries.find((entry) => entry.step === step);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "qianyue-evidence-"));
  const flow = await begin(stack, "personal");
  await (await signed(flow)).showFace();
  await becomes(flow, "COMPLETED");
  files = await bundleOf(flow);
  request = flow.request;
  anchors = (await evidenceOf(flow)).anchors;

  const other = await begin(stack, "enterprise");
  await (await other.signer()).read();
  await other.call("POST", `/v1/contracts/${other.id}/revoke`, { reason: "r", operator: "o" });
  await becomes(other, "FAILED");
  revoked = await bundleOf(other);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function bundleOf(flow: Flow): Promise<Files> {
  const { bundleUrl } = await eventually(`the seal of ${flow.id}`, async () => {
    const evidence = await evidenceOf(flow);
    return evidence.sealed ? evidence : undefined;
  });
  return unzipSync(new Uint8Array(await (await fetch(bundleUrl)).arrayBuffer()));
}

/** What the commands print, run by a plain shell in a folder of its own. */
function verdictsOf(unpacked: Files): string[] {
  const place = mkdtempSync(join(folder, "bundle-"));
  for (const [name, bytes] of Object.entries(unpacked)) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), bytes);
  }
  // Trust comes from outside the bundle: here, from the stack that the test started itself.
  writeFileSync(join(place, "tsa-roots"), String(stack.environment.TIMESTAMP_ROOTS));
  writeFileSync(join(place, "our-root"), files["pki/authority.pem"] ?? "");
  const output = execFileSync("sh", ["-c", `${script}\ntrue`], {
    cwd: place,
    stdio: ["ignore", "pipe", "ignore"],
    encoding: "utf8",
    env: { ...process.env, ROOTS: "our-root", TSA_ROOTS: "tsa-roots" },
  });
  return output.trim().split("\n");
}

const documents = ["Agreement OK", "Signed document OK", "Beginning OK"];
const whole = ["Seal OK", "Time-stamp OK", "Root OK", ...documents, "Log OK", "Checkpoint OK"];

const failed = (verdicts: readonly string[]): string[] =>
  verdicts.filter((line) => /DIFFERS|missing/.test(line));

describe("a downloaded bundle", () => {
  test("A-26, D-67, C-14: holds by the commands of its own VERIFY.md, which need openssl alone", () => {
    const verdicts = verdictsOf(files);

    expect(verdicts).toEqual(expect.arrayContaining(whole));
    expect(failed(verdicts)).toEqual([]);
    expect(script).not.toMatch(/xxd|sha256sum|python|jq|perl|\[\[ /);
  });

  test("C-41, B-24: carries the agreement as read and, grown from it, the one that everybody signed", () => {
    const { "agreement.pdf": agreement, "signed.pdf": document } = files;

    expect(Buffer.from(document ?? []).indexOf(agreement ?? "")).toBe(0);
    expect(Buffer.from(document ?? []).toString("latin1")).toContain("ETSI.CAdES.detached");
    expect(Object.keys(files)[0]).toBe("mimetype");
  });

  test("D-34: the hash in evidence is that of the filled wording, and of the PDF that was made of it", () => {
    const generated = entryOf("CONTRACT_GENERATED");
    const created = entryOf("FLOW_CREATED");
    const { name, mobile, idCardNo } = request.userInfo;

    const { templateId, templateVersion } = generated.facts;
    const template = seededTemplates.find(
      (one) => one.templateId === templateId && one.version === templateVersion,
    );
    const agreement = contractAgreement(
      template!,
      {
        id: created.contractId,
        createdAt: created.at,
        authorization: request.authorization,
      },
      {
        subject: { name, mobile, idNumber: idCardNo },
        fundPurpose: request.fundPurpose,
      },
    );

    expect(generated.facts.contentHash).toBe(contentHash(agreement));
    expect(generated.facts.documentHash).toBe(hashBytes(files["agreement.pdf"] ?? Buffer.of()));
  });

  test("K49: party A is sealed without anybody acting, under a mandate that the chain names", () => {
    const { facts } = entryOf("DOCUMENT_SIGNED");

    expect(Object.values(facts).join(" ")).toMatch(
      /Signer1 \d+ .* PartyA \d+ .* DocumentTimestamp/,
    );
    expect(entryOf("AUTO_SIGN").facts).toEqual({ signer: 0, mandate: "签约平台常设委托" });
  });

  test("C-43: a contract that everybody signed is archived at once, by every provider", () => {
    expect(anchors.map(({ provider, status }) => `${provider} ${status}`)).toEqual([
      "LOCAL_CA SUCCESS",
      "BLOCKCHAIN SUCCESS",
      "TSA SUCCESS",
    ]);
  });

  test.each([
    ["an entry", "entries/0001.json", "entries/0001.json DIFFERS"],
    ["the agreement", "agreement.pdf", "Agreement DIFFERS, is missing, or nobody signed"],
    ["the signed document", "signed.pdf", "signed.pdf DIFFERS"],
    ["a disclosure", "disclosures.json", "disclosures.json DIFFERS"],
    ["the statement", "seal/statement.json", "Leaf DIFFERS"],
    ["the list", "META-INF/ASiCManifest001.xml", "Seal DIFFERS"],
    ["the seal", "META-INF/signature001.p7s", "Seal DIFFERS"],
    ["the token", "META-INF/timestamp002.tst", "Time-stamp DIFFERS or is missing"],
    ["the checkpoint", "log/checkpoint", "Checkpoint DIFFERS"],
  ])("one changed bit in %s is named", (_, name, verdict) => {
    const bytes = Uint8Array.from(files[name] ?? []);
    const at = bytes.length - 40;
    bytes[at] = (bytes[at] ?? 0) ^ 1;

    expect(verdictsOf({ ...files, [name]: bytes })).toContain(verdict);
  });

  test("after an erasure the open half still proves itself", () => {
    const open = Object.fromEntries(
      Object.entries(files).filter(
        ([name]) => !/\.pdf$|disclosures|pki\/(signer|party)/.test(name),
      ),
    );

    const verdicts = verdictsOf(open);

    expect(verdicts).toEqual(
      expect.arrayContaining(["Seal OK", "Time-stamp OK", "Root OK", "Log OK", "Checkpoint OK"]),
    );
    expect(verdicts).toContain("agreement.pdf is missing: erased, or taken out");
  });

  test("the evidence of a revoked contract is sealed too, without a document", () => {
    const verdicts = verdictsOf(revoked);

    expect(verdicts).toEqual(
      expect.arrayContaining(["Seal OK", "Time-stamp OK", "Root OK", "Log OK", "Checkpoint OK"]),
    );
    expect(verdicts).toContain("Signed document DIFFERS, is missing, or was never made");
    expect(Object.keys(revoked)).not.toContain("signed.pdf");
  });
});
