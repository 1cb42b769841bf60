import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { offlineVerifierPage } from "./verifier-page.ts";

export type FunctionKind = "api" | "steps" | "workers";

export type Bundle = {
  readonly kind: FunctionKind;
  readonly name: string;
  /** Holds index.mjs and whatever the function reads beside it. */
  readonly folder: string;
  /** Size of index.mjs. */
  readonly bytes: number;
};

const kinds: readonly FunctionKind[] = ["api", "steps", "workers"];

/** A cold start parses every byte; beyond this the SDK or zod came in by a wrong import. */
export const apiLimitBytes = 500 * 1024;
/** A partner waits for it now and then, a signer never: S3 client, schemas and the whole offline verifier. */
const verifyLimitBytes = 700 * 1024;
/** The PDF and font machinery, without the fonts themselves. */
const pdfLimitBytes = 2 * 1024 * 1024;
const pdfSteps = ["generate-agreement", "seal-evidence"];

// ESM has no require, and CommonJS dependencies ask for it. pdfkit declares `createRequire` itself.
const banner =
  'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);';

/**
 * Bundles every file of functions/{api,steps,workers} under `root` to `<outDir>/<kind>/<name>/index.mjs`,
 * all in one run of esbuild, with the figures of `stage`, an absolute path. Throws when a bundle is larger than
 * its kind may be.
 */
export function bundleFunctions(root: string, outDir: string, stage: string): Bundle[] {
  const files = kinds.flatMap((kind) => functionFiles(root, kind));
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: files.map(({ kind, name }) => ({
      in: join("functions", kind, `${name}.ts`),
      out: join(kind, name, "index"),
    })),
    outdir: outDir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    // Escaped, each Chinese character of the agreements would take six bytes instead of three.
    charset: "utf8",
    target: "node24",
    mainFields: ["module", "main"],
    banner: { js: banner },
    alias: {
      "#stage": stage,
      "@aws-sdk/credential-provider-node": join(import.meta.dirname, "lambda-credentials.ts"),
    },
    legalComments: "none",
    logLevel: "error",
    metafile: true,
  });
  const sizes = Object.entries(metafile.outputs).map(([path, { bytes }]) => ({ path, bytes }));
  const bundles = files.map(({ kind, name }): Bundle => {
    const output = sizes.find(({ path }) => path.endsWith(join(kind, name, "index.mjs")));
    if (output === undefined) throw new Error(`esbuild wrote no bundle for ${kind}/${name}`);
    return { kind, name, folder: join(outDir, kind, name), bytes: output.bytes };
  });
  for (const bundle of bundles) {
    if (pdfSteps.includes(bundle.name)) addPdfFiles(root, bundle.folder);
    if (bundle.name === "download-verifier")
      writeFileSync(join(bundle.folder, "qianyue-verify.html"), offlineVerifierPage(root));
  }
  refuseOversize(bundles);
  return bundles;
}

function functionFiles(root: string, kind: FunctionKind) {
  const folder = join(root, "functions", kind);
  return (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ kind, name: file.slice(0, -".ts".length) }));
}

function refuseOversize(bundles: readonly Bundle[]): void {
  const tooLarge = bundles.flatMap(({ kind, name, bytes }) => {
    const limit = limitOf(kind, name);
    return bytes > limit
      ? [`functions/${kind}/${name}.ts is ${bytes} bytes minified, the limit is ${limit}`]
      : [];
  });
  if (tooLarge.length === 0) return;
  throw new Error(
    `${tooLarge.join("\n")}\nsee what is inside with: npx esbuild <file> --bundle --minify ` +
      "--platform=node --format=esm --main-fields=module,main --analyze --outfile=/dev/null",
  );
}

function limitOf(kind: FunctionKind, name: string): number {
  if (pdfSteps.includes(name)) return pdfLimitBytes;
  if (name === "verify-contract") return verifyLimitBytes;
  return kind === "api" ? apiLimitBytes : Number.POSITIVE_INFINITY;
}

/** Fonts are read at run time and subset per document; pdfkit looks for its colour profile in data/ beside itself. */
function addPdfFiles(root: string, folder: string): void {
  const require = createRequire(join(root, "package.json"));
  const copyInto = (name: string, files: readonly string[]): void => {
    mkdirSync(join(folder, name), { recursive: true });
    for (const file of files) copyFileSync(file, join(folder, name, basename(file)));
  };
  const fonts = ["SC", "JP"].flatMap((script) => {
    const name = `@expo-google-fonts/noto-sans-${script.toLowerCase()}/package.json`;
    return ["400Regular", "700Bold"].map((style) =>
      join(dirname(require.resolve(name)), style, `NotoSans${script}_${style}.ttf`),
    );
  });
  copyInto("fonts", fonts);
  const profile = "data/sRGB_IEC61966_2_1.icc";
  copyInto("data", [join(dirname(require.resolve("pdfkit")), profile)]);
}
