import { qianyueApp } from "../lib/aws/app.ts";

/** Writes the template to CDK_OUTDIR, by default cdk.out; the CDK CLI calls it the same way. */
const outdir = process.env.CDK_OUTDIR ?? "cdk.out";
qianyueApp(`${import.meta.dirname}/..`, { outdir }).synth();
