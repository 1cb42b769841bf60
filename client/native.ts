import { part, queryOf, type Repeat, repeatHeaders } from "./parts.ts";
import { type Reply, replyOf } from "./reply.ts";
import { type partnerClient, timeoutMs, urlOf } from "./signed-call.ts";
import type {
  ConsistencyProof,
  Contract,
  Description,
  Evidence,
  InclusionProof,
  KnownDocument,
  LogLeaves,
  Problem,
  RevokeContract,
  RevokedContract,
  SentMessage,
  StartAnswer,
  StartContract,
  WithdrawnContract,
} from "./types.ts";

type Call = ReturnType<typeof partnerClient>;

/** `/v1`: contracts in the words of documents A and B, and what is everybody's. */
export function nativeCalls(call: Call, apiUrl: string) {
  const ask = <Body>(...request: Parameters<Call>): Promise<Reply<Body, Problem>> =>
    replyOf(call(...request));
  const contract = (id: string) => `/v1/contracts/${part(id)}`;
  return {
    createContract: (request: StartContract, repeat: Repeat = {}) =>
      ask<StartAnswer>("POST", "/v1/contracts", request, repeatHeaders(repeat)),
    getContract: (contractId: string) => ask<Contract>("GET", contract(contractId)),
    getEvidence: (contractId: string, query: { readonly view?: "raw" } = {}) =>
      ask<Evidence>("GET", `${contract(contractId)}/evidence${queryOf(query)}`),
    resendSms: (contractId: string, query: { readonly signer?: number } = {}) =>
      ask<SentMessage>("POST", `${contract(contractId)}/sms${queryOf(query)}`),
    revokeContract: (contractId: string, request: RevokeContract) =>
      ask<RevokedContract>("POST", `${contract(contractId)}/revoke`, request),
    withdrawAuthorization: (contractId: string, request: RevokeContract) =>
      ask<WithdrawnContract>("POST", `${contract(contractId)}/withdraw`, request),
    findDocument: (sha256: string) => ask<KnownDocument>("GET", `/v1/documents/${part(sha256)}`),
    getOpenapi: (dialect: string) => ask<Description>("GET", `/v1/openapi/${part(dialect)}`),
    listLeaves: (query: { readonly from?: number; readonly limit?: number } = {}) =>
      ask<LogLeaves>("GET", `/v1/log/leaves${queryOf(query)}`),
    proveInclusion: (leafHash: string, query: { readonly size?: number } = {}) =>
      ask<InclusionProof>("GET", `/v1/log/inclusion/${part(leafHash)}${queryOf(query)}`),
    proveConsistency: (query: { readonly from: number; readonly to: number }) =>
      ask<ConsistencyProof>("GET", `/v1/log/consistency${queryOf(query)}`),
    getCheckpoint: () => file(urlOf(apiUrl, "/v1/log/checkpoint")).then(textOf),
    getLogKey: () => file(urlOf(apiUrl, "/v1/log/key")).then(textOf),
    /** The zip behind `bundleUrl` of the evidence. */
    downloadBundle: (bundleUrl: string) => file(new URL(bundleUrl)),
    /** The PDF behind the link of an answer. */
    downloadAgreement: (link: string) => file(new URL(link)),
  };
}

/** The bytes at an address that needs no signature. Throws when there are none. */
async function file(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new Error(`GET ${url.pathname}: ${response.status} ${await response.text()}`);
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
