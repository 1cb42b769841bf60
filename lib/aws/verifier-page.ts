import { createHash } from "node:crypto";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { verifierPage } from "../../verifier/page.ts";

/** The offline verifier as one page, HTML: its script and style inside, nothing to load, no network to reach. */
export function offlineVerifierPage(root: string): string {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [join("verifier", "page-script.ts")],
    bundle: true,
    minify: true,
    write: false,
    platform: "browser",
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
  });
  // A </script> inside a string of the program would end it.
  const script = (outputFiles[0]?.text ?? "").replaceAll("</script", "<\\/script");
  return verifierPage({ script, hash });
}

const hash = (text: string): string =>
  `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
