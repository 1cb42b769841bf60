import { createHash, createHmac, randomUUID } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";
import { part, type Repeat, repeatHeaders } from "./parts.ts";
import { type Reply, replyOf } from "./reply.ts";
import type { Credentials, partnerClient } from "./signed-call.ts";
import type {
  ProcessedTransaction,
  ProcessTransaction,
  RefusedTransaction,
  Transaction,
  TransactionProblem,
} from "./types.ts";

type Call = ReturnType<typeof partnerClient>;

/** Of each kind what it asks for; the client adds who sends it, and when. */
export type Instruction = ProcessTransaction extends infer Kind
  ? Kind extends ProcessTransaction
    ? Pick<Kind, "bizType" | "bizData"> & { readonly requestId?: string }
    : never
  : never;

/** Document T: instructions to move money. */
export function transactionCalls(call: Call, credentials: Credentials, now: () => number) {
  return {
    /** A `requestId` names an instruction for ever: keep it, and send the same again when no answer came. */
    processTransaction: (
      instruction: Instruction,
      repeat: Repeat = {},
    ): Promise<Reply<ProcessedTransaction, RefusedTransaction>> => {
      const body = signedInstruction(instruction, credentials, now());
      return replyOf(call("POST", "/api/v1/transaction/process", body, repeatHeaders(repeat)));
    },
    queryTransaction: (requestId: string): Promise<Reply<Transaction, TransactionProblem>> =>
      replyOf(call("GET", `/api/v1/transaction/query/${part(requestId)}`)),
  };
}

/** The body of an instruction: its signature covers the canonical form of `bizData`, so that layout does not matter. */
export function signedInstruction(
  { requestId = randomUUID(), bizType, bizData }: Instruction,
  { clientId: appId, secret }: Credentials,
  timestamp: number,
) {
  const dataHash = createHash("sha256").update(canonicalJson(bizData)).digest("hex");
  const signed = [appId, requestId, timestamp, bizType, dataHash].join("\n");
  const signature = createHmac("sha256", secret).update(signed).digest("hex");
  return { requestId, appId, signature, timestamp, bizType, bizData };
}
