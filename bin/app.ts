import { qianyueApp } from "../lib/aws/app.ts";

/** `CDK_OUTDIR=cdk.out node bin/app.ts` writes the template; the CDK CLI calls it the same way. */
qianyueApp(`${import.meta.dirname}/..`).synth();
