import { readFileSync } from "node:fs";
import { callAws } from "../aws-call.ts";
import type { LocalDynamo } from "../dynamodb/dynamodb.ts";
import { createTable } from "../dynamodb/tables.ts";
import type { LocalKms } from "../kms/kms.ts";
import type { FunctionSettings } from "../lambda/lambda.ts";
import type { LocalS3 } from "../s3/s3.ts";
import type { LocalSecrets } from "../secrets-manager.ts";
import type { Queues } from "../sqs/queues.ts";
import type { LocalStepFunctions } from "../step-functions/step-functions.ts";
import type { Credentials } from "./credentials.ts";
import { queueSettings } from "./settings.ts";
import type { Resource, Template } from "./template.ts";

export type Provisioned = {
  readonly dynamo: LocalDynamo;
  readonly queues: Queues;
  readonly s3: LocalS3;
  readonly kms: LocalKms;
  readonly secrets: LocalSecrets;
  readonly stepFunctions: LocalStepFunctions;
};

/** Creates what the template describes and keeps what is already there: each start is a deployment. */
export async function provision(template: Template, services: Provisioned): Promise<void> {
  for (const table of template.of("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")) {
    await createTable(services.dynamo.call, table);
  }
  for (const queue of template.of("AWS::SQS::Queue")) {
    services.queues.create(queue.name, queueSettings(queue));
  }
  for (const bucket of template.of("AWS::S3::Bucket")) createBucket(services.s3, bucket);
  for (const key of template.of("AWS::KMS::Key")) createKey(services.kms, key);
  for (const secret of template.of("AWS::SecretsManager::Secret")) {
    createSecret(services.secrets, secret);
  }
  for (const machine of template.of("AWS::StepFunctions::StateMachine")) {
    createMachine(services.stepFunctions, template, machine);
  }
}

function createBucket(s3: LocalS3, { ref, properties }: Resource): void {
  type Bucket = {
    VersioningConfiguration?: { Status: string };
    ObjectLockEnabled?: boolean;
    ObjectLockConfiguration?: {
      Rule?: {
        DefaultRetention: { Mode: "COMPLIANCE" | "GOVERNANCE"; Days?: number; Years?: number };
      };
    };
  };
  const { VersioningConfiguration, ObjectLockConfiguration } = properties as Bucket;
  const retention = ObjectLockConfiguration?.Rule?.DefaultRetention;
  s3.createBucket(ref, {
    versioning: VersioningConfiguration?.Status === "Enabled",
    ...(retention && {
      objectLock: {
        mode: retention.Mode,
        ...(retention.Years === undefined
          ? { days: retention.Days ?? 1 }
          : { years: retention.Years }),
      },
    }),
  });
}

function createKey(kms: LocalKms, { ref, properties }: Resource): void {
  type Key = Parameters<LocalKms["createKey"]>[0];
  kms.createKey({
    keyId: ref,
    ...(properties.KeySpec !== undefined && { keySpec: properties.KeySpec as Key["keySpec"] & {} }),
    ...(properties.KeyUsage !== undefined && {
      keyUsage: properties.KeyUsage as Key["keyUsage"] & {},
    }),
  });
}

function createSecret(secrets: LocalSecrets, { name, properties }: Resource): void {
  type Secret = {
    SecretString?: string;
    GenerateSecretString?: {
      PasswordLength?: number;
      SecretStringTemplate?: string;
      GenerateStringKey?: string;
      ExcludePunctuation?: boolean;
    };
  };
  const { SecretString, GenerateSecretString: wanted } = properties as Secret;
  if (wanted === undefined) {
    secrets.createSecret({ name, value: SecretString ?? "{}" });
    return;
  }
  secrets.createSecret({
    name,
    generate: {
      ...(wanted.PasswordLength !== undefined && { length: wanted.PasswordLength }),
      ...(wanted.SecretStringTemplate !== undefined && { template: wanted.SecretStringTemplate }),
      ...(wanted.GenerateStringKey !== undefined && { key: wanted.GenerateStringKey }),
      excludePunctuation: wanted.ExcludePunctuation ?? false,
    },
  });
}

function createMachine(
  stepFunctions: LocalStepFunctions,
  template: Template,
  { name, ref, properties }: Resource,
): void {
  type Machine = {
    DefinitionString?: string;
    DefinitionS3Location?: { Key: string };
    DefinitionSubstitutions?: Record<string, string>;
  };
  const { DefinitionString, DefinitionS3Location, DefinitionSubstitutions } = properties as Machine;
  const text =
    DefinitionString ?? readFileSync(template.asset(DefinitionS3Location?.Key ?? ""), "utf8");
  const definition = text.replace(/\$\{(\w+)\}/g, (whole, key: string) => {
    return DefinitionSubstitutions?.[key] ?? whole;
  });
  const aliases = template
    .of("AWS::StepFunctions::StateMachineAlias")
    .filter((alias) => alias.ref.startsWith(`${ref}:`))
    .map((alias) => alias.ref.slice(ref.length + 1));
  stepFunctions.createStateMachine({ name, arn: ref, definition, aliases });
}

/**
 * Gives partners and peers the data folder's credentials, as operations would on AWS. The secrets are
 * found by the variable that names them to the functions.
 */
export async function seedSecrets(
  functions: readonly FunctionSettings[],
  secrets: LocalSecrets,
  credentials: Credentials,
  urls: { readonly partner: string; readonly face: string },
): Promise<void> {
  const { smsGateway, verificationSystem, clearing } = credentials;
  const partners = credentials.partners.map(({ secret, ...partner }) => ({
    ...partner,
    secrets: [secret],
    returnUrls: [urls.partner],
    ...(partner.dialects.includes("T") ? { transactionUrl: `${urls.partner}/callback` } : {}),
  }));
  const vendors = credentials.faceVendors.map((vendor) => ({
    ...vendor,
    url: `${urls.face}/${vendor.name}`,
    sources: ["127.0.0.1"],
  }));
  const values: Record<string, object> = {
    PARTNERS_SECRET_ID: { partners },
    PEERS_SECRET_ID: { smsGateway, verificationSystem, clearing },
    FACE_VENDORS_SECRET_ID: { vendors },
  };
  for (const [variable, value] of Object.entries(values)) {
    const SecretId = functions
      .map(({ environment }) => environment[variable])
      .find((id) => id !== undefined);
    if (SecretId === undefined) continue;
    const SecretString = JSON.stringify(value);
    const current = await callAws(secrets, "secretsmanager.GetSecretValue", { SecretId });
    if (current.SecretString === SecretString) continue;
    await callAws(secrets, "secretsmanager.PutSecretValue", { SecretId, SecretString });
  }
}
