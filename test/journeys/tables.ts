import {
  type AttributeValue,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
} from "@aws-sdk/client-dynamodb";
import { awsOf } from "./actors.ts";
import type { Stack } from "./stack.ts";

/** A row as DynamoDB weighs it: names and values in UTF-8 (Developer Guide, "Item sizes and formats"). */
export async function rowOf(stack: Stack, key: Record<string, AttributeValue>) {
  const dynamo = new DynamoDBClient(awsOf(stack));
  const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}));
  for (const TableName of TableNames) {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
    const names = Table?.KeySchema?.map(({ AttributeName }) => AttributeName).toSorted();
    if (String(names) !== String(Object.keys(key).toSorted())) continue;
    const { Item } = await dynamo.send(new GetItemCommand({ TableName, Key: key }));
    if (Item !== undefined) return { columns: Object.keys(Item), sizeBytes: sizeOf(Item) };
  }
  throw new Error(`no table has a row ${JSON.stringify(key)}`);
}

const sizeOf = (item: Record<string, AttributeValue>): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + name.length + weight(value), 0);

function weight(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.B !== undefined) return value.B.length;
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  return JSON.stringify(value).length;
}
