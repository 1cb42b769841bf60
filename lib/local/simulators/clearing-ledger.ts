import { createHash } from "node:crypto";
import * as z from "zod";
import type { Journal } from "./journal.ts";

const accountNo = z.string().min(1).max(64);
/** Requirements 3.3, "Amount". */
const yuanForm = /^(0|[1-9]\d{0,12})(\.\d{1,2})?$/;
const yuan = z
  .string()
  .regex(yuanForm, { error: 'must be yuan with at most two decimals, as "12.34"', abort: true });

export const instructionSchema = z.strictObject({
  requestNo: z.string().regex(/^[\w-]{1,64}$/, "must be 1 to 64 letters, digits, _ or -"),
  bizType: z.enum(["SPLIT", "COLLECTION", "BATCH_PAY"]),
  payerAccountNo: accountNo,
  receiverAccountNo: accountNo,
  amount: yuan.refine((text) => fenOf(text) > 0n, "must be more than nothing"),
  authorizationRef: z.string().min(1).max(200).optional(),
});
export type Instruction = z.infer<typeof instructionSchema>;

export const accountsSchema = z.record(
  accountNo,
  z
    .strictObject({ balance: yuan.optional(), frozen: z.boolean().optional() })
    .refine((terms) => Object.keys(terms).length > 0, "give balance, frozen or both"),
);

type AccountTerms = z.infer<typeof accountsSchema>;

/** What was answered to a request number, and is answered again for ever once it is final. */
export type Outcome = {
  readonly requestNo: string;
  readonly status: "SUCCESS" | "PROCESSING" | "FAILED";
  readonly code: string;
  readonly message: string;
  /** Only where money moved. */
  readonly clearingOrderNo?: string;
};

type Request = { readonly instruction: Instruction; readonly outcome: Outcome };

/** One executed movement. Amounts are kept as yuan with two decimals and summed in whole fen. */
export type LedgerRow = Instruction & { readonly clearingOrderNo: string; readonly at: string };

/** An account without a balance is never short of money. */
export type Account = {
  readonly accountNo: string;
  readonly balance?: string;
  readonly frozen?: boolean;
  readonly paid: string;
  readonly received: string;
};

type Totals = { readonly rows: number; readonly amount: string };

export type Ledger = ReturnType<typeof openLedger>;

/** The books of a clearing system: a request, its movement and both accounts change together or not at all. */
export function openLedger(journal: Journal, now: () => number) {
  const known = (requestNo: string) => journal.read<Request>("request", requestNo);
  return {
    find: (requestNo: string): Outcome | undefined => known(requestNo)?.outcome,
    /** True if the number already stands for another instruction. */
    contradicts(instruction: Instruction): boolean {
      const earlier = known(instruction.requestNo)?.instruction;
      return earlier !== undefined && JSON.stringify(earlier) !== JSON.stringify(instruction);
    },
    /** Executes once: a number that has its final outcome gets it again. */
    execute: (instruction: Instruction): Outcome =>
      journal.atomically(() => {
        const outcome = known(instruction.requestNo)?.outcome;
        return outcome && outcome.status !== "PROCESSING"
          ? outcome
          : settle(journal, instruction, new Date(now()).toISOString());
      }),
    /** Acknowledges without executing: that is left to `execute`. */
    accept(instruction: Instruction): Outcome {
      const { requestNo } = instruction;
      const message = "accepted, not executed yet";
      const outcome: Outcome = { requestNo, status: "PROCESSING", code: "PROCESSING", message };
      if (known(requestNo) === undefined)
        journal.write("request", requestNo, { instruction, outcome });
      return known(requestNo)?.outcome ?? outcome;
    },
    /** At most `limit` movements after that sequence number, oldest first. */
    statement: (after: number, limit: number) =>
      journal.page<LedgerRow>("row", after, limit).map(({ seq, item }) => ({ seq, ...item })),
    /** Of all movements, however many. */
    totals: () => totalsOf(journal),
    rows: () => journal.list<LedgerRow>("row"),
    accounts: () => journal.list<Account>("account"),
    requests: () => journal.list<Request>("request"),
    setAccounts: (terms: AccountTerms): void =>
      journal.atomically(() => {
        for (const [accountNo, { balance, frozen }] of Object.entries(terms)) {
          changeAccount(journal, accountNo, {
            ...(balance !== undefined && { balance: sum("0", balance) }),
            ...(frozen !== undefined && { frozen }),
          });
        }
      }),
  };
}

