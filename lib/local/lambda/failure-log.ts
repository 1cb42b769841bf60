import { join, relative } from "node:path";
import type { Invocation } from "./lambda.ts";

type Failure = Invocation & { readonly ok: false };

/** Failed calls that the console still shows. */
const shown = 50;

/** Tells of functions that throw, one line each, and keeps the newest for the console. */
export function failureLog({ directory, quiet }: { directory: string; quiet: boolean }) {
  const failures: object[] = [];
  return {
    add(functionName: string, { errorType, errorMessage }: Failure): void {
      failures.push({ functionName, errorType, errorMessage });
      if (failures.length > shown) failures.shift();
      if (quiet) return;
      const file = relative(process.cwd(), join(directory, "logs", `${functionName}.log`));
      console.error(`✗ ${functionName}: ${errorType}: ${errorMessage} (${file})`);
    },
    list: (): readonly object[] => failures,
  };
}
