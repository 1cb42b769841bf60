import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { localAccount, localRegion } from "../aws-json.ts";
import { type Identity, isInert, kindOf } from "./identities.ts";
import { noValue, resolve, type Scope } from "./intrinsics.ts";

/** One resource of the template, with every intrinsic function already resolved. */
export type Resource = Identity & {
  readonly logicalId: string;
  readonly type: string;
  /** The name the local service knows it by. */
  readonly name: string;
  /** Empty for resources without a local effect (identities.ts). */
  readonly properties: Readonly<Record<string, unknown>>;
};

export type Template = {
  readonly stackName: string;
  /** The resources of these types, in the template's order. */
  of(...types: string[]): Resource[];
  /** The file or folder in the synthesized output that an asset's S3 key stands for. */
  asset(objectKey: string): string;
};

export type TemplateSource = {
  readonly outDir: string;
  /** Endpoint of the local services: queue URLs are built from it. */
  readonly awsUrl: string;
  readonly parameters: Readonly<Record<string, string>>;
};

type RawResource = { Type: string; Properties?: Record<string, unknown>; Condition?: string };
type RawTemplate = {
  Parameters?: Record<string, { Type?: string; Default?: string }>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Conditions?: Record<string, unknown>;
  Resources: Record<string, RawResource>;
};

/**
 * Reads the one template in `outDir` as CloudFormation would, with `parameters` over its defaults.
 * What it cannot resolve it refuses, naming the resource and the property.
 */
export function loadTemplate(source: TemplateSource): Template {
  const stackName = findStack(source.outDir);
  const raw = readJson<RawTemplate>(join(source.outDir, `${stackName}.template.json`));
  const scope = templateScope(raw, source, stackName);
  const resources = Object.entries(raw.Resources)
    .filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition))
    .map(([logicalId, { Type, Properties }]): Resource => {
      const at = `${Type} "${logicalId}"`;
      const properties = isInert(Type) ? {} : resolve(Properties ?? {}, at, scope);
      return {
        ...scope.identity(logicalId, at),
        logicalId,
        type: Type,
        properties: properties as Resource["properties"],
      };
    });
  return {
    stackName,
    of: (...types) => resources.filter((resource) => types.includes(resource.type)),
    asset: assetFinder(source.outDir, stackName),
  };
}

function findStack(outDir: string): string {
  const suffix = ".template.json";
  let files: string[];
  try {
    files = readdirSync(outDir).filter((file) => file.endsWith(suffix));
  } catch (cause) {
    throw new Error(
      `no synthesized template in ${outDir}: run \`CDK_OUTDIR=${outDir} node bin/app.ts\``,
      {
        cause,
      },
    );
  }
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new Error(
      `${outDir} holds ${files.length} templates, the local stack runs exactly one: delete the folder and synthesize again`,
    );
  }
  return file.slice(0, -suffix.length);
}

function readJson<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch (cause) {
    throw new Error(`${file} is broken (${cause}): delete its folder and synthesize again`, {
      cause,
    });
  }
}

function templateScope(raw: RawTemplate, source: TemplateSource, stackName: string) {
  const names = shortNames(raw.Resources);
  const pseudo = pseudoParameters(stackName);

  function identity(logicalId: string, at: string): Identity & { name: string } {
    const resource = raw.Resources[logicalId];
    if (resource === undefined) throw new Error(`${at} refers to "${logicalId}", which is absent`);
    const kind = kindOf(resource.Type, logicalId);
    const property = (name: string) =>
      resolve(resource.Properties?.[name], `${resource.Type} "${logicalId}".${name}`, scope);
    const given = kind.nameProperty === undefined ? undefined : property(kind.nameProperty);
    const name = typeof given === "string" ? given : (names.get(logicalId) ?? logicalId);
    return { name, ...kind.identity(name, { awsUrl: source.awsUrl, property }) };
  }

  const scope: Scope = {
    ref(target, at) {
      if (Object.hasOwn(pseudo, target)) return pseudo[target];
      const parameter = raw.Parameters?.[target];
      if (parameter === undefined) return identity(target, at).ref;
      const value = source.parameters[target] ?? parameter.Default;
      if (value === undefined) throw new Error(`${at}: parameter ${target} has no value`);
      return parameter.Type === "CommaDelimitedList" ? value.split(",") : value;
    },
    attribute(logicalId, name, at) {
      const value = identity(logicalId, at).attributes[name];
      if (value !== undefined) return value;
      const type = raw.Resources[logicalId]?.Type;
      throw new Error(`${at} asks for ${name} of ${type} "${logicalId}": add it to identities.ts`);
    },
    condition(name) {
      const body = raw.Conditions?.[name];
      if (body === undefined) throw new Error(`condition ${name} is absent from the template`);
      return resolve(body, `condition ${name}`, scope) === true;
    },
    mapping(map, key, field, at) {
      const value = raw.Mappings?.[map]?.[key]?.[field];
      if (value === undefined) throw new Error(`${at}: mapping ${map}.${key}.${field} is absent`);
      return value;
    },
  };
  return { ...scope, identity };
}

const pseudoParameters = (stackName: string): Record<string, unknown> => ({
  "AWS::AccountId": localAccount,
  "AWS::NoValue": noValue,
  "AWS::NotificationARNs": [],
  "AWS::Partition": "aws",
  "AWS::Region": localRegion,
  "AWS::StackId": `arn:aws:cloudformation:${localRegion}:${localAccount}:stack/${stackName}/local`,
  "AWS::StackName": stackName,
  "AWS::URLSuffix": "amazonaws.com",
});

/**
 * CDK appends eight hexadecimal digits to every logical id. Without them names are readable in logs
 * and metering; two resources of a type that would then share a name keep the digits.
 */
function shortNames(resources: Record<string, RawResource>): Map<string, string> {
  const entries = Object.entries(resources).map(([logicalId, { Type }]) => {
    const short = logicalId.replace(/(?<=.)[0-9A-F]{8}$/, "");
    return { logicalId, short, key: `${Type} ${short}` };
  });
  const sharers = Map.groupBy(entries, ({ key }) => key);
  return new Map(
    entries.map(({ logicalId, short, key }) => [
      logicalId,
      sharers.get(key)?.length === 1 ? short : logicalId,
    ]),
  );
}

type AssetManifest = {
  files: Record<
    string,
    { source: { path: string }; destinations: Record<string, { objectKey: string }> }
  >;
};

function assetFinder(outDir: string, stackName: string): Template["asset"] {
  const file = join(outDir, `${stackName}.assets.json`);
  let paths: Map<string, string> | undefined;
  return (objectKey) => {
    paths ??= new Map(
      Object.values(readJson<AssetManifest>(file).files).flatMap(({ source, destinations }) =>
        Object.values(destinations).map((destination) => [
          destination.objectKey,
          join(outDir, source.path),
        ]),
      ),
    );
    const path = paths.get(objectKey);
    if (path === undefined)
      throw new Error(`asset ${objectKey} is not in ${file}: synthesize again`);
    return path;
  };
}
