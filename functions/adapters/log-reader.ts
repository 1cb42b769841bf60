import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import {
  completeSubtrees,
  consistencyRanges,
  inclusionRanges,
  proofOf,
  type Range,
} from "../domain/merkle-tree.ts";
import type { World } from "../world.ts";

/**
 * The table of the transparency log (pk, sk), of which this file reads and transparency-log.ts writes:
 *   HEAD       HEAD    size, and the roots of the complete subtrees (merkle-tree.ts, Frontier)
 *   NODE       index   roots of the subtrees that end with this leaf, itself first; never changes
 *   LEAF#hash  LEAF    index, contract id
 *   CHECKPOINT HEAD    the newest tree head that was signed, and the key that signed it
 */
export const keys = {
  head: { pk: "HEAD", sk: "HEAD" },
  checkpoint: { pk: "CHECKPOINT", sk: "HEAD" },
  leaf: (hash: string) => ({ pk: `LEAF#${hash}`, sk: "LEAF" }),
  node: (index: number) => ({ pk: "NODE", sk: String(index).padStart(16, "0") }),
} as const;

type Item = Readonly<Record<string, unknown>>;

export type PublishedCheckpoint = {
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** C2SP signed note. */
  readonly note: string;
  /** SubjectPublicKeyInfo of the key that signed the note, DER. */
  readonly publicKey: Uint8Array;
};

/** DynamoDB's own limit of BatchGetItem. A proof in a tree of 2^40 leaves reads fewer. */
const batchLimit = 100;
/** DynamoDB leaves keys of a batch unread when it is short of capacity; then another time will be better. */
const readRounds = 5;

/** Hashes are stored as bytes: half the size of hex, and half the cost. */
export const packHashes = (hashes: readonly string[]): Uint8Array =>
  Buffer.from(hashes.join(""), "hex");

export const unpackHashes = (bytes: unknown): string[] =>
  Buffer.from(bytes as Uint8Array)
    .toString("hex")
    .match(/.{64}/g) ?? [];

/** What the log shows to everybody. Proofs read O(log size) items, all else a fixed number. */
export function logReader(world: World, table: string) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws));

  return {
    /** The newest signed tree head; undefined before the first. */
    async published(): Promise<PublishedCheckpoint | undefined> {
      const [item] = await readItems([keys.checkpoint]);
      return item && checkpointOf(item);
    },

    /** Index of a leaf; undefined when the log does not hold it. */
    async find(leafHash: string): Promise<number | undefined> {
      const [item] = await readItems([keys.leaf(leafHash)]);
      return item && Number(item.index);
    },

    /** Leaf hash at an index; undefined past the end. */
    async leaf(index: number): Promise<string | undefined> {
      return (await this.leaves(index, 1))[0];
    },

    /** At most `limit` leaf hashes from an index on. One page of DynamoDB holds 1 MB, some 4,000 of them. */
    async leaves(from: number, limit: number): Promise<readonly string[]> {
      const { pk, sk } = keys.node(from);
      const { Items = [] } = await dynamo.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk AND sk >= :sk",
          ExpressionAttributeValues: { ":pk": pk, ":sk": sk },
          ConsistentRead: true,
          Limit: limit,
        }),
      );
      return Items.map(({ hashes }) => unpackHashes(hashes)[0] ?? "");
    },

    /** Audit path of a leaf in the tree of the first `size` leaves, hex. Throws RangeError. */
    async inclusion(index: number, size: number): Promise<readonly string[]> {
      return prove(inclusionRanges(index, size));
    },

    /** Proof that the tree of `to` leaves begins with that of `from`, hex. Throws RangeError. */
    async consistency(from: number, to: number): Promise<readonly string[]> {
      return prove(consistencyRanges(from, to));
    },

    readItems,
  };

  async function prove(ranges: readonly Range[]): Promise<readonly string[]> {
    const wanted = ranges.flatMap(completeSubtrees);
    const items = await readItems(wanted.map(({ end }) => keys.node(end - 1)));
    const roots = new Map(
      wanted.map((subtree, place) => [subtree.end, unpackHashes(items[place]?.hashes ?? [])]),
    );
    return proofOf(ranges, ({ start, end }) => {
      const root = roots.get(end)?.[Math.round(Math.log2(end - start))];
      if (root === undefined)
        throw new Error(`the log's table ${table} lacks the root of leaves ${start} to ${end - 1}`);
      return root;
    });
  }

  /** Items in the order of their keys; strongly consistent. */
  async function readItems(wanted: readonly Item[]): Promise<readonly (Item | undefined)[]> {
    const found = new Map<string, Item>();
    const nameOf = ({ pk, sk }: Item) => `${pk}/${sk}`;
    let missing: readonly Item[] = [...new Map(wanted.map((key) => [nameOf(key), key])).values()];
    for (let round = 0; missing.length > 0 && round < readRounds; round++) {
      const asked = missing.slice(0, batchLimit);
      const { Responses, UnprocessedKeys } = await dynamo.send(
        new BatchGetCommand({
          RequestItems: { [table]: { Keys: [...asked], ConsistentRead: true } },
        }),
      );
      for (const item of Responses?.[table] ?? []) found.set(nameOf(item), item);
      const unread = UnprocessedKeys?.[table]?.Keys ?? [];
      missing = [...unread, ...missing.slice(batchLimit)];
    }
    if (missing.length > 0)
      throw new Error(
        `BatchGetItem on ${table}: ${missing.length} of ${wanted.length} items unread after ${readRounds} rounds; try again`,
      );
    return wanted.map((key) => found.get(nameOf(key)));
  }
}

export const checkpointOf = (item: Item): PublishedCheckpoint => ({
  size: Number(item.size),
  root: String(item.root),
  note: String(item.note),
  publicKey: item.public_key as Uint8Array,
});
