import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { relationChecker } from "../functions/evidence/check-relations.ts";
import { lambdaWorld } from "../functions/world.ts";

const usage = `npm run relations -- [--repair] [--stack FILE]

Rebuilds what completed contracts authorise from their evidence and compares it with what orders are judged by.
Ends with 1 when they differ.
  --repair  writes what the chains tell, and removes what they do not
  --stack   stack.json of a local stack (default .local/stack.json when AWS_REGION is not set);
            on AWS the environment of the function withdraw-authorization is expected instead, and the right to scan`;

const { values } = parseArgs({
  options: {
    repair: { type: "boolean", default: false },
    stack: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const stack = values.stack ?? (process.env.AWS_REGION ? undefined : ".local/stack.json");
if (stack !== undefined)
  Object.assign(process.env, JSON.parse(readFileSync(stack, "utf8")).environment);

const { relations, faults } = await relationChecker(lambdaWorld)({ repair: values.repair });
for (const { contractId, fault, repaired } of faults)
  console.log(`${contractId}: ${fault}${repaired ? ", repaired" : ""}`);
console.log(
  faults.length === 0
    ? `${relations} relations are as their contracts' evidence tells them`
    : `${faults.length} differ, ${relations} are stored; ${values.repair ? "check again" : "--repair mends them"}`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
