import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { linkEntry } from "../domain/evidence.ts";
import {
  type Allowance,
  clearingKey,
  createdOrder,
  evolveOrder,
  intakeFigures,
  type Order,
  type OrderDraft,
  type OrderEntry,
} from "../domain/transaction.ts";
import type { World } from "../world.ts";
import { entryFromItem, entryToItem } from "./contract-items.ts";
import { changeOrder, newOrderItem, orderFromItem } from "./order-items.ts";

/**
 * Orders and their history (T-06). Like a contract's, every change is one TransactWriteItems of the head at
 * its version and the entry that tells why; there is no other way to change an order.
 */

/** Somebody else moved the order on. Read again and decide again. */
export class OrderConflict extends Error {
  override readonly name = "OrderConflict";
}

export type Taken =
  | { readonly order: Order; readonly isNew: boolean }
  /** The source order's allowance is used up, or was told with another amount. Nothing was written. */
  | { readonly exceeded: { readonly collectedFen: number; readonly sourceAmountFen: number } };

/** A request that nobody authenticated: kept for operations, under a key that claims nothing (K36). */
export type RejectedRequest = {
  readonly id: string;
  readonly at: string;
  readonly errorCode: string;
  readonly claimedAppId?: string | undefined;
  readonly claimedRequestId?: string | undefined;
};

export type OrderPage = { readonly orders: readonly Order[]; readonly next: string | undefined };

const pageSize = 100;
const chainLimit = 100;
const creationRounds = 5;

const notYetThere = "attribute_not_exists(id)";
/** Nothing collected yet, or room left of the same order: two collections at once cannot both take the last of it. */
const roomLeft =
  "attribute_not_exists(id) OR (source_amount_fen = :source AND collected_fen <= :room)";

