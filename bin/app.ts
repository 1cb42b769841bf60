import { seededTemplates } from "../functions/domain/seeded-templates.ts";
import { lintTemplates } from "../functions/domain/template-lint.ts";
import { qianyueApp } from "../lib/aws/app.ts";

/** Writes the template to CDK_OUTDIR, by default cdk.out; the CDK CLI calls it the same way. */
const outdir = process.env.CDK_OUTDIR ?? "cdk.out";

// A deployment without an agreement for some combination would refuse its contracts from the first on (K29).
const faults = lintTemplates(seededTemplates);
if (faults.length > 0) throw new Error(`the seeded templates do not lint:\n${faults.join("\n")}`);

qianyueApp(`${import.meta.dirname}/..`, { outdir }).synth();
