import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalSecrets, localSecrets } from "../../lib/local/secrets-manager.ts";
import { type Listening, listen } from "../../lib/local/service.ts";

const clock = { now: () => Date.parse("2026-11-21T08:00:00Z") };
const SecretId = "partners";

let directory: string;
let service: LocalSecrets;
let listening: Listening;
let secrets: SecretsManagerClient;
let arn: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "secrets-"));
  await start();
});

afterEach(async () => {
  await stop();
  rmSync(directory, { recursive: true });
});

async function start(): Promise<void> {
  service = localSecrets({ directory, clock });
  arn = service.createSecret({ name: SecretId, value: "first" }).arn;
  listening = await listen(service.handle);
  secrets = new SecretsManagerClient({
    endpoint: listening.url,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
}

async function stop(): Promise<void> {
  secrets.destroy();
  await listening.close();
  await service.close();
}

test("a secret is read by name, by ARN and by ARN without its random ending", async () => {
  const references = [SecretId, arn, arn.slice(0, -7)];

  const read = await Promise.all(
    references.map((reference) => secrets.send(new GetSecretValueCommand({ SecretId: reference }))),
  );

  expect(read.map((each) => each.SecretString)).toEqual(["first", "first", "first"]);
  expect(read[0]).toMatchObject({ ARN: arn, Name: SecretId, VersionStages: ["AWSCURRENT"] });
});

test("a new value becomes AWSCURRENT and the one before stays readable as AWSPREVIOUS", async () => {
  const put = await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: "second" }));
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: "third" }));

  const current = await secrets.send(new GetSecretValueCommand({ SecretId }));
  const before = await secrets.send(
    new GetSecretValueCommand({ SecretId, VersionStage: "AWSPREVIOUS" }),
  );
  const described = await secrets.send(new DescribeSecretCommand({ SecretId }));

  expect(current.SecretString).toBe("third");
  expect(before).toMatchObject({ SecretString: "second", VersionId: put.VersionId });
  expect(described.VersionIdsToStages).toEqual({
    [`${current.VersionId}`]: ["AWSCURRENT"],
    [`${before.VersionId}`]: ["AWSPREVIOUS"],
  });
});

test("a repeated put with one token is quiet, with another value it is refused", async () => {
  const ClientRequestToken = "6f0e0c36-7b0b-4e0e-9d52-6b1f6e6a0001";
  const put = (SecretString: string) =>
    secrets.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken }));

  await put("second");
  await put("second");

  await expect(put("other")).rejects.toMatchObject({ name: "ResourceExistsException" });
  const before = await secrets.send(
    new GetSecretValueCommand({ SecretId, VersionStage: "AWSPREVIOUS" }),
  );
  expect(before.SecretString).toBe("first");
});

test("a changed secret survives a restart and the provisioning that comes with it", async () => {
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: "rotated" }));
  const known = arn;

  await stop();
  await start();

  const read = await secrets.send(new GetSecretValueCommand({ SecretId }));
  expect(read.SecretString).toBe("rotated");
  expect(arn).toBe(known);
});

test("a generated secret has the asked length and alphabet, or sits in its template", async () => {
  service.createSecret({ name: "plain", generate: { length: 64, excludePunctuation: true } });
  service.createSecret({
    name: "templated",
    generate: { length: 20, template: '{"clientId":"qianyue"}', key: "secret" },
  });

  const plain = await secrets.send(new GetSecretValueCommand({ SecretId: "plain" }));
  const templated = await secrets.send(new GetSecretValueCommand({ SecretId: "templated" }));

  expect(plain.SecretString).toMatch(/^[A-Za-z0-9]{64}$/);
  expect(JSON.parse(templated.SecretString ?? "")).toEqual({
    clientId: "qianyue",
    secret: expect.stringMatching(/^.{20}$/),
  });
});

test("an unknown secret, version or stage is a ResourceNotFoundException", async () => {
  const unknown = [
    { SecretId: "nobody" },
    { SecretId, VersionStage: "AWSPREVIOUS" },
    { SecretId, VersionId: "6f0e0c36-7b0b-4e0e-9d52-6b1f6e6a0002" },
  ];

  for (const input of unknown) {
    await expect(secrets.send(new GetSecretValueCommand(input))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  }
});
