import { readFileSync } from "node:fs";
import { lambdaWorld, type World } from "../functions/world.ts";

/** Where a local stack describes itself, unless an operator says otherwise or works on AWS. */
const usualStack = ".local/stack.json";

/**
 * The world an operator's program acts in: AWS with the environment it was given, or a local stack. The latter's
 * clock may have been pushed forward, and what is signed with another time than a system's own is refused.
 */
export async function operatorWorld(given: string | undefined): Promise<World> {
  const file = given ?? (process.env.AWS_REGION ? undefined : usualStack);
  if (file === undefined) return lambdaWorld;
  const { environment, consoleUrl } = JSON.parse(readFileSync(file, "utf8"));
  Object.assign(process.env, environment);
  const response = await fetch(`${consoleUrl}/_control/clock`);
  if (!response.ok)
    throw new Error(`GET ${consoleUrl}/_control/clock: ${response.status}; is the stack running?`);
  const aheadMs = Date.parse((await response.json()).now) - Date.now();
  return { ...lambdaWorld, now: () => new Date(Date.now() + aheadMs).toISOString() };
}
