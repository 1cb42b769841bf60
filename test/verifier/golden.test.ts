import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { verify } from "../../verifier/verify.ts";

/**
 * Bundles as they were released, one folder a format, made once by make-golden.ts and never again: what
 * was evidence stays evidence. A change of the format adds a folder; none of these may ever change.
 */
const golden = join(import.meta.dirname, "../golden");

describe.each(readdirSync(golden))("format %s", (format) => {
  const folder = join(golden, format);
  const roots = readFileSync(join(folder, "roots.pem"), "utf8");

  test.each(readdirSync(folder).filter((name) => name.endsWith(".zip")))(
    "%s holds",
    async (name) => {
      const bytes = new Uint8Array(readFileSync(join(folder, name)));

      const { verdict, claims } = await verify(bytes, { roots }, "2099-01-01T00:00:00.000Z");

      expect(claims.filter(({ status }) => status === "fails" || status === "unchecked")).toEqual(
        [],
      );
      expect(verdict).toBe("holds");
    },
  );
});
