import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";

/** Rows that lead from a subject, by its keyed fingerprint, to everything that names it. */

const pageSize = 100;
/** More records of one person than any business has; erasure says so and is run again. */
const subjectLimit = 10_000;

export const subjectKey = (fingerprint: string): string => `SUBJECT#${fingerprint}`;

/** The ids that `table` keeps under a subject, in no order. */
export async function idsOfSubject(
  dynamo: DynamoDBDocumentClient,
  table: string,
  fingerprint: string,
): Promise<readonly string[]> {
  const ids: string[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await dynamo.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :subject",
        ExpressionAttributeValues: { ":subject": subjectKey(fingerprint) },
        Limit: pageSize,
        ExclusiveStartKey: from,
      }),
    );
    ids.push(...(page.Items ?? []).map((item) => String(item.sk)));
    from = page.LastEvaluatedKey;
  } while (from !== undefined && ids.length < subjectLimit);
  return ids;
}
