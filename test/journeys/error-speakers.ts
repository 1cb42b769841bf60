import { randomUUID } from "node:crypto";
import { qianyueClient } from "../../client/client.ts";
import type { Instruction } from "../../client/transactions.ts";
import { signedHeaders } from "../../lib/local/simulators/request-signature.ts";
import { type Json, requestFor } from "./actors.ts";
import { agreementRequest } from "./agreement-actors.ts";
import { splitData } from "./money-actors.ts";
import type { Stack } from "./stack.ts";
import { walletRequest } from "./wallet-actors.ts";

/** One client a dialect, each with the same ways to go wrong. */

export type Dialect = "A" | "C" | "D" | "T";

/** Who claims to call, and when; otherwise the client itself, now. */
type Claim = { readonly clientId?: string; readonly secret?: string; readonly lateMs?: number };

type Answer = { readonly status: number; readonly body: Json };

export type Speaker = {
  /** A request that would be accepted, with a key of its own. */
  request(): Json;
  /** That request with a fault, or with another value under the same key. */
  readonly faulty: Readonly<Record<Fault, (request: Json) => Json>>;
  start(request: Json, claim?: Claim): Promise<Answer>;
  /** The answer to the second of two calls that are the same to the byte. */
  replayed(): Promise<Answer>;
};

type Fault = "missing" | "invalid" | "unsupported" | "different";

export const speakersOf = (stack: Stack): Readonly<Record<Dialect, Speaker>> => ({
  A: {
    request: () => requestFor(stack, "personal"),
    faulty: {
      missing: (request) => ({ ...request, userType: undefined }),
      invalid: ({ userInfo, ...rest }) => ({ ...rest, userInfo: { ...userInfo, mobile: "123" } }),
      unsupported: (request) => ({ ...request, bizScene: "LOAN" }),
      different: (request) => ({ ...request, fundPurpose: "另一个用途" }),
    },
    ...inHeaders(stack, "sandbox-a", "/v1/contracts"),
  },
  C: {
    request: () => agreementRequest(stack),
    faulty: {
      missing: (request) => ({ ...request, title: undefined }),
      invalid: (request) => ({ ...request, expireDays: 0 }),
      unsupported: (request) => ({ ...request, bizType: "LOAN" }),
      different: (request) => ({ ...request, title: "另一份协议" }),
    },
    ...inHeaders(stack, "sandbox-agreement", "/api/v1/contract/initiate"),
  },
  D: {
    request: () => walletRequest(stack, "person"),
    faulty: {
      missing: (request) => ({ ...request, fundPurpose: undefined }),
      invalid: (request) => ({ ...request, callbackUrl: "nowhere" }),
      unsupported: (request) => ({ ...request, scene: "LOAN" }),
      different: (request) => ({ ...request, fundPurpose: "货款" }),
    },
    ...inHeaders(stack, "sandbox-wallet", "/api/v1/esign/process/initiate"),
  },
  T: {
    request: () => ({ requestId: randomUUID(), bizType: "SPLIT", bizData: splitData() }),
    faulty: {
      missing: (request) => withAmount(request, undefined),
      invalid: (request) => withAmount(request, "1e2"),
      unsupported: (request) => ({ ...request, bizType: "REFUND" }),
      different: (request) => withAmount(request, "12.35"),
    },
    start: (request, { lateMs = 0, ...claim } = {}) =>
      qianyueClient({
        apiUrl: stack.apiUrl,
        ...credentialsOf(stack, "sandbox-tiancai"),
        ...claim,
        now: () => stack.now() - lateMs,
      }).transactions.processTransaction(request as Instruction),
    // An instruction has no nonce; its query has one.
    replayed: () => twice(stack, "sandbox-tiancai", `/api/v1/transaction/query/${randomUUID()}`),
  },
});

const withAmount = ({ bizData, ...rest }: Json, amount: unknown): Json => ({
  ...rest,
  bizData: { ...bizData, amount },
});

/** The dialects whose requests are signed in four headers. */
function inHeaders(
  stack: Stack,
  clientId: string,
  path: string,
): Pick<Speaker, "start" | "replayed"> {
  return {
    start: (request, { lateMs = 0, ...claim } = {}) => {
      const credentials = { ...credentialsOf(stack, clientId), ...claim };
      return send(stack, { method: "POST", path, body: JSON.stringify(request) }, (part) =>
        signedHeaders(credentials, part, stack.now() - lateMs, randomUUID()),
      );
    },
    replayed: () => twice(stack, clientId, `${path.replace(/\/initiate$/, "")}/CT0`),
  };
}

async function twice(stack: Stack, clientId: string, path: string): Promise<Answer> {
  const [at, nonce] = [stack.now(), randomUUID()];
  const ask = () =>
    send(stack, { method: "GET", path, body: "" }, (part) =>
      signedHeaders(credentialsOf(stack, clientId), part, at, nonce),
    );
  const first = await ask();
  if (first.status !== 404) throw new Error(`GET ${path}: ${first.status} instead of 404`);
  return ask();
}

type Part = { readonly method: string; readonly path: string; readonly body: string };

async function send(
  stack: Stack,
  part: Part,
  sign: (part: Part & { search: string }) => Record<string, string>,
): Promise<Answer> {
  const { method, path, body } = part;
  const response = await fetch(`${stack.apiUrl}${path}`, {
    method,
    headers: {
      ...sign({ ...part, search: "" }),
      ...(body === "" ? {} : { "content-type": "application/json" }),
      "x-system-code": "WALLET",
      "x-business-id": `BIZ-${randomUUID()}`,
    },
    ...(body === "" ? {} : { body }),
  });
  return { status: response.status, body: await response.json() };
}

function credentialsOf(stack: Stack, clientId: string) {
  const found = stack.partners.find((one) => one.clientId === clientId);
  if (found === undefined) throw new Error(`the stack has no partner ${clientId}`);
  return { clientId, secret: found.secret };
}