function settle(journal: Journal, instruction: Instruction, at: string): Outcome {
  const { requestNo } = instruction;
  const refusal = refusalOf(journal, instruction);
  const outcome: Outcome = refusal
    ? { requestNo, status: "FAILED", ...refusal }
    : {
        requestNo,
        status: "SUCCESS",
        code: "SUCCESS",
        message: "executed",
        clearingOrderNo: clearingOrderNoOf(requestNo),
      };
  journal.write("request", requestNo, { instruction, outcome } satisfies Request);
  if (outcome.clearingOrderNo) move(journal, instruction, outcome.clearingOrderNo, at);
  return outcome;
}

/** Follows from the request number, so that the same request gets the same answer for ever. */
export function clearingOrderNoOf(requestNo: string): string {
  const digest = createHash("sha256").update(requestNo).digest("hex");
  return `CL${digest.slice(0, 24).toUpperCase()}`;
}

function refusalOf(journal: Journal, { payerAccountNo, receiverAccountNo, amount }: Instruction) {
  const frozen = [payerAccountNo, receiverAccountNo].find(
    (accountNo) => accountOf(journal, accountNo).frozen,
  );
  if (frozen !== undefined)
    return { code: "ACCOUNT_FROZEN", message: `account ${frozen} is frozen` };
  const { balance } = accountOf(journal, payerAccountNo);
  if (balance === undefined || fenOf(balance) >= fenOf(amount)) return undefined;
  const message = `account ${payerAccountNo} holds ${balance}, ${amount} was asked for`;
  return { code: "INSUFFICIENT_BALANCE", message };
}

function move(
  journal: Journal,
  instruction: Instruction,
  clearingOrderNo: string,
  at: string,
): void {
  const { payerAccountNo, receiverAccountNo, amount } = instruction;
  const row: LedgerRow = { ...instruction, amount: sum("0", amount), clearingOrderNo, at };
  journal.write("row", clearingOrderNo, row);
  const payer = accountOf(journal, payerAccountNo);
  changeAccount(journal, payerAccountNo, {
    paid: sum(payer.paid, amount),
    ...(payer.balance !== undefined && { balance: sum(payer.balance, `-${amount}`) }),
  });
  // Read only now: an account may pay itself.
  const receiver = accountOf(journal, receiverAccountNo);
  changeAccount(journal, receiverAccountNo, {
    received: sum(receiver.received, amount),
    ...(receiver.balance !== undefined && { balance: sum(receiver.balance, amount) }),
  });
  const before = totalsOf(journal);
  journal.write("totals", "all", { rows: before.rows + 1, amount: sum(before.amount, amount) });
}

const totalsOf = (journal: Journal): Totals =>
  journal.read("totals", "all") ?? { rows: 0, amount: "0.00" };

const accountOf = (journal: Journal, accountNo: string): Account =>
  journal.read("account", accountNo) ?? { accountNo, paid: "0.00", received: "0.00" };

function changeAccount(journal: Journal, accountNo: string, change: Partial<Account>): void {
  journal.write("account", accountNo, { ...accountOf(journal, accountNo), ...change });
}

/** Yuan as text to whole fen; `bigint`, because the total of many large amounts outgrows exact numbers. */
function fenOf(yuan: string): bigint {
  const [whole = "", cents = ""] = yuan.replace("-", "").split(".");
  const fen = BigInt(whole + cents.padEnd(2, "0"));
  return yuan.startsWith("-") ? -fen : fen;
}

/** Two amounts of yuan added without rounding, with two decimals. */
function sum(left: string, right: string): string {
  const fen = fenOf(left) + fenOf(right);
  const digits = String(fen < 0n ? -fen : fen).padStart(3, "0");
  return `${fen < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
