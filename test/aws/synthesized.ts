import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { readDefinition } from "../../lib/aws/app.ts";
import { readStage } from "../../lib/aws/configuration.ts";
import type { Stage } from "../../lib/aws/configuration-schema.ts";
import { routes } from "../../lib/aws/routes.ts";
import { QianyueStack } from "../../lib/aws/stack.ts";

const namesIn = (folder: string): string[] =>
  readdirSync(join(import.meta.dirname, "../../functions", folder)).map((file) =>
    basename(file, ".ts"),
  );

const root = join(import.meta.dirname, "../..");

/** The template over placeholder bundles: what is asserted does not depend on the functions' code. */
export function synthesize(configuration: Stage = readStage(root, "prod")): Template {
  const folder = mkdtempSync(join(tmpdir(), "qianyue-template-"));
  try {
    const bundles = join(folder, "bundles");
    for (const path of [
      ...routes.map(({ file }) => `api/${file}`),
      ...namesIn("steps").map((name) => `steps/${name}`),
      ...namesIn("workers").map((name) => `workers/${name}`),
    ]) {
      mkdirSync(join(bundles, path), { recursive: true });
      writeFileSync(join(bundles, path, "index.mjs"), "export const handler = () => {};\n");
    }
    const app = new App({ outdir: join(folder, "out"), analyticsReporting: false });
    const definition = readDefinition(root);
    return Template.fromStack(
      new QianyueStack(app, "Qianyue", { bundles, configuration, definition }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a template is JSON of many shapes, and assertions say which.
export type Resource = { id: string; DeletionPolicy?: string; Properties: Record<string, any> };

export function resourcesOf(template: Template, type: string): Resource[] {
  const found = template.findResources(type) as Record<string, Omit<Resource, "id">>;
  return Object.entries(found).map(([id, resource]) => ({ id, ...resource }));
}

export type Statement = { readonly Action: string | string[]; readonly Resource: unknown };

export const has = ({ Action }: Statement, action: string): boolean =>
  [Action].flat().includes(action);

/** Every policy with its role, whether it stands inside of it or beside. */
export function policiesOf(template: Template): { role: string; statements: Statement[] }[] {
  const inside = resourcesOf(template, "AWS::IAM::Role").flatMap(({ id, Properties }) =>
    ((Properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[]).map(
      ({ PolicyDocument }) => ({ role: id, statements: PolicyDocument.Statement }),
    ),
  );
  const beside = resourcesOf(template, "AWS::IAM::Policy").map(({ Properties }) => ({
    role: Properties.Roles[0].Ref as string,
    statements: Properties.PolicyDocument.Statement as Statement[],
  }));
  return [...inside, ...beside];
}

/** Every function with what its own role allows. */
export function functionsOf(template: Template) {
  const policies = policiesOf(template);
  return resourcesOf(template, "AWS::Lambda::Function").map(({ Properties }) => {
    const role: string = Properties.Role["Fn::GetAtt"][0];
    const [, kind = "", name = ""] =
      /^functions\/(\w+)\/(.+)\.ts$/.exec(Properties.Description) ?? [];
    return {
      kind,
      name,
      role,
      logGroup: Properties.LoggingConfig.LogGroup.Ref as string,
      timeout: Properties.Timeout as number,
      environment: Properties.Environment?.Variables ?? ({} as Record<string, unknown>),
      statements: policies.flatMap((policy) => (policy.role === role ? policy.statements : [])),
    };
  });
}
