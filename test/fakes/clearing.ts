import { type HttpRequest, type HttpResponse, NoAnswer } from "../../functions/world.ts";

/** What goes wrong with one call. The first three lose it before anything happened, the others after. */
export const faultsOfExecute = [
  ...(["unreachable", "lostBefore", "throttled"] as const),
  ...(["lostAfter", "errorAfter", "malformed", "otherOrder", "late", "processing"] as const),
] as const;
export const faultsOfQuery = ["lostBefore", "errorAfter", "malformed", "otherOrder"] as const;
export type ClearingFault = (typeof faultsOfExecute)[number];

type Instruction = {
  readonly requestNo: string;
  readonly payerAccountNo: string;
  readonly receiverAccountNo: string;
  readonly amount: string;
};
type Result = { readonly status: "SUCCESS" | "FAILED" | "PROCESSING"; readonly code: string };
type Pending = { readonly body: string; readonly dueMs: number };

/** Its documented longest delay is 600 s; what is late here has arrived by then. */
const latestMs = 500_000;

/** Who cannot pay, for good. */
export const poorAccount = "POOR";

/**
 * Clearing & settlement in memory: one movement a request number, and every fault that its wire can have.
 * `arrived` is asked before an instruction is looked at: a test says there what must hold by then.
 */
export function fakeClearing(options: {
  readonly nowMs: () => number;
  readonly fault: (call: "execute" | "query") => ClearingFault | undefined;
  readonly arrived: (requestNo: string) => void;
}) {
  const known = new Map<string, { readonly body: string; result: Result }>();
  const ledger: Instruction[] = [];
  let pending: Pending[] = [];
  let isHeld = false;
  const clearing = {
    ledger: ledger as readonly Instruction[],
    /** Instructions that are on their way and will be executed without anybody asking again. */
    pending: (requestNo: string): boolean =>
      pending.some(({ body }) => numberIn(body) === requestNo),
    answer,
    /** Stops executing what it took in: it stays under way. */
    hold(): void {
      isHeld = true;
    },
    /** Executes what is due by now. */
    catchUp(): void {
      if (isHeld) return;
      const due = pending.filter(({ dueMs }) => dueMs <= options.nowMs());
      pending = pending.filter((one) => !due.includes(one));
      for (const { body } of due) execute(body);
    },
  };
  return clearing;

  function answer({ method, url, body = "" }: HttpRequest): HttpResponse {
    clearing.catchUp();
    const { pathname } = new URL(url);
    const query = /^\/split\/query\/([\w-]+)$/.exec(pathname)?.[1];
    return query === undefined && method === "POST"
      ? answerExecute(String(body))
      : answerQuery(query ?? "");
  }

  function answerExecute(body: string): HttpResponse {
    const requestNo = numberIn(body);
    const fault = options.fault("execute");
    if (fault === "unreachable") throw new NoAnswer("connection refused", false);
    options.arrived(requestNo);
    if (fault === "lostBefore") throw new NoAnswer("no answer", true);
    if (fault === "throttled") return told(429, { code: "THROTTLED" });
    if (fault === "late" || fault === "processing")
      pending.push({ body, dueMs: options.nowMs() + latestMs });
    if (fault === "late") throw new NoAnswer("no answer", true);
    if (fault !== "processing") execute(body);
    else if (!known.has(requestNo)) known.set(requestNo, { body, result: underWay });
    return distorted(fault, requestNo);
  }

  function answerQuery(requestNo: string): HttpResponse {
    const fault = options.fault("query");
    if (fault === "lostBefore") throw new NoAnswer("no answer", true);
    return distorted(fault, requestNo);
  }

  function distorted(fault: ClearingFault | undefined, requestNo: string): HttpResponse {
    if (fault === "lostAfter") throw new NoAnswer("no answer", true);
    if (fault === "errorAfter") return told(503, {});
    if (fault === "malformed") return { ...told(200, {}), body: '{"broken":' };
    const result = known.get(requestNo)?.result;
    if (result === undefined) return told(404, { code: "NOT_FOUND" });
    const about = fault === "otherOrder" ? `${requestNo}X` : requestNo;
    const clearingOrderNo = result.status === "SUCCESS" ? `CL-${about}` : undefined;
    return told(200, { ...result, requestNo: about, clearingOrderNo });
  }

  function execute(body: string): void {
    const instruction: Instruction = JSON.parse(body);
    const { requestNo, payerAccountNo } = instruction;
    const before = known.get(requestNo);
    if (before !== undefined && before.body !== body)
      throw new Error(`${requestNo} came with two bodies`);
    if (before !== undefined && before.result.status !== "PROCESSING") return;
    const poor = payerAccountNo === poorAccount;
    known.set(requestNo, { body, result: poor ? denied : done });
    if (!poor) ledger.push(instruction);
  }
}

const done: Result = { status: "SUCCESS", code: "SUCCESS" };
const denied: Result = { status: "FAILED", code: "INSUFFICIENT_BALANCE" };
const underWay: Result = { status: "PROCESSING", code: "PROCESSING" };

const numberIn = (body: string): string => JSON.parse(body).requestNo;

const told = (status: number, body: object): HttpResponse => ({
  status,
  headers: {},
  body: JSON.stringify(body),
});
