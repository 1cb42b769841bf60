import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate, signedAndVerified } from "../story.ts";
import { type Commands, sealedBundle, withFiles } from "./bundle-fixture.ts";

/** `node test/verifier/make-golden.ts <format>`: bundles of today's format for test/golden, which must not have it yet. */
const [format] = process.argv.slice(2);
if (format === undefined) throw new Error("usage: make-golden.ts <format>, such as 1");
const folder = join(import.meta.dirname, "../golden", format);
mkdirSync(folder);

const revoked = [
  generate,
  { type: "revoke", owner: "sandai", reason: "r", operator: "o" },
] as Commands;
const personal = [
  "agreement.pdf",
  "signed.pdf",
  "disclosures.json",
  "pki/signer-1.pem",
  "pki/party-a.pem",
];

const completed = await sealedBundle(signedAndVerified);
const ended = await sealedBundle(revoked);
const gone = Object.fromEntries(personal.map((name) => [name, undefined]));
writeFileSync(join(folder, "completed.zip"), completed.zip);
writeFileSync(join(folder, "completed-erased.zip"), withFiles(completed.zip, gone));
writeFileSync(join(folder, "revoked.zip"), ended.zip);
writeFileSync(join(folder, "roots.pem"), completed.roots + ended.roots);
