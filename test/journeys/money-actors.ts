import { execFile } from "node:child_process";
import { randomInt, randomUUID } from "node:crypto";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type Instruction, qianyueClient } from "../../client/client.ts";
import { partnerClient } from "../../client/signed-call.ts";
import { awsOf, becomes, begin, type Flow, inTime, type Json, signed, stateOf } from "./actors.ts";
import type { OwnStack, Stack } from "./stack.ts";

/** The platform that sends instructions, clearing's books, and operations, as journeys play them. */

export function tiancaiOf(stack: Stack, { clientId = "sandbox-tiancai", now = stack.now } = {}) {
  const partner = stack.partners.find((one) => one.clientId === clientId);
  if (partner === undefined) throw new Error(`the stack has no partner ${clientId}`);
  const { transactions } = qianyueClient({ apiUrl: stack.apiUrl, ...partner, now });
  return {
    process: (bizType: string, bizData: Json, requestId: string = randomUUID()): Promise<Told> =>
      transactions.processTransaction({ requestId, bizType, bizData } as Instruction),
    query: (requestId: string): Promise<Told> => transactions.queryTransaction(requestId),
  };
}

/** Journeys also send what no type allows, and read what comes of it. */
type Told = { readonly status: number; readonly replayed: boolean; readonly body: Json };

export function operatorOf(stack: Stack) {
  const operator = stack.partners.find(({ clientId }) => clientId === "sandbox-operations");
  if (operator === undefined) throw new Error("the stack has no operator");
  return partnerClient(stack.apiUrl, operator, stack.now);
}

/** An account that no other test pays from. */
export const newAccount = (): string => `ACC${String(randomInt(10 ** 9)).padStart(9, "0")}`;

export const splitData = (more: Json = {}): Json => ({
  bizOrderNo: `B-${newAccount()}`,
  payerInfo: { accountNo: newAccount() },
  receiverInfo: { accountNo: newAccount() },
  amount: "12.34",
  ...more,
});

export type Row = {
  readonly requestNo: string;
  readonly amount: string;
  readonly clearingOrderNo: string;
  readonly authorizationRef?: string;
  readonly receiverAccountNo: string;
};

/** What clearing executed under an order's number and those of its parts. */
export async function ledgerOf(stack: Stack, orderNo: string): Promise<readonly Row[]> {
  const { ledger } = await stateOf(stack.simulators.clearing);
  return ledger.filter(({ requestNo }: Row) => requestNo.split("-")[0] === orderNo);
}

/** How often clearing was told to execute a number. */
export async function executesOf(stack: Stack, orderNo: string): Promise<number> {
  let sends = 0;
  let after: number | null = 0;
  while (after !== null) {
    const url: string = `${stack.simulators.clearing}/_control/log?after=${after}&limit=500`;
    const { requests, next }: Json = await (await fetch(url)).json();
    sends += requests.filter(
      ({ path, body }: Json) => path === "/split/execute" && String(body).includes(`"${orderNo}"`),
    ).length;
    after = next;
  }
  return sends;
}

/** Lets time pass until the order has ended; each step is longer than the queue's first pauses. */
export const ends = (
  stack: Stack,
  requestId: string,
  tell: (data: Json) => void = () => {},
): Promise<Json> =>
  inTime(
    stack,
    `order ${requestId} to end`,
    async () => {
      const { data } = (await tiancaiOf(stack).query(requestId)).body;
      tell(data);
      return data.status === "PROCESSING" ? undefined : data;
    },
    20_000,
  );

/** Everything that happened to an order, as the chain keeps it. */
export async function historyOf(stack: Stack, key: string): Promise<Json[]> {
  const { Items = [] } = await DynamoDBDocumentClient.from(new DynamoDBClient(awsOf(stack))).send(
    new QueryCommand({
      TableName: String(stack.environment.EVIDENCE_CHAIN_TABLE),
      KeyConditionExpression: "contract_id = :id",
      ExpressionAttributeValues: { ":id": key },
    }),
  );
  return Items.map((item) => ({ ...item, facts: JSON.parse(item.step_data) }));
}

/** A store signs that its headquarters may collect from it, for real. */
export async function pooled(stack: Stack, payer: string, payee: string): Promise<Flow> {
  const authorization = { payerAccountNo: payer, payeeAccountNo: payee, maxRatio: "0.8" };
  const flow = await begin(stack, "pooling", { authorization });
  await (await signed(flow)).confirmDeposit();
  await becomes(flow, "COMPLETED");
  return flow;
}

type Said = { readonly code: number; readonly said: string };

/** A program of ours in a process of its own, on this stack. */
export const run = (stack: OwnStack, program: string, ...options: string[]): Promise<Said> =>
  new Promise((done) => {
    const stackFile = join(stack.dataDir, "stack.json");
    execFile(
      process.execPath,
      [program, ...options, "--stack", stackFile],
      (cause, stdout, stderr) =>
        done({ code: Number(cause?.code ?? 0), said: `${stdout}${stderr}` }),
    );
  });

export const told = ({ status, body }: Pick<Told, "status" | "body">) =>
  `${status} ${body.code} ${body.data?.status}`;
