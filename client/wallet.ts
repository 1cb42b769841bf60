import { part, type Repeat, repeatHeaders } from "./parts.ts";
import { type Reply, replyOf } from "./reply.ts";
import type { partnerClient } from "./signed-call.ts";
import type { InitiatedProcess, InitiateProcess, Process, WalletProblem } from "./types.ts";

type Call = ReturnType<typeof partnerClient>;

/** `waitSeconds`: how long the answer may wait for the message to leave, ten at most. */
type Waiting = Repeat & { readonly waitSeconds?: number };

/** Document D: processes of the wallet. */
export function walletCalls(call: Call) {
  const ask = <Body>(...request: Parameters<Call>): Promise<Reply<Body, WalletProblem>> =>
    replyOf(call(...request));
  return {
    /** `businessId` is the wallet's serial number and names one process for ever, as `requestId` does. */
    initiateProcess: (
      request: InitiateProcess,
      options: Waiting & { readonly businessId: string },
    ) => {
      const names = { "x-system-code": "WALLET", "x-business-id": options.businessId };
      const headers = { ...names, ...waitingHeaders(options) };
      return ask<InitiatedProcess>("POST", "/api/v1/esign/process/initiate", request, headers);
    },
    sendProcessSms: (request: InitiateProcess, options: Waiting = {}) => {
      const headers = waitingHeaders(options);
      return ask<InitiatedProcess>("POST", "/api/v1/notification/sms/send", request, headers);
    },
    getProcess: (processId: string) =>
      ask<Process>("GET", `/api/v1/esign/process/${part(processId)}`),
  };
}

const waitingHeaders = ({ waitSeconds, ...repeat }: Waiting): Record<string, string> => ({
  ...repeatHeaders(repeat),
  ...(waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` }),
});
