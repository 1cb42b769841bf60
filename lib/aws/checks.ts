import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { App } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { qianyueApp, readDefinition } from "./app.ts";
import { lintStateMachine } from "./asl-lint.ts";

export type TemplateFinding = {
  readonly rule: string;
  /** Construct path or state. */
  readonly where: string;
  readonly message: string;
};

/** Synthesizes the app of `root` aside and returns what cdk-nag and the workflow lint have against it. */
export function templateFindings(root: string): TemplateFinding[] {
  const outdir = mkdtempSync(join(tmpdir(), "qianyue-check-"));
  try {
    const app = qianyueApp(root, { outdir });
    app.synth();
    return [...ruleFindings(app), ...workflowFindings(root)];
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Unacknowledged findings of the packs. Asked after synthesis, so that a plain synthesis does not pay for it. */
function ruleFindings(app: App): TemplateFinding[] {
  return [new AwsSolutionsChecks(app), new ServerlessChecks(app)].flatMap((pack) =>
    pack.validateScope(app).violations.flatMap(({ ruleName, description, violatingResources }) =>
      violatingResources.map((resource) => ({
        rule: ruleName,
        where: resource.locations?.[0] ?? resource.resourceLogicalId ?? "the stack",
        message: description,
      })),
    ),
  );
}

function workflowFindings(root: string): TemplateFinding[] {
  return lintStateMachine(readDefinition(root)).map(({ rule, state, message }) => ({
    rule: `workflow ${rule}`,
    where: state === "" ? "statemachines/signing.asl.json" : `state ${state}`,
    message,
  }));
}
