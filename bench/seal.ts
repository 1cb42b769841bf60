import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { timestampAuthority } from "../functions/adapters/timestamp-authority.ts";
import { signAgreement } from "../functions/pades/sign-agreement.ts";
import { lambdaWorld } from "../functions/world.ts";
import { localClock } from "../lib/local/clock.ts";
import { timestampSimulator } from "../lib/local/simulators/timestamp.ts";
import { sampleAgreement, sampleOptions, sampleParts } from "../test/pades/signed-sample.ts";

/**
 * `node bench/seal.ts`: what signing an agreement costs on this machine, beside the least that could
 * be called signing it: SHA-256 and one P-256 signature over the same bytes. Asserts nothing.
 */

const warmUp = 20;
const rounds = 60;

const folder = mkdtempSync(join(tmpdir(), "qianyue-bench-"));
const clock = localClock();
const authority = await timestampSimulator({ directory: folder, clock });
try {
  const now = () => new Date(clock.now()).toISOString();
  const timestamp = timestampAuthority(
    { ...lambdaWorld, now },
    { urls: [authority.url], roots: authority.rootPem },
  );
  const base = await sampleAgreement();
  const parts = await sampleParts(now());
  const one = await sampleOptions(parts, base, now());
  const unsealed = { ...one, seals: [] };
  const [first] = one.signers;
  const certified = { ...unsealed, signers: [] };
  const signedOnce = { ...unsealed, signers: first ? [first] : [] };
  const sealed = { ...one, signers: first ? [first] : [] };
  console.log(
    `Node ${process.version} on ${process.platform}; times in milliseconds; a two-party agreement of ${kb(base.length)} KB\n`,
  );

  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const floor = await median(() => {
    createHash("sha256").update(base).digest();
    sign("sha256", base, privateKey);
  });
  const row = (name: string, ms: number): void =>
    console.log(
      `${name.padEnd(44)} ${ms.toFixed(2).padStart(7)}  ${(ms / floor).toFixed(0).padStart(4)} × floor`,
    );
  row("floor: SHA-256 and one P-256 signature", floor);
  const certifying = await median(() => signAgreement(base, certified));
  row("certification and validation data", certifying);
  row("a visible signature", (await median(() => signAgreement(base, signedOnce))) - certifying);
  row("a certificate for one signature", await median(() => parts.signer(1, "张*雨")));
  row("a time-stamp, asked, made and checked", await median(() => timestamp(base)));
  row(
    "one signer and party A's seal, no time-stamp",
    await median(() => signAgreement(base, sealed)),
  );
  const whole = { ...sealed, timestamp };
  row("the same with four time-stamps", await median(() => signAgreement(base, whole)));
  const { bytes } = await signAgreement(base, whole);
  console.log(`\nsigned file: ${kb(bytes.length)} KB`);
} finally {
  await authority.close();
  clock.close();
  rmSync(folder, { recursive: true });
}

async function median(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < warmUp + rounds; round++) {
    const began = performance.now();
    await work();
    if (round >= warmUp) times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[rounds / 2] ?? 0;
}

function kb(bytes: number): string {
  return (bytes / 1024).toFixed(0);
}
