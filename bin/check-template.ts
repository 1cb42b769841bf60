import { templateFindings } from "../lib/aws/checks.ts";
import { readStage, stages } from "../lib/aws/configuration.ts";

/** Holds every stage, the synthesized stack and its state machine against the rules; `npm run check` ends with it. */
const root = `${import.meta.dirname}/..`;
for (const stage of stages(root)) readStage(root, stage);
const findings = templateFindings(root);
for (const { rule, where, message } of findings) console.error(`${rule}\n  ${where}\n  ${message}`);
if (findings.length > 0) {
  console.error(
    `${findings.length} findings: mend them, or acknowledge them with a reason in lib/aws/acknowledgements.ts`,
  );
  process.exitCode = 1;
} else console.log("template and state machine: no findings");
