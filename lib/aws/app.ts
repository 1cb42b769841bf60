import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { App, type AppProps } from "aws-cdk-lib";
import { bundleFunctions } from "./bundle.ts";
import { readStage, stageFile } from "./configuration.ts";
import { QianyueStack } from "./stack.ts";

/** What `cdk deploy` installs unless the context `stage` names another. */
const defaultStage = "prod";

/**
 * The CDK app of the repository at `root`: bundles the functions with the figures of their stage and composes the
 * one stack. Throws when the stage's file is faulty.
 */
export function qianyueApp(root: string, props: AppProps = {}): App {
  const app = new App({ analyticsReporting: false, ...props });
  const stage = String(app.node.tryGetContext("stage") ?? defaultStage);
  const configuration = readStage(root, stage);
  const bundles = resolve(root, ".build", stage);
  bundleFunctions(resolve(root), bundles, resolve(stageFile(root, stage)));
  new QianyueStack(app, "Qianyue", { bundles, configuration, definition: readDefinition(root) });
  return app;
}

export function readDefinition(root: string): string {
  return readFileSync(join(root, "statemachines/signing.asl.json"), "utf8");
}
