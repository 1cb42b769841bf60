import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { subjectEraser } from "../functions/evidence/erase-subject.ts";
import { lambdaWorld } from "../functions/world.ts";

const usage = `npm run erase -- <identity number, credit code, or mobile> --operator NAME [--stack FILE]

  --operator  who erases; stands in the evidence of whatever is concerned
  --stack     stack.json of a local stack (default .local/stack.json when AWS_REGION is not set);
              on AWS the environment of a function, such as CONTRACT_FLOW_TABLE, is expected instead`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { operator: { type: "string" }, stack: { type: "string" } },
});
const [subject] = positionals;
if (subject === undefined || values.operator === undefined) {
  console.error(usage);
  process.exit(2);
}
const stack = values.stack ?? (process.env.AWS_REGION ? undefined : ".local/stack.json");
if (stack !== undefined)
  Object.assign(process.env, JSON.parse(readFileSync(stack, "utf8")).environment);

const erased = await subjectEraser(lambdaWorld)(subject, values.operator);
console.log(
  erased.length === 0
    ? "nothing names this subject; was it written exactly as in the request?"
    : `erased: ${erased.join(", ")}`,
);
