import { authorizations } from "./adapters/authorizations.ts";
import { breaker } from "./adapters/breaker.ts";
import { clearing } from "./adapters/clearing.ts";
import { contractStore } from "./adapters/contract-store.ts";
import { dataKeys } from "./adapters/data-key.ts";
import { nonceGuard } from "./adapters/nonce-guard.ts";
import { orderStore } from "./adapters/order-store.ts";
import { type Partner, partnerDirectory } from "./adapters/partners.ts";
import { peers } from "./adapters/peers.ts";
import { platformKeys } from "./adapters/platform-keys.ts";
import { smsGateway } from "./adapters/sms-gateway.ts";
import { templateStore } from "./adapters/template-store.ts";
import { timestampAuthority } from "./adapters/timestamp-authority.ts";
import { verificationSystem } from "./adapters/verification-system.ts";
import type { H5Urls } from "./dialects/native.ts";
import type { Contract } from "./domain/contract.ts";
import { Problem } from "./domain/problem.ts";
import { profileOf } from "./domain/profile.ts";
import { readEnvironment } from "./environment.ts";
import { type HttpCall, verifyCaller } from "./http.ts";
import { batchClearer } from "./intake/clear-batch.ts";
import { orderClearer } from "./intake/clear-order.ts";
import type { World } from "./world.ts";

/** The adapters that several Lambdas share, wired to the environment that deployment gave them. */

export function assembleContracts(world: World) {
  const env = readEnvironment(world, "CONTRACT_FLOW_TABLE", "EVIDENCE_CHAIN_TABLE", "DATA_KEY_ID");
  const tables = { flow: env.CONTRACT_FLOW_TABLE, chain: env.EVIDENCE_CHAIN_TABLE };
  return contractStore(world, tables, dataKeys(world, env.DATA_KEY_ID));
}

export function assembleLinks(world: World) {
  const env = readEnvironment(world, "PLATFORM_SECRET_ID", "PUBLIC_BASE_URL");
  const keys = platformKeys(world, env.PLATFORM_SECRET_ID);
  const h5Url = async (contractId: string, signer = 1) =>
    `${env.PUBLIC_BASE_URL}/h5/${await keys.linkToken(contractId, signer)}`;
  const shortUrl = async (contractId: string, signer: number) =>
    `${env.PUBLIC_BASE_URL}/s/${await keys.shortCode(contractId, signer)}`;
  return {
    keys,
    h5Url,
    /** Each signer's own link, by number. */
    async h5Urls({ id, signers }: Contract): Promise<H5Urls> {
      const pairs = signers.map(async ({ number }) => [number, await h5Url(id, number)] as const);
      return Object.fromEntries(await Promise.all(pairs));
    },
    /** What a message or a QR code carries instead (C-07). */
    shortUrl,
    /** The link that a message brings, as the contract's dialect has it. */
    messageUrl: (contract: Contract, signer: number) =>
      profileOf(contract).shortLinks ? shortUrl(contract.id, signer) : h5Url(contract.id, signer),
    /** Says whose result it is, for a callback may come before we know its verificationId. */
    callbackUrl: (contractId: string, signer: number) =>
      `${env.PUBLIC_BASE_URL}/v1/contracts/${contractId}/callback/auth${signer === 1 ? "" : `?signer=${signer}`}`,
  };
}

/** Answers the partner whose signature a call carries, or throws the 401 that tells nothing. */
export function assemblePartners(world: World) {
  const env = readEnvironment(world, "PARTNERS_SECRET_ID", "GUARD_TABLE");
  const find = partnerDirectory(world, env.PARTNERS_SECRET_ID);
  const nonces = nonceGuard(world, env.GUARD_TABLE);
  return (call: HttpCall): Promise<Partner> => verifyCaller(world, nonces, call, find);
}

export function assembleTemplates(world: World) {
  const env = readEnvironment(world, "TEMPLATE_TABLE");
  return templateStore(world, env.TEMPLATE_TABLE);
}

export function assembleSms(world: World) {
  const env = readEnvironment(world, "SMS_GATEWAY_URL", "PEERS_SECRET_ID");
  const read = peers(world, env.PEERS_SECRET_ID);
  return smsGateway(world, env.SMS_GATEWAY_URL, async () => (await read()).smsGateway);
}

export function assembleVerification(world: World) {
  const env = readEnvironment(world, "VERIFICATION_URL", "PEERS_SECRET_ID");
  const read = peers(world, env.PEERS_SECRET_ID);
  return verificationSystem(
    world,
    env.VERIFICATION_URL,
    async () => (await read()).verificationSystem,
  );
}

/** Everything that moves an order: its store, clearing behind the shared breaker, and what authorises it. */
export function assembleIntake(world: World) {
  const env = readEnvironment(
    world,
    "TRANSACTION_ORDER_TABLE",
    "EVIDENCE_CHAIN_TABLE",
    "CONTRACT_FLOW_TABLE",
    "GUARD_TABLE",
    "PEERS_SECRET_ID",
    "CLEARING_URL",
    "ACCOUNT_CODE",
  );
  const orders = orderStore(world, {
    orders: env.TRANSACTION_ORDER_TABLE,
    chain: env.EVIDENCE_CHAIN_TABLE,
  });
  const readPeers = peers(world, env.PEERS_SECRET_ID);
  const shared = breaker(world, env.GUARD_TABLE, "clearing");
  const outside = clearing(world, {
    url: env.CLEARING_URL,
    async peer() {
      const { clearing: key } = await readPeers();
      if (key === undefined) throw new Error("the secret of peers holds no key for clearing yet");
      return key;
    },
    breaker: shared,
  });
  const relations = authorizations(world, env.CONTRACT_FLOW_TABLE);
  const clear = orderClearer(world, {
    orders,
    clearing: outside,
    breaker: shared,
    authorizations: relations,
  });
  return {
    orders,
    authorizations: relations,
    breaker: shared,
    clearing: outside,
    accountCode: new RegExp(env.ACCOUNT_CODE),
    clear,
    ...batchClearer(world, { orders, authorizations: relations, breaker: shared, clear }),
  };
}

export function assembleTimestamps(world: World) {
  const env = readEnvironment(world, "TIMESTAMP_URLS", "TIMESTAMP_ROOTS");
  const urls = env.TIMESTAMP_URLS.split(",").filter(Boolean);
  return timestampAuthority(world, { urls, roots: env.TIMESTAMP_ROOTS });
}

/** B-43: every record's id begins with its contract's, so each of them finds it. */
const recordSuffix = /-[A-Z]\d*[FM]?$/;
export const contractIdForm = /^CT[0-9A-HJKMNP-TV-Z]{26}$/;

/** The partner's own contract. Another partner's answers exactly like none at all (design 7). */
export async function findOwned(
  contracts: { read(id: string): Promise<Contract | undefined> },
  owner: string,
  anyId: string | undefined,
): Promise<Contract> {
  const id = (anyId ?? "").replace(recordSuffix, "");
  const contract = contractIdForm.test(id) ? await contracts.read(id) : undefined;
  if (contract === undefined || contract.owner !== owner)
    throw new Problem(
      "NOT_FOUND",
      "you have no contract with this id; it is the contractId that starting one answered",
    );
  return contract;
}
