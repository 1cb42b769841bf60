import * as z from "zod";
import { openDelayed } from "./clearing-delayed.ts";
import {
  accountsSchema,
  clearingOrderNoOf,
  type Instruction,
  instructionSchema,
  type Ledger,
  type Outcome,
  openLedger,
} from "./clearing-ledger.ts";
import { ledgerPage } from "./clearing-page.ts";
import {
  authenticated,
  invalid,
  parsed,
  parsedBody,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "./control.ts";
import type { OwnFaults } from "./faults.ts";
import type { Credential } from "./request-signature.ts";
import { json, type WireAnswer, type WireRequest } from "./wire.ts";

/**
 * A clearing system that moves money once a request number, with its ledger at `/`. An account is never
 * short of money unless `PUT /_control/accounts` `{accountNo: {"balance"?, "frozen"?}}` says so.
 * `GET /_control/state` gives `{ledger, accounts, requests, totals}`, oldest first, the newest thousand of each.
 * Own faults: `late` cuts the answer and executes `delayMs` later, unknown to queries until then;
 * `processing` acknowledges and executes `delayMs` later; `otherOrder` executes and answers a foreign number.
 */
export function clearingSimulator(
  options: SimulatorOptions & { readonly clients: readonly Credential[] },
): Promise<Simulator> {
  const { clock, clients } = options;
  return startSimulator("clearing", options, (journal) => {
    const ledger = openLedger(journal, clock.now);
    const delayed = openDelayed(journal, clock, ledger.execute);
    const understand = (request: WireRequest): Understood => {
      const caller = authenticated(request, clients, journal, clock.now());
      return "refusal" in caller ? { answer: caller.refusal } : meaningOf(request, ledger);
    };
    const handle = (request: WireRequest): WireAnswer => {
      const { instruction, answer } = understand(request);
      return instruction ? json(200, ledger.execute(instruction)) : answer;
    };
    const ownFaults: OwnFaults = {
      late(request, { delayMs = 0 }) {
        const { instruction } = understand(request);
        if (instruction) delayed.add(instruction, delayMs);
        return "cut";
      },
      processing(request, { delayMs = 0 }) {
        const { instruction, answer } = understand(request);
        if (!instruction) return answer;
        const outcome = ledger.accept(instruction);
        if (outcome.status === "PROCESSING") delayed.add(instruction, delayMs);
        return json(200, outcome);
      },
      otherOrder: (request) => underForeignNumber(handle(request)),
    };
    delayed.resume();
    return {
      handle,
      ownFaults,
      home: (request) => ledgerPage(request, ledger),
      state: () => stateOf(ledger),
      control: (request) => control(request, ledger),
      stopTimers: delayed.stop,
    };
  });
}

/** What a signed request wants: a movement, or an answer that moves nothing. */
type Understood =
  | { readonly instruction: Instruction; readonly answer?: undefined }
  | { readonly instruction?: undefined; readonly answer: WireAnswer };

function meaningOf(request: WireRequest, ledger: Ledger): Understood {
  const call = `${request.method} ${request.path}`;
  if (call === "POST /split/execute") return instructionOf(request, ledger);
  if (call === "GET /split/statement") return { answer: statement(request, ledger) };
  const [, requestNo] = /^GET \/split\/query\/([\w-]+)$/.exec(call) ?? [];
  if (requestNo === undefined) return { answer: notFound(call, "nothing here answers to that") };
  const outcome = ledger.find(requestNo);
  return { answer: outcome ? json(200, outcome) : notFound(call, "no such request was received") };
}

function instructionOf(request: WireRequest, ledger: Ledger): Understood {
  const body = parsedBody(instructionSchema, request.body);
  if ("refusal" in body) return { answer: body.refusal };
  const { requestNo } = body.value;
  if (request.headers["idempotency-key"] !== requestNo) {
    return { answer: invalid([["Idempotency-Key", "must be the requestNo"]]) };
  }
  if (!ledger.contradicts(body.value)) return { instruction: body.value };
  const message = `requestNo ${requestNo} already stands for another instruction`;
  return { answer: json(409, { code: "REQUEST_NO_CONFLICT", message, requestNo }) };
}

const statementLimit = { usual: 100, most: 500 };
const wholeNumber = z.string().regex(/^\d{1,15}$/, "must be a whole number");
const statementSchema = z.strictObject({
  after: wholeNumber.default("0").transform(Number),
  limit: wholeNumber
    .default(String(statementLimit.usual))
    .transform(Number)
    .pipe(z.int().min(1).max(statementLimit.most)),
});

function statement(request: WireRequest, ledger: Ledger): WireAnswer {
  const query = Object.fromEntries(new URLSearchParams(request.search));
  const page = parsed(statementSchema, query);
  if ("refusal" in page) return page.refusal;
  const { after, limit } = page.value;
  const rows = ledger.statement(after, limit);
  return json(200, { rows, next: rows.length === limit ? rows.at(-1)?.seq : null });
}

/** A well-formed answer about somebody else's order. */
function underForeignNumber(answer: WireAnswer): WireAnswer {
  const { requestNo, ...outcome }: Partial<Outcome> = JSON.parse(String(answer.body));
  if (requestNo === undefined) return answer;
  const foreign = `${requestNo.slice(0, -1)}${requestNo.endsWith("0") ? "1" : "0"}`;
  const clearingOrderNo = outcome.clearingOrderNo && clearingOrderNoOf(foreign);
  return json(answer.status, { ...outcome, requestNo: foreign, clearingOrderNo });
}

function stateOf(ledger: Ledger) {
  const accounts = ledger.accounts().map(({ accountNo, ...account }) => [accountNo, account]);
  return {
    ledger: ledger.rows(),
    accounts: Object.fromEntries(accounts),
    requests: ledger.requests(),
    totals: ledger.totals(),
  };
}

function control(request: WireRequest, ledger: Ledger): WireAnswer | undefined {
  if (`${request.method} ${request.path}` !== "PUT /_control/accounts") return undefined;
  const terms = parsedBody(accountsSchema, request.body);
  if ("refusal" in terms) return terms.refusal;
  ledger.setAccounts(terms.value);
  return json(200, terms.value);
}

const notFound = (call: string, reason: string): WireAnswer =>
  json(404, { code: "NOT_FOUND", message: `${call}: ${reason}` });
