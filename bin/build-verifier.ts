import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "esbuild";
import { languages, verifierPage } from "../verifier/page.ts";

/** `npm run build:verifier`: the verifier as one file for Node and one page that needs no network. */

const folder = resolve("out/verifier");

async function bundled(entry: string, platform: "node" | "browser"): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    platform,
    format: platform === "node" ? "esm" : "iife",
    target: platform === "node" ? "node20" : "es2022",
    charset: "utf8",
    legalComments: "none",
  });
  return result.outputFiles[0]?.text ?? "";
}

mkdirSync(folder, { recursive: true });
const program = await bundled("verifier/cli.ts", "node");
writeFileSync(`${folder}/qianyue-verify.mjs`, `#!/usr/bin/env node\n${program}`, { mode: 0o755 });
// A </script> inside a string of the program would end it.
const script = (await bundled("verifier/page-script.ts", "browser")).replaceAll(
  "</script",
  "<\\/script",
);
const hash = (text: string): string =>
  `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
writeFileSync(`${folder}/verify.html`, verifierPage({ script, hash }));
console.log(`${folder}: qianyue-verify.mjs, verify.html (${languages.join(", ")})`);
