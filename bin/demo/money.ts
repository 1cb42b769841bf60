import { type Client, expected, qianyueClient } from "../../client/client.ts";
import { eventually } from "../../examples/signer.ts";
import type { LocalStack } from "../../lib/local/stack.ts";
import { bold, green, tell } from "./telling.ts";

/** What Tiancai sends to have money collected from a store for its headquarters. */
const collection = (store: string, amount: string) => ({
  bizType: "COLLECTION" as const,
  bizData: {
    bizOrderNo: `POOL-${store}-${amount}`,
    payerInfo: { accountNo: store },
    receiverInfo: { accountNo: "ACC100001" },
    amount,
    extInfo: { sourceOrderNo: "ORDER-1", sourceOrderAmount: "1000.00" },
  },
});

/** Tiancai collects under what the store just signed, without it, and while clearing loses an answer. */
export async function moveMoney(stack: LocalStack): Promise<void> {
  const app = stack.partners.find(({ dialects }) => dialects.includes("T"));
  if (app === undefined) throw new Error("the local stack has no partner that speaks T");
  const now = () => stack.clock.now();
  const { transactions } = qianyueClient({ apiUrl: stack.apiUrl, ...app, now });
  console.log(`\n${bold("Money moves once, and only with that authorisation")}`);

  const collect = (store: string, amount: string) =>
    transactions.processTransaction(collection(store, amount));
  const { data } = await expected(collect("ACC100002", "500.00"));
  if (data.status !== "SUCCESS") throw new Error(`collect: ${JSON.stringify(data)}`);
  tell(
    green(`500.00 collected: order ${data.transactionOrderNo}, clearing ${data.clearingOrderNo}`),
  );

  const more = await collect("ACC100002", "300.01");
  tell(`300.01 more of the same order: ${more.status} ${more.body.code}: ${more.body.message}`);
  const stranger = await collect("ACC100009", "10.00");
  tell(`10.00 from a store that signed nothing: ${stranger.status} ${stranger.body.code}`);
  await loseAnAnswer(stack, transactions);
}

async function loseAnAnswer(
  stack: LocalStack,
  transactions: Client["transactions"],
): Promise<void> {
  const { clearing } = stack.simulators;
  const faults = [
    { match: { path: "/split/execute" }, kind: "after", times: 1 },
    { match: { path: "/split/query/*" }, kind: "status", status: 503, times: 1 },
  ];
  await fetch(`${clearing}/_control/faults`, { method: "PUT", body: JSON.stringify(faults) });
  const { data: sent } = await expected(
    transactions.processTransaction(collection("ACC100002", "200.00")),
  );
  tell(`200.00 more, but clearing executes it and its answer is lost: ${sent.status}`);
  const { requestId, transactionOrderNo } = sent;
  const result = await eventually("the lost answer to be found", async () => {
    const { data } = await expected(transactions.queryTransaction(requestId));
    if (data.status === "PROCESSING") stack.clock.advance(queuePauseMs);
    return data.status === "PROCESSING" ? undefined : data;
  });
  const { ledger } = await (await fetch(`${clearing}/_control/state`)).json();
  const rows = ledger.filter((row: { requestNo: string }) => row.requestNo === transactionOrderNo);
  tell(
    green(`asked again instead of sent again: ${result.status}, ${rows.length} row in the ledger`),
  );
  if (result.status !== "SUCCESS" || rows.length !== 1) throw new Error("money moved wrongly");
}

/** The queue looks again after half a minute; the demo lets the stack's clock pass instead of waiting. */
const queuePauseMs = 5_000;