export function orderStore(
  world: World,
  tables: { readonly orders: string; readonly chain: string },
) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws), {
    marshallOptions: { removeUndefinedValues: true },
  });

  async function readItem(id: string, part: number): Promise<Record<string, unknown> | undefined> {
    const { Item } = await dynamo.send(
      new GetCommand({ TableName: tables.orders, Key: { id, part }, ConsistentRead: true }),
    );
    return Item;
  }

  async function read(orderNo: string, part = 0): Promise<Order | undefined> {
    const item = await readItem(orderNo, part);
    return item && orderFromItem(item);
  }

  return {
    read,

    /** The request as it came (T-06 `biz_data`): a batch's receivers are read from it when they are paid. */
    async readBizData(orderNo: string): Promise<unknown> {
      const item = await readItem(orderNo, 0);
      if (item === undefined) throw new Error(`order ${orderNo} does not exist`);
      return JSON.parse(String(item.biz_data));
    },

    /** Puts the order with its first entry and takes its allowance, or returns what is already there (K37). */
    async create(draft: OrderDraft, bizData?: string): Promise<Taken> {
      const { entry } = link(undefined, draft);
      const order = createdOrder(entry);
      for (let round = 1; ; round += 1) {
        try {
          await dynamo.send(
            new TransactWriteCommand({
              TransactItems: [
                {
                  Put: {
                    TableName: tables.orders,
                    Item: newOrderItem(order, bizData),
                    ConditionExpression: notYetThere,
                  },
                },
                putEntry(entry, order),
                ...(order.allowance ? [take(order, order.allowance)] : []),
              ],
            }),
          );
          return { order, isNew: true };
        } catch (cause) {
          if (!(cause instanceof TransactionCanceledException)) throw cause;
          const existing = await read(order.orderNo, order.part);
          if (existing !== undefined) return { order: existing, isNew: false };
          const [, , refused] = cause.CancellationReasons ?? [];
          if (refused?.Code === "ConditionalCheckFailed")
            return {
              exceeded: {
                collectedFen: Number(refused.Item?.collected_fen?.N ?? 0),
                sourceAmountFen: Number(refused.Item?.source_amount_fen?.N ?? 0),
              },
            };
          // Another transaction was writing the same items: a few looks outlast it.
          if (round === creationRounds)
            throw new OrderConflict(`order ${order.orderNo} is being made by others`, { cause });
        }
      }
    },

    /** Appends `draft` to the order's history and moves its head. Throws OrderConflict. */
    async commit(before: Order, draft: OrderDraft): Promise<Order> {
      const { entry } = link(before, draft);
      const after = evolveOrder(before, entry);
      const givesBack = after.state.status === "FAILED" && before.allowance;
      try {
        await dynamo.send(
          new TransactWriteCommand({
            TransactItems: [
              { Update: { TableName: tables.orders, ...changeOrder(before, after) } },
              putEntry(entry, after),
              ...(givesBack ? [giveBack(before, givesBack)] : []),
            ],
          }),
        );
        return after;
      } catch (cause) {
        if (!(cause instanceof TransactionCanceledException)) throw cause;
        throw new OrderConflict(
          `order ${clearingKey(before)} moved on from version ${before.length}`,
          { cause },
        );
      }
    },

    /** The parts of a batch that were sent so far, in order. */
    async parts(orderNo: string): Promise<readonly Order[]> {
      const rows: Order[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const page = await dynamo.send(
          new QueryCommand({
            TableName: tables.orders,
            KeyConditionExpression: "id = :id AND part > :head",
            ExpressionAttributeValues: { ":id": orderNo, ":head": 0 },
            ConsistentRead: true,
            Limit: pageSize,
            ExclusiveStartKey: from,
          }),
        );
        rows.push(...(page.Items ?? []).map(orderFromItem));
        from = page.LastEvaluatedKey;
      } while (from !== undefined && rows.length < intakeFigures.batchParts);
      return rows;
    },

    /** Everything that happened to an order or to one part of it. */
    async history(key: string): Promise<readonly OrderEntry[]> {
      const { Items = [] } = await dynamo.send(
        new QueryCommand({
          TableName: tables.chain,
          KeyConditionExpression: "contract_id = :id",
          ExpressionAttributeValues: { ":id": key },
          ConsistentRead: true,
          Limit: chainLimit,
        }),
      );
      return Items.map((item) => entryFromItem(item).entry as unknown as OrderEntry);
    },

    /** One page of the manual queue, oldest first; `after` is the `next` of the page before. */
    async parked(after?: string): Promise<OrderPage> {
      const { Items = [], LastEvaluatedKey } = await dynamo.send(
        new QueryCommand({
          TableName: tables.orders,
          IndexName: "queue",
          KeyConditionExpression: "queue = :queue",
          ExpressionAttributeValues: { ":queue": "MANUAL" },
          Limit: pageSize,
          ...(after ? { ExclusiveStartKey: JSON.parse(after) } : {}),
        }),
      );
      return {
        orders: Items.map(orderFromItem),
        next: LastEvaluatedKey && JSON.stringify(LastEvaluatedKey),
      };
    },

    /** One page of all orders and parts, in no order (`npm run reconcile`). */
    async all(after?: string): Promise<OrderPage> {
      const { Items = [], LastEvaluatedKey } = await dynamo.send(
        new ScanCommand({
          TableName: tables.orders,
          // Rejected requests and allowances lie in the table too; neither is an order.
          FilterExpression: "attribute_exists(transaction_order_no)",
          ConsistentRead: true,
          ...(after ? { ExclusiveStartKey: JSON.parse(after) } : {}),
        }),
      );
      return {
        orders: Items.map(orderFromItem),
        next: LastEvaluatedKey && JSON.stringify(LastEvaluatedKey),
      };
    },

    async reject(request: RejectedRequest): Promise<void> {
      const expiresAt = Date.parse(request.at) / 1000 + intakeFigures.rejectedDays * 24 * 3600;
      await dynamo.send(
        new PutCommand({
          TableName: tables.orders,
          Item: {
            id: request.id,
            part: 0,
            queue: "REJECTED",
            status: "FAILED",
            error_code: request.errorCode,
            claimed_app_id: request.claimedAppId,
            claimed_request_id: request.claimedRequestId,
            created_time: request.at,
            updated_time: request.at,
            expires_at_s: Math.floor(expiresAt),
          },
        }),
      );
    },
  };

  function link(before: Order | undefined, draft: OrderDraft) {
    const { facts } = draft;
    const named = { orderNo: String(facts.orderNo), part: Number(facts.part ?? 0) };
    return linkEntry(clearingKey(before ?? named), before, draft, {
      evidenceType: "FLOW",
      salt: () => world.randomBytes(16).toString("hex"),
    });
  }

  function putEntry(entry: OrderEntry, order: Order) {
    return {
      Put: {
        TableName: tables.chain,
        Item: entryToItem(entry, {}, order),
        ConditionExpression: "attribute_not_exists(contract_id)",
      },
    };
  }

  function take(order: Order, { limitFen, sourceAmountFen, sourceOrderNo }: Allowance) {
    const { amountFen } = order;
    return {
      Update: {
        TableName: tables.orders,
        Key: allowanceKey(order, sourceOrderNo),
        UpdateExpression:
          "SET source_amount_fen = :source, collected_fen = if_not_exists(collected_fen, :none) + :amount",
        ConditionExpression: roomLeft,
        ExpressionAttributeValues: {
          ":source": sourceAmountFen,
          ":amount": amountFen,
          ":none": 0,
          ":room": limitFen - amountFen,
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
      },
    };
  }

  function giveBack(order: Order, { sourceOrderNo }: Allowance) {
    const { amountFen } = order;
    return {
      Update: {
        TableName: tables.orders,
        Key: allowanceKey(order, sourceOrderNo),
        UpdateExpression: "SET collected_fen = collected_fen - :amount",
        ConditionExpression: "collected_fen >= :amount",
        ExpressionAttributeValues: { ":amount": amountFen },
      },
    };
  }
}

export type OrderStore = ReturnType<typeof orderStore>;

/** By store and not by contract: a renewed contract does not let the same order be collected again. */
const allowanceKey = ({ payerAccountNo }: Order, sourceOrderNo: string) => ({
  id: `POOLED#${payerAccountNo}#${sourceOrderNo}`,
  part: 0,
});
