import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import type { World } from "../world.ts";

/** Finds the contract of a PDF by what it is: whoever holds the file can ask, nobody can guess a hash. */

/** The agreement as it was read, or the same file with everybody's signature. */
type DocumentKind = "AGREEMENT" | "SIGNED_DOCUMENT";

export type KnownDocument = { readonly contractId: string; readonly kind: DocumentKind };

const keyOf = (hash: string) => ({ pk: `HASH#${hash}`, sk: "DOCUMENT" });

/** The items of a contract just sealed, by hex SHA-256; written in the transaction of its SEALED entry. */
export function documentItems(sealed: {
  readonly contractId: string;
  readonly agreementHash?: string;
  readonly signedHash?: string;
}): Record<string, unknown>[] {
  const item = (kind: DocumentKind, hash: string | undefined) =>
    hash === undefined ? [] : [{ ...keyOf(hash), contract_id: sealed.contractId, kind }];
  return [
    ...item("AGREEMENT", sealed.agreementHash),
    ...item("SIGNED_DOCUMENT", sealed.signedHash),
  ];
}

/** Reads the index: the document whose bytes have this hex SHA-256, or undefined. */
export function documentIndex(world: World, table: string) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws));
  return async function findDocument(hash: string): Promise<KnownDocument | undefined> {
    const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: keyOf(hash) }));
    return (
      Item && { contractId: String(Item.contract_id), kind: Item.kind as KnownDocument["kind"] }
    );
  };
}
