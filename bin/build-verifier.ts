import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "esbuild";
import { offlineVerifierPage } from "../lib/aws/verifier-page.ts";
import { languages } from "../verifier/page.ts";

/** `npm run build:verifier [-- folder]`: the verifier as one file for Node and one page that needs no network. */

const folder = resolve(process.argv[2] ?? "out/verifier");

mkdirSync(folder, { recursive: true });
const { outputFiles } = await build({
  entryPoints: ["verifier/cli.ts"],
  bundle: true,
  minify: true,
  write: false,
  platform: "node",
  format: "esm",
  target: "node20",
  charset: "utf8",
  legalComments: "none",
});
const program = outputFiles[0]?.text ?? "";
writeFileSync(`${folder}/qianyue-verify.mjs`, `#!/usr/bin/env node\n${program}`, { mode: 0o755 });
writeFileSync(`${folder}/verify.html`, offlineVerifierPage(resolve(".")));
console.log(`${folder}: qianyue-verify.mjs, verify.html (${languages.join(", ")})`);
