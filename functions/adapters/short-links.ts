import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import type { World } from "../world.ts";

/** Where the short links lead that a message or a QR code carries (C-07, 3.4). */

const keyOf = (code: string) => ({ pk: `SHORT#${code}`, sk: "LINK" });

/** Written with the contract; DynamoDB removes it when the contract is over, and until then the reader looks. */
export const shortLinkItem = (link: {
  readonly code: string;
  readonly contractId: string;
  readonly signer: number;
  readonly expiresAt: string;
}): Record<string, unknown> => ({
  ...keyOf(link.code),
  contract_id: link.contractId,
  signer: link.signer,
  expires_at_s: Math.ceil(Date.parse(link.expiresAt) / 1000),
});

/** Finds whose link a code is; undefined for one that nobody ever had, or that is over. */
export function shortLinks(world: World, table: string) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws));
  return async (
    code: string,
  ): Promise<{ readonly contractId: string; readonly signer: number } | undefined> => {
    const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: keyOf(code) }));
    if (Item === undefined || Date.parse(world.now()) >= Number(Item.expires_at_s) * 1000)
      return undefined;
    return { contractId: String(Item.contract_id), signer: Number(Item.signer) };
  };
}
