import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";

/** A folder of its own for one test file; `remove` when done. */
export function temporaryFolder(name: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Bundles source text as the app's functions are bundled, with the real SDK inside. */
export function bundle(folder: string, source: string): string {
  mkdirSync(folder, { recursive: true });
  buildSync({
    stdin: { contents: source, resolveDir: join(import.meta.dirname, "../.."), loader: "ts" },
    outfile: join(folder, "index.mjs"),
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node24",
    mainFields: ["module", "main"],
    banner: {
      js: 'import { createRequire as from } from "node:module"; const require = from(import.meta.url);',
    },
    logLevel: "error",
  });
  return folder;
}

/** Writes what `node bin/app.ts` would: a template, its asset manifest and one bundle a function. */
export function synthesize(
  outDir: string,
  template: { Resources: Record<string, unknown>; [section: string]: unknown },
  sources: Readonly<Record<string, string>> = {},
): void {
  mkdirSync(outDir, { recursive: true });
  const files: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(sources)) {
    bundle(join(outDir, `asset.${name}`), source);
    files[name] = {
      source: { path: `asset.${name}`, packaging: "zip" },
      destinations: { here: { bucketName: "assets", objectKey: `${name}.zip` } },
    };
  }
  writeFileSync(join(outDir, "Test.template.json"), JSON.stringify(template));
  writeFileSync(join(outDir, "Test.assets.json"), JSON.stringify({ version: "1", files }));
}

/** A function resource whose bundle is the source of the same name. */
export function lambdaResource(name: string, environment: Record<string, unknown> = {}): object {
  return {
    Type: "AWS::Lambda::Function",
    Properties: {
      Code: { S3Bucket: "assets", S3Key: `${name}.zip` },
      Handler: "index.handler",
      Timeout: 10,
      Environment: { Variables: environment },
    },
  };
}
