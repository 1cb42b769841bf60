import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { processStatus } from "../functions/dialects/wallet.ts";
import { problemCodes } from "../functions/domain/problem.ts";

const run = promisify(execFile);

/** What a command prints, line by line, every run of spaces as one. */
async function printed(...command: readonly string[]): Promise<string[]> {
  const { stdout } = await run(process.execPath, command, { env: { NO_COLOR: "1" } });
  return stdout.split("\n").map((line) => line.trim().replace(/ +/g, " "));
}

describe("npm run rules", async () => {
  const lines = await printed("--conditions=prod", "bin/rules.ts");

  test("K15, A-22, D-42: prints how everybody is verified, and by what instead, with the rule that says so", () => {
    const shown = lines.filter((line) => /\((A-20|A-21|D-42|A-22)\b/.test(line));

    expect(shown.map((line) => line.split(" ").slice(0, 6).join(" "))).toEqual([
      "RELATION_BIND PERSONAL FACE MICRO_DEPOSIT fails fails",
      "RELATION_BIND ENTERPRISE MICRO_DEPOSIT FACE fails fails",
      "OPEN_PAYMENT PERSONAL FACE MICRO_DEPOSIT fails fails",
      "OPEN_PAYMENT ENTERPRISE MICRO_DEPOSIT FACE fails fails",
      "POOLING_AUTH PERSONAL MICRO_DEPOSIT FACE fails fails",
      "POOLING_AUTH ENTERPRISE MICRO_DEPOSIT FACE fails fails",
      "Forced by operations (A-22): no scene",
    ]);
  });

  test("K16: prints who signs in each process, and whose phone is used when the payer names none", () => {
    expect(lines).toContain(
      "OPEN_PAYMENT BATCH_PAYMENT ENTERPRISE INDIVIDUAL payer (HEADQUARTERS) MICRO_DEPOSIT payerInfo.contactInfo payeeInfo.contactInfo",
    );
    expect(lines).toContain("The other 26 combinations are refused (D-35 to D-39):");
  });

  test("K05, K18, K23: prints what each dialect narrows, with production's figures", () => {
    expect(lines[0]).toBe("Rules with the figures of config/prod.json");
    expect(lines).toContain("Gates SIGN_THEN_VERIFY VERIFY_THEN_SIGN SIGN_THEN_VERIFY");
    expect(lines).toContain("Messages tried 4 4 3");
    expect(lines).toContain("Flow ends after 7 d 7 d 1 d");
  });

  test("D-23, K29: no combination is without its texts", () => {
    const texts = lines.filter((line) => / SMS\.\S+ \d+ H5\.\S+ \d+$/.test(line));

    expect(texts).toHaveLength(10);
  });
});

describe("npm run dialects", async () => {
  const lines = await printed("bin/dialects.ts");

  test("K01: shows every state of one contract in every dialect's words", () => {
    for (const [state, { word, number }] of Object.entries(processStatus))
      expect(
        lines.filter(
          (line) => line.startsWith(`${state} `) && line.includes(`${word} (${number})`),
        ),
      ).toHaveLength(1);
    expect(lines).toContain(
      "EXPIRED FAILED / NONE TIMED_OUT EXPIRED EXPIRED (7) EXPIRED / PROCESS_EXPIRED",
    );
  });

  test("K13: shows everything that can go wrong with each dialect's status and code", () => {
    const coded = lines.filter((line) => /( \d{3} \w+){4}$/.test(line));

    expect(coded.map((line) => line.split(" ")[0])).toEqual([...problemCodes]);
  });
});
