import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { App, type AppProps } from "aws-cdk-lib";
import { bundleFunctions } from "./bundle.ts";
import { QianyueStack } from "./stack.ts";

/** The CDK app of the repository at `root`: bundles the functions and composes the one stack. */
export function qianyueApp(root: string, props: AppProps = {}): App {
  const bundles = resolve(root, ".build");
  bundleFunctions(resolve(root), bundles);
  const app = new App({ analyticsReporting: false, ...props });
  new QianyueStack(app, "Qianyue", { bundles, definition: readDefinition(root) });
  return app;
}

export function readDefinition(root: string): string {
  return readFileSync(join(root, "statemachines/signing.asl.json"), "utf8");
}
