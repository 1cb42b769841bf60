import type { LocalClock } from "../clock.ts";
import type { Resource } from "../template/template.ts";
import type { DynamoCall } from "./dynamodb.ts";

const dynamo = "DynamoDB_20120810";

/** Creates the table of a template's resource; one that is already there is kept with its items. */
export async function createTable(call: DynamoCall, { name, properties }: Resource): Promise<void> {
  const stream = properties.StreamSpecification as { StreamViewType?: string } | undefined;
  const input = {
    TableName: name,
    AttributeDefinitions: properties.AttributeDefinitions,
    KeySchema: properties.KeySchema,
    GlobalSecondaryIndexes: properties.GlobalSecondaryIndexes,
    LocalSecondaryIndexes: properties.LocalSecondaryIndexes,
    BillingMode: "PAY_PER_REQUEST",
    ...(stream && { StreamSpecification: { StreamEnabled: true, ...stream } }),
  };
  try {
    await call(`${dynamo}.CreateTable`, input);
  } catch (error) {
    if ((error as Error).name !== "ResourceInUseException") throw error;
  }
}

/** Attribute that holds an item's expiry in epoch seconds, when the table has one. */
function ttlAttribute({ properties }: Resource): string | undefined {
  type Ttl = { AttributeName: string; Enabled: boolean };
  const ttl = properties.TimeToLiveSpecification as Ttl | undefined;
  return ttl?.Enabled ? ttl.AttributeName : undefined;
}

/** AWS deletes within days; often enough here that a test which moves the clock sees it. */
const sweepEveryMs = 60_000;
const sweepPage = 100;

/**
 * Deletes items whose time has passed on the stack's clock: dynoxide takes the TTL setting and never
 * acts on it. Like AWS it gives no moment; readers must filter expired items themselves.
 */
export function sweepExpired(
  call: DynamoCall,
  clock: LocalClock,
  tables: readonly Resource[],
): { close(): void } {
  let closed = false;
  let cancel = () => {};
  const arm = () => {
    if (!closed) cancel = clock.at(clock.now() + sweepEveryMs, () => void sweep());
  };
  async function sweep(): Promise<void> {
    try {
      for (const table of tables) await sweepTable(call, clock, table);
    } catch (cause) {
      if (!closed) console.error("expired items stay until the next sweep:", cause);
    }
    arm();
  }
  arm();
  return {
    close() {
      closed = true;
      cancel();
    },
  };
}

async function sweepTable(call: DynamoCall, clock: LocalClock, table: Resource): Promise<void> {
  const attribute = ttlAttribute(table);
  if (attribute === undefined) return;
  const keyNames = (table.properties.KeySchema as { AttributeName: string }[]).map(
    (key) => key.AttributeName,
  );
  const expired = {
    TableName: table.name,
    ExpressionAttributeNames: { "#ttl": attribute },
    ExpressionAttributeValues: { ":now": { N: String(Math.trunc(clock.now() / 1000)) } },
  };
  let ExclusiveStartKey: unknown;
  do {
    const page = await call(`${dynamo}.Scan`, {
      ...expired,
      FilterExpression: "#ttl < :now",
      Limit: sweepPage,
      ExclusiveStartKey,
    });
    for (const item of page.Items as Record<string, unknown>[]) {
      const Key = Object.fromEntries(keyNames.map((name) => [name, item[name]]));
      const stillExpired = "#ttl < :now";
      await call(`${dynamo}.DeleteItem`, {
        ...expired,
        Key,
        ConditionExpression: stillExpired,
      }).catch((error: Error) => {
        if (error.name !== "ConditionalCheckFailedException") throw error;
      });
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}
