import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { archiver } from "../functions/evidence/archive-again.ts";
import { lambdaWorld } from "../functions/world.ts";

const usage = `npm run archive -- <contractId> [--stack FILE]

Asks the time-stamp authorities again for evidence that was sealed while they were away.
  --stack  stack.json of a local stack (default .local/stack.json when AWS_REGION is not set);
           on AWS the environment of the function archive-again is expected instead`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { stack: { type: "string" } },
});
const [contractId] = positionals;
if (contractId === undefined) {
  console.error(usage);
  process.exit(2);
}
const stack = values.stack ?? (process.env.AWS_REGION ? undefined : ".local/stack.json");
if (stack !== undefined)
  Object.assign(process.env, JSON.parse(readFileSync(stack, "utf8")).environment);

const done = await archiver(lambdaWorld)(contractId);
console.log(done ? `${contractId} is archived` : `${contractId} was archived already`);
