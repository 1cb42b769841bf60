import { parseArgs } from "node:util";
import { assembleIntake } from "../functions/assemble.ts";
import { type Fen, formatAmount, readAmount } from "../functions/domain/money.ts";
import {
  type Movement,
  type Reconciliation,
  reconcile,
} from "../functions/domain/reconciliation.ts";
import type { Order } from "../functions/domain/transaction.ts";
import { operatorWorld } from "./operator-world.ts";

const usage = `npm run reconcile -- [--stack FILE] [--json]

Holds every order against clearing's statement, to the fen. Ends with 1 if they differ.
  --stack  stack.json of a local stack (default .local/stack.json when AWS_REGION is not set);
           on AWS the environment of the function clear-transaction is expected instead
  --json   prints the result for a program`;

const statementPage = 500;

const { values } = parseArgs({
  options: {
    stack: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const world = await operatorWorld(values.stack);
const { orders, clearing } = assembleIntake(world);
// The statement first: whatever it holds had its order before. What orders became since then is still open.
const asOf = world.now();
const statement = await wholeStatement();
const read = await allOrders();
const result = reconcile(read, statement, asOf);
console.log(values.json ? json(result) : table(result, read.length));
process.exitCode = result.differences.length > 0 ? 1 : 0;

async function allOrders(): Promise<readonly Order[]> {
  const found: Order[] = [];
  let after: string | undefined;
  do {
    const page = await orders.all(after);
    found.push(...page.orders);
    after = page.next;
  } while (after !== undefined);
  return found;
}

async function wholeStatement(): Promise<readonly Movement[]> {
  const rows: Movement[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const page: Awaited<ReturnType<typeof clearing.statement>> = await clearing.statement(
      after,
      statementPage,
    );
    rows.push(...page.rows.map(({ amount, ...row }) => ({ ...row, amountFen: fenOf(amount) })));
    after = page.next;
  }
  return rows;
}

function fenOf(amount: string): number {
  const reading = readAmount(amount);
  if ("fault" in reading) throw new Error(`clearing's statement: an amount ${reading.fault}`);
  return reading.fen;
}

function table({ differences, ...totals }: Reconciliation, count: number): string {
  const line = (name: string, { count, fen }: Reconciliation["open"]) =>
    `  ${name.padEnd(34)} ${String(count).padStart(8)} ${yuan(fen).padStart(18)}`;
  return [
    `${count} records of orders against clearing's statement`,
    line("executed at clearing", totals.executed),
    line("orders that succeeded", totals.succeeded),
    line("open here, executed already", totals.openExecuted),
    line("open here, not executed", totals.open),
    ...differences.map(({ key, fault }) => `✗ ${key} ${fault}`),
    differences.length === 0
      ? "✓ orders and ledger are equal to the fen"
      : `✗ ${differences.length} differences: show each order (npm run ops -- show <number>), then settle with clearing`,
  ].join("\n");
}

function yuan(fen: bigint): string {
  return formatAmount(Number(fen) as Fen);
}

function json(result: Reconciliation): string {
  return JSON.stringify(
    result,
    (_, value) => (typeof value === "bigint" ? String(value) : value),
    2,
  );
}
