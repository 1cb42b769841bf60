import { createHash, randomInt, randomUUID } from "node:crypto";
import { AwsError } from "./aws-error.ts";
import {
  awsJson,
  type JsonInput,
  localAccount,
  localRegion,
  optionalText,
  text,
} from "./aws-json.ts";
import type { LocalClock } from "./clock.ts";
import { openDatabase, transaction } from "./database.ts";
import type { LocalService } from "./service.ts";

export type LocalSecrets = LocalService & {
  /**
   * Makes a secret with `value`, or a generated one, or keeps what is already there:
   * a secret changed since the first start keeps its change.
   */
  createSecret(options: {
    readonly name: string;
    readonly value?: string;
    readonly generate?: GeneratedSecret;
  }): { readonly name: string; readonly arn: string };
};

/** CloudFormation's GenerateSecretString: with `template` (JSON) the text goes in under `key`. */
type GeneratedSecret = {
  readonly length?: number;
  readonly template?: string;
  readonly key?: string;
  readonly excludePunctuation?: boolean;
};

const schema = `
  CREATE TABLE IF NOT EXISTS secrets (
    name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS versions (
    secret TEXT NOT NULL REFERENCES secrets (name), id TEXT NOT NULL,
    value TEXT NOT NULL, created_ms INTEGER NOT NULL, PRIMARY KEY (secret, id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS stages (
    secret TEXT NOT NULL REFERENCES secrets (name), stage TEXT NOT NULL,
    version_id TEXT NOT NULL, PRIMARY KEY (secret, stage)
  ) STRICT;
`;

const current = "AWSCURRENT";
const previous = "AWSPREVIOUS";
const defaultLength = 32;
const lettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

type Secret = { readonly name: string; readonly created_ms: number };
type Version = { readonly id: string; readonly value: string; readonly created_ms: number };

/** Secrets Manager for one machine: text secrets with AWSCURRENT and AWSPREVIOUS, unencrypted on disk. */
export function localSecrets({
  directory,
  clock,
}: {
  readonly directory: string;
  readonly clock: Pick<LocalClock, "now">;
}): LocalSecrets {
  const database = openDatabase(directory, "secrets.db", schema);
  const selectSecret = database.prepare("SELECT * FROM secrets WHERE name = ?");
  const insertSecret = database.prepare("INSERT INTO secrets VALUES (?, ?)");
  const selectVersion = database.prepare("SELECT * FROM versions WHERE secret = ? AND id = ?");
  const insertVersion = database.prepare("INSERT INTO versions VALUES (?, ?, ?, ?)");
  const selectStages = database.prepare("SELECT stage, version_id FROM stages WHERE secret = ?");
  const upsertStage = database.prepare(`
    INSERT INTO stages VALUES (?, ?, ?)
    ON CONFLICT (secret, stage) DO UPDATE SET version_id = excluded.version_id
  `);

  const nowMs = (): number => Math.trunc(clock.now());

  function find(reference: string): Secret {
    const name = reference.replace(/^arn:.*?:secret:/, "");
    // An ARN may come with or without the six characters AWS puts at its end.
    const row = selectSecret.get(name) ?? selectSecret.get(name.replace(/-\w{6}$/, ""));
    if (row === undefined) throw notFound(`Secrets Manager has no secret ${reference}`);
    return row as Secret;
  }

  function versionIdOf(secret: Secret, stage: string): string | undefined {
    const row = selectStages.all(secret.name).find((each) => each.stage === stage);
    return row?.version_id as string | undefined;
  }

  function stagesOf(secret: Secret): Record<string, string[]> {
    const stages: Record<string, string[]> = {};
    for (const { stage, version_id } of selectStages.all(secret.name)) {
      stages[String(version_id)] = [...(stages[String(version_id)] ?? []), String(stage)];
    }
    return stages;
  }

  function put(secret: Secret, id: string, value: string, stages: readonly string[]): void {
    const known = selectVersion.get(secret.name, id) as Version | undefined;
    if (known !== undefined && known.value !== value) {
      throw new AwsError("ResourceExistsException", `version ${id} exists with another value`);
    }
    if (known !== undefined) return;
    insertVersion.run(secret.name, id, value, nowMs());
    for (const stage of stages) {
      const replaced = versionIdOf(secret, stage);
      upsertStage.run(secret.name, stage, id);
      if (stage === current && replaced !== undefined) {
        upsertStage.run(secret.name, previous, replaced);
      }
    }
  }

  const handle = awsJson("secretsmanager", {
    GetSecretValue(input) {
      const secret = find(text(input, "SecretId"));
      const stage = optionalText(input, "VersionStage");
      const staged = versionIdOf(secret, stage ?? current);
      const id = optionalText(input, "VersionId") ?? staged;
      const version = id === undefined ? undefined : selectVersion.get(secret.name, id);
      if (version === undefined || (stage !== undefined && staged !== id)) {
        throw notFound(`${secret.name} has no version ${id ?? ""} at ${stage ?? current}`);
      }
      const { id: versionId, value, created_ms } = version as Version;
      return {
        ...identity(secret),
        VersionId: versionId,
        SecretString: value,
        VersionStages: stagesOf(secret)[versionId] ?? [],
        CreatedDate: created_ms / 1000,
      };
    },
    PutSecretValue(input) {
      const secret = find(text(input, "SecretId"));
      const id = optionalText(input, "ClientRequestToken") ?? randomUUID();
      const stages = stageList(input);
      if (input.SecretBinary !== undefined) {
        throw new AwsError("InvalidParameterException", "SecretBinary is not served here");
      }
      const value = text(input, "SecretString");
      transaction(database, () => put(secret, id, value, stages));
      return { ...identity(secret), VersionId: id, VersionStages: stagesOf(secret)[id] ?? [] };
    },
    DescribeSecret(input) {
      const secret = find(text(input, "SecretId"));
      return {
        ...identity(secret),
        CreatedDate: secret.created_ms / 1000,
        VersionIdsToStages: stagesOf(secret),
      };
    },
  });

  return {
    handle,
    close: () => database.close(),
    createSecret({ name, value, generate = {} }) {
      if (selectSecret.get(name) === undefined) {
        transaction(database, () => {
          insertSecret.run(name, nowMs());
          put(find(name), randomUUID(), value ?? generated(generate), [current]);
        });
      }
      return { name, arn: arnOf(name) };
    },
  };
}

function identity({ name }: Secret): { readonly ARN: string; readonly Name: string } {
  return { ARN: arnOf(name), Name: name };
}

/** AWS ends a secret's ARN in six random characters; here they follow from the name. */
function arnOf(name: string): string {
  const ending = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `arn:aws:secretsmanager:${localRegion}:${localAccount}:secret:${name}-${ending}`;
}

function stageList(input: JsonInput): readonly string[] {
  const stages = input.VersionStages ?? [current];
  if (Array.isArray(stages) && stages.every((stage) => typeof stage === "string")) return stages;
  throw new AwsError("InvalidParameterException", "VersionStages must be a list of strings");
}

function generated({
  length = defaultLength,
  template,
  key,
  excludePunctuation = false,
}: GeneratedSecret): string {
  const alphabet = excludePunctuation ? lettersAndDigits : lettersAndDigits + punctuation;
  const word = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
  if (template === undefined || key === undefined) return word;
  return JSON.stringify({ ...JSON.parse(template), [key]: word });
}

function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}
