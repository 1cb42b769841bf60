import { parseArgs } from "node:util";
import { assembleIntake } from "../functions/assemble.ts";
import { parkedView } from "../functions/dialects/transaction.ts";
import { readResolution } from "../functions/dialects/transaction-request.ts";
import { Problem } from "../functions/domain/problem.ts";
import { orderResolver } from "../functions/intake/resolve-order.ts";
import { processRows } from "../functions/process-rows.ts";
import { operatorWorld } from "./operator-world.ts";

const usage = `npm run ops -- list
npm run ops -- show <transactionOrderNo>
npm run ops -- close <transactionOrderNo> --as retry|closeExecuted|closeFailed
               --reason CODE --ticket NUMBER --operator NAME [--clearing-order-no NUMBER]
npm run ops -- process <processId>

The manual queue: movements whose outcome at clearing nobody could learn in time (K39).
  --as      retry          send it on its way again under the same key
            closeExecuted  clearing executed it, under --clearing-order-no
            closeFailed    clearing did not and will not execute it
  --reason  CLEARING_CONFIRMED, CLEARING_DENIED, STATEMENT_SHOWS_IT, STATEMENT_SHOWS_NOTHING, CAUSE_MENDED
process shows document D's tables for one contract, personal values included: look, and close the window (K34).
  --stack   stack.json of a local stack (default .local/stack.json when AWS_REGION is not set);
            on AWS the environment of the function close-order is expected instead, for process send-process-sms's`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    as: { type: "string" },
    reason: { type: "string" },
    ticket: { type: "string" },
    operator: { type: "string" },
    "clearing-order-no": { type: "string" },
    stack: { type: "string" },
  },
});
const [action, key] = positionals;
const world = await operatorWorld(values.stack);

try {
  if (action === "list" && key === undefined) await list();
  else if (action === "show" && key !== undefined) await show(key);
  else if (action === "process" && key !== undefined) await showProcess(key);
  else if (action === "close" && key !== undefined) await close(key);
  else {
    console.error(usage);
    process.exitCode = 2;
  }
} catch (cause) {
  if (!(cause instanceof Problem)) throw cause;
  console.error(`✗ ${cause.message}`);
  process.exitCode = 2;
}

async function list(): Promise<void> {
  const { orders } = assembleIntake(world);
  let after: string | undefined;
  let count = 0;
  do {
    const page = await orders.parked(after);
    for (const order of page.orders) console.log(line(parkedView(order)));
    count += page.orders.length;
    after = page.next;
  } while (after !== undefined);
  console.log(count === 0 ? "the manual queue is empty" : `${count} wait for a decision`);
}

function line(view: ReturnType<typeof parkedView>): string {
  return `${view.transactionOrderNo.padEnd(32)} ${view.bizType.padEnd(10)} ${view.amount.padStart(16)}  ${view.payerAccountNo} → ${view.receiverAccountNo}  sent ${view.sends} times, last ${view.lastSentAt}`;
}

async function show(order: string): Promise<void> {
  const { orders } = assembleIntake(world);
  const [orderNo = "", part = "0"] = order.split("-");
  const found = await orders.read(orderNo, Number(part));
  if (found === undefined) throw new Problem("NOT_FOUND", `there is no order ${order}`);
  console.log(JSON.stringify(parkedView(found), null, 2));
  for (const { at, step, actor, facts } of await orders.history(order))
    console.log(`${at}  ${step.padEnd(18)} ${actor}  ${JSON.stringify(facts)}`);
}

async function showProcess(id: string): Promise<void> {
  const rows = await processRows(world)(id);
  if (rows === undefined) throw new Problem("NOT_FOUND", `there is no process ${id}`);
  const { evidence_chain, ...tables } = rows;
  console.log(JSON.stringify(tables, null, 2));
  for (const row of evidence_chain)
    console.log(`${row.created_at}  ${row.evidence_type.padEnd(20)} ${row.evidence_key}`);
}

async function close(order: string): Promise<void> {
  const resolution = readResolution({
    type: values.as,
    operator: values.operator,
    reason: values.reason,
    ticket: values.ticket,
    ...(values["clearing-order-no"] ? { clearingOrderNo: values["clearing-order-no"] } : {}),
  });
  const outcome = await orderResolver(world, assembleIntake(world))(order, resolution);
  if (outcome === undefined) throw new Problem("NOT_FOUND", `there is no order ${order}`);
  if ("refused" in outcome) throw new Problem("STATE_CONFLICT", outcome.refused);
  console.log(`${order} is ${outcome.order.state.status}`);
}
