import { unzipSync } from "fflate";
import { sealedBundle, turned, withFiles } from "../test/verifier/bundle-fixture.ts";
import { verify } from "../verifier/verify.ts";

/**
 * `node bench/flip-every-byte.ts [step]`: turns every byte of a bundle, one at a time, and every byte of
 * each file in it under a right checksum; whatever the verifier lets pass is listed and ends it with 1.
 * All of it takes half an hour, a step of 97 a minute.
 */
const step = Number(process.argv[2] ?? 1);
if (!Number.isSafeInteger(step) || step < 1) throw new Error("usage: flip-every-byte.ts [step]");
const now = new Date().toISOString();
const { zip, roots } = await sealedBundle();
/** A changed PDF is refused by its hash, wherever it was changed: a sample of its bytes will do. */
const pdfStep = Math.max(step, 97);

let tried = 0;
const passed: string[] = [];

async function expectRefused(what: string, changed: typeof zip): Promise<void> {
  const { verdict, claims } = await verify(changed, { roots }, now);
  tried++;
  const isNamed = claims.some(({ status, culprit }) => status === "fails" && culprit);
  if (verdict !== "fails" || !isNamed) passed.push(what);
}

const began = performance.now();
for (let at = 0; at < zip.length; at += step) await expectRefused(`zip @${at}`, turned(zip, at));
for (const [name, file] of Object.entries(unzipSync(zip))) {
  const own = name.endsWith(".pdf") ? pdfStep : step;
  for (let at = 0; at < file.length; at += own)
    await expectRefused(`${name} @${at}`, withFiles(zip, { [name]: turned(file, at) }));
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(`${tried} changed bundles in ${seconds} s, ${passed.length} not refused`);
for (const one of passed) console.log(`  ${one}`);
process.exitCode = passed.length > 0 ? 1 : 0;
