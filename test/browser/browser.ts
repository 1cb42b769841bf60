import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import packedChromium from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/** Unpacked once beside the packages it came from, so that `npm ci` renews it. */
const cache = resolve(import.meta.dirname, "../../node_modules/.cache");
const unpacked = join(cache, "chromium");

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * A headless Chromium from npm packages alone: browser, its libraries and Chinese fonts (Linux x64).
 * Elsewhere CHROME_PATH names an installed Chrome. The caller closes it.
 */
export async function launchBrowser(): Promise<Browser> {
  const installed = process.env.CHROME_PATH;
  if (!installed && !existsSync(unpacked)) await unpack();
  const libraries = [join(unpacked, "al2023/lib"), process.env.LD_LIBRARY_PATH].filter(Boolean);
  return chromium.launch({
    executablePath: installed || join(unpacked, "chromium"),
    args: flags,
    env: {
      ...process.env,
      FONTCONFIG_FILE: await writeFontConfiguration(),
      ...(!installed && { LD_LIBRARY_PATH: libraries.join(":") }),
    },
  });
}

/**
 * The package unpacks into the temporary folder and takes a half-written file for a finished one, so
 * each process unpacks into a folder of its own; the first to rename it wins and the others throw theirs away.
 */
async function unpack(): Promise<void> {
  await mkdir(cache, { recursive: true });
  const own = await mkdtemp(join(cache, "unpacking-"));
  const { TMPDIR, AWS_EXECUTION_ENV } = process.env;
  process.env.TMPDIR = own;
  // With this name set the package also unpacks the shared libraries that a bare machine lacks.
  process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs24.x";
  try {
    await packedChromium.executablePath();
    await rename(own, unpacked);
  } catch (cause) {
    await rm(own, { recursive: true, force: true });
    if (!existsSync(unpacked)) {
      throw new Error(`unpacking Chromium into ${unpacked} failed: set CHROME_PATH to a Chrome`, {
        cause,
      });
    }
  } finally {
    restore("TMPDIR", TMPDIR);
    restore("AWS_EXECUTION_ENV", AWS_EXECUTION_ENV);
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** A bare machine has no Chinese font and shows boxes. These fonts alone, so that pages look the same everywhere. */
async function writeFontConfiguration(): Promise<string> {
  const fonts = resolve(cache, "../@expo-google-fonts/noto-sans-sc");
  const configuration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fonts}/400Regular</dir>
  <dir>${fonts}/700Bold</dir>
  <cachedir>${cache}/fontconfig</cachedir>
</fontconfig>`;
  await mkdir(cache, { recursive: true });
  const file = join(cache, "fonts.conf");
  await writeFile(file, configuration);
  return file;
}
