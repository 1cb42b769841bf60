import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type Authorization, isLive } from "../domain/authorization.ts";
import type { BizScene } from "../domain/words.ts";
import type { World } from "../world.ts";

/**
 * The relations of K42 by the accounts they name. A row is written in the very transaction that completes the
 * contract or withdraws its authorisation: money sent right after that meets it (T-22 refuses for good).
 */

const pageSize = 100;
/** More contracts for one pair of accounts than any business renews; asking on would only hide the fault. */
const contractLimit = 1000;

/** The key of a row. Account codes hold neither `#` nor `*` (functions/dialects/authorization-request.ts). */
export const authorizationKey = ({
  kind,
  payerAccountNo,
  payeeAccountNo,
  contractId,
}: Pick<Authorization, "kind" | "payerAccountNo" | "payeeAccountNo" | "contractId">) => ({
  pk: partitionOf(kind, payerAccountNo),
  sk: `${payeePrefix(payeeAccountNo)}${contractId}`,
});

const partitionOf = (kind: BizScene, payer: string): string => `AUTH#${kind}#${payer}`;
const payeePrefix = (payee: string | undefined): string => `${payee ?? "*"}#`;

export function authorizationItem(authorization: Authorization): Record<string, unknown> {
  const optional = {
    payee_account_no: authorization.payeeAccountNo,
    max_ratio_basis_points: authorization.maxRatioBasisPoints,
    withdrawn_at: authorization.withdrawnAt,
  };
  return {
    ...authorizationKey(authorization),
    contract_id: authorization.contractId,
    owner: authorization.owner,
    kind: authorization.kind,
    payer_account_no: authorization.payerAccountNo,
    valid_from: authorization.validFrom,
    valid_until: authorization.validUntil,
    root: authorization.root,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

function authorizationFromItem(item: Record<string, unknown>): Authorization {
  const optional = (name: keyof Authorization, value: unknown) =>
    value === undefined ? {} : { [name]: value };
  return {
    contractId: String(item.contract_id),
    owner: String(item.owner),
    kind: item.kind as BizScene,
    payerAccountNo: String(item.payer_account_no),
    ...optional("payeeAccountNo", item.payee_account_no),
    ...optional("maxRatioBasisPoints", item.max_ratio_basis_points),
    validFrom: String(item.valid_from),
    validUntil: String(item.valid_until),
    root: String(item.root),
    ...optional("withdrawnAt", item.withdrawn_at),
  };
}

/** Reads what `table`, the contracts' own, knows of accounts. */
export function authorizations(world: World, table: string) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws));
  return {
    /**
     * The newest authorisation that is live at `at`, or undefined. Without a payee it is the one that allows
     * the payer to pay at all. Throws when there are too many contracts to tell.
     */
    async find(
      kind: BizScene,
      payer: string,
      payee: string | undefined,
      at: string,
    ): Promise<Authorization | undefined> {
      const found: Authorization[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const page = await dynamo.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: "pk = :payer AND begins_with(sk, :payee)",
            ExpressionAttributeValues: {
              ":payer": partitionOf(kind, payer),
              ":payee": payeePrefix(payee),
            },
            ConsistentRead: true,
            Limit: pageSize,
            ExclusiveStartKey: from,
          }),
        );
        found.push(...(page.Items ?? []).map(authorizationFromItem));
        from = page.LastEvaluatedKey;
        if (from !== undefined && found.length >= contractLimit)
          throw new Error(
            `${kind} of ${payer} and ${payee ?? "anybody"}: more than ${contractLimit} contracts; withdraw what is no longer meant`,
          );
      } while (from !== undefined);
      return found.filter((one) => isLive(one, at)).toSorted(newestFirst)[0];
    },
  };
}

export type Authorizations = ReturnType<typeof authorizations>;

/** Two completed in the same millisecond are told apart by their ids, so that every reader picks the same one. */
const newestFirst = (a: Authorization, b: Authorization): number =>
  b.validFrom.localeCompare(a.validFrom) || b.contractId.localeCompare(a.contractId);
