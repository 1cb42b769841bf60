import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { emptyTree, extend, type Frontier, isHash, rootOf } from "../domain/merkle-tree.ts";
import { checkpointText, signedNote } from "../domain/signed-note.ts";
import type { World } from "../world.ts";
import {
  checkpointOf,
  keys,
  logReader,
  type PublishedCheckpoint,
  packHashes,
  unpackHashes,
} from "./log-reader.ts";
import type { SigningKey } from "./signing-key.ts";

/** So many sealers got ahead of this one that the workflow should wait and call again. */
class LogBusy extends Error {
  override readonly name = "Log.Busy";
}

/** Of sealers that meet, one a round gets through. More than this many at once are the workflow's to space out. */
const appendRounds = 100;

const headUnmoved = "#size = :size";
const firstLeaf = "attribute_not_exists(pk)";
const notYetThere = "attribute_not_exists(pk)";
const newerThanStored = "attribute_not_exists(pk) OR #size < :size";

/**
 * The log of all sealed roots (issue 3, part 5). An append costs one read of two items and one
 * transaction of three, whatever the size: the head moves only from the size it was read at, so the log
 * cannot fork, and the leaf's own item makes a repeated append find itself.
 */
export function transparencyLog(
  world: World,
  log: { readonly table: string; readonly origin: string; readonly key: SigningKey },
) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws));
  const reader = logReader(world, log.table);
  let publicKey: Uint8Array | undefined;

  return {
    ...reader,

    /**
     * Adds a leaf hash (hex) and says where it stands; `size` is that of the tree it ended. A statement
     * names its contract, so one hash is one leaf for ever: appending it again answers the same. Throws LogBusy.
     */
    async append(
      contractId: string,
      leafHash: string,
    ): Promise<{ readonly index: number; readonly size: number }> {
      if (!isHash(leafHash))
        throw new TypeError(`append for ${contractId}: "${leafHash}" is no hash`);
      for (let round = 0; round < appendRounds; round++) {
        const [head, known] = await reader.readItems([keys.head, keys.leaf(leafHash)]);
        const index = known ? Number(known.index) : await tryAppend(treeOf(head));
        if (index !== undefined) return { index, size: index + 1 };
      }
      throw new LogBusy(`append ${leafHash} of ${contractId}: overtaken ${appendRounds} times`);

      async function tryAppend(before: Frontier): Promise<number | undefined> {
        const { tree, completed } = extend(before, leafHash);
        const node = { ...keys.node(before.size), hashes: packHashes(completed) };
        const leaf = { ...keys.leaf(leafHash), index: before.size, contract_id: contractId };
        const TransactItems = [moveHead(before, tree), put(node), put(leaf)];
        try {
          await dynamo.send(new TransactWriteCommand({ TransactItems }));
          return before.size;
        } catch (cause) {
          if (!isConflict(cause)) throw cause;
          return undefined;
        }
      }
    },

    /**
     * The signed tree head of the log as it is now. A size that has one is not signed again; when a newer
     * one is published meanwhile, that one comes back, which holds every leaf appended before this call.
     */
    async checkpoint(): Promise<PublishedCheckpoint> {
      const [head, stored] = await reader.readItems([keys.head, keys.checkpoint]);
      const tree = treeOf(head);
      if (stored && Number(stored.size) >= tree.size) return checkpointOf(stored);
      const signed = await sign(tree);
      try {
        await dynamo.send(
          new PutCommand({
            TableName: log.table,
            Item: { ...keys.checkpoint, ...signed },
            ConditionExpression: newerThanStored,
            ExpressionAttributeNames: { "#size": "size" },
            ExpressionAttributeValues: { ":size": tree.size },
          }),
        );
        return checkpointOf(signed);
      } catch (cause) {
        if ((cause as Error).name !== "ConditionalCheckFailedException") throw cause;
        const published = await reader.published();
        if (published === undefined) throw cause;
        return published;
      }
    },
  };

  function moveHead(before: Frontier, after: Frontier) {
    const move = {
      TableName: log.table,
      Item: { ...keys.head, size: after.size, roots: packHashes(after.roots) },
    };
    if (before.size === 0) return { Put: { ...move, ConditionExpression: firstLeaf } };
    return {
      Put: {
        ...move,
        ConditionExpression: headUnmoved,
        ExpressionAttributeNames: { "#size": "size" },
        ExpressionAttributeValues: { ":size": before.size },
      },
    };
  }

  function put(item: Readonly<Record<string, unknown>>) {
    return { Put: { TableName: log.table, Item: item, ConditionExpression: notYetThere } };
  }

  async function sign(tree: Frontier) {
    const root = rootOf(tree);
    const text = checkpointText({ origin: log.origin, size: tree.size, root });
    publicKey ??= await log.key.publicKey();
    const signature = await log.key.sign(Buffer.from(text));
    const note = signedNote(text, log.origin, { spki: publicKey, signature });
    return { size: tree.size, root, note, public_key: publicKey };
  }
}

export type TransparencyLog = ReturnType<typeof transparencyLog>;

function treeOf(head: Readonly<Record<string, unknown>> | undefined): Frontier {
  return head ? { size: Number(head.size), roots: unpackHashes(head.roots) } : emptyTree;
}

/** Another sealer moved the head, or is moving it; or this very leaf is in by now. The next round tells. */
const isConflict = (cause: unknown): boolean =>
  cause instanceof TransactionCanceledException &&
  (cause.CancellationReasons ?? []).some(
    ({ Code }) => Code === "ConditionalCheckFailed" || Code === "TransactionConflict",
  );
