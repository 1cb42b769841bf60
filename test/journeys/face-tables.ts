import { DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { awsOf, type Json } from "./actors.ts";
import type { Stack } from "./stack.ts";

/** The steps in the chain of a face check, oldest first. */
export async function stepsOfChain(stack: Stack, id: string): Promise<string[]> {
  const { Items = [] } = await new DynamoDBClient(awsOf(stack)).send(
    new QueryCommand({
      TableName: String(stack.environment.EVIDENCE_CHAIN_TABLE),
      KeyConditionExpression: "contract_id = :id",
      ExpressionAttributeValues: { ":id": { S: id } },
    }),
  );
  return Items.map(({ step }) => String(step?.S));
}

/** Ranks the vendors as operations would: in the secret that names them. */
export async function vendorsInOrder(stack: Stack, ...names: readonly string[]): Promise<void> {
  const secrets = new SecretsManagerClient(awsOf(stack));
  const SecretId = String(stack.environment.FACE_VENDORS_SECRET_ID);
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  const { vendors } = JSON.parse(String(SecretString));
  const ranked = names.map((name) => vendors.find((one: Json) => one.name === name));
  const value = JSON.stringify({ vendors: ranked });
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: value }));
}
