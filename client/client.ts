import { agreementCalls } from "./agreement.ts";
import { nativeCalls } from "./native.ts";
import { type Credentials, partnerClient } from "./signed-call.ts";
import { transactionCalls } from "./transactions.ts";
import { walletCalls } from "./wallet.ts";

export { expected, type Reply } from "./reply.ts";
export type { Instruction } from "./transactions.ts";
export type * from "./types.ts";
export { readWebhook, type Webhook } from "./webhook.ts";

export type Connection = Credentials & {
  /** With the stage, if the address has one. */
  readonly apiUrl: string;
  /** Milliseconds since 1970; signatures follow it. */
  readonly now?: () => number;
};

export type Client = ReturnType<typeof qianyueClient>;

/** One function for each operation of each dialect, named as its description names it. Refusals are values. */
export function qianyueClient({ apiUrl, now = Date.now, ...credentials }: Connection) {
  const call = partnerClient(apiUrl, credentials, now);
  return {
    native: nativeCalls(call, apiUrl),
    agreement: agreementCalls(call),
    wallet: walletCalls(call),
    transactions: transactionCalls(call, credentials, now),
  };
}
