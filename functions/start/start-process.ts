import {
  assembleContracts,
  assembleLinks,
  assemblePartners,
  assembleTemplates,
} from "../assemble.ts";
import { initiateAnswer, processData } from "../dialects/wallet.ts";
import { readInitiateRequest } from "../dialects/wallet-request.ts";
import { walletStart } from "../dialects/wallet-start.ts";
import type { Contract } from "../domain/contract.ts";
import { requestFigures } from "../domain/figures.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { type Answer, type HttpCall, readJson } from "../http.ts";
import type { World } from "../world.ts";
import { contractStarter } from "./start-contract.ts";

/** K54: how long an answer may wait for the message to leave, and the longest that `Prefer: wait` may ask for. */
const { waitMs, longestWaitMs } = requestFigures;
/** A message usually leaves within a few looks; whoever waits for seconds is looked after less often. */
const firstPauseMs = 25;
const longestPauseMs = 400;

type Started = { readonly contract: Contract; readonly isNew: boolean };

/** Starts a process of document D, for both of its entries (D-01, D-10: one namespace of keys, K45). */
export function processStarter(world: World) {
  const env = readEnvironment(world, "ALLOWED_CALLBACK_HOSTS", "IDENTITY_CHECK");
  const contracts = assembleContracts(world);
  const { keys, h5Url } = assembleLinks(world);
  const allowedHosts = env.ALLOWED_CALLBACK_HOSTS.split(",").filter(Boolean);
  const start = contractStarter(world, contracts, keys, assembleTemplates(world), allowedHosts);
  const verifyPartner = assemblePartners(world);
  const check = env.IDENTITY_CHECK === "format" ? "format" : "strict";

  /** `businessId` is the wallet's own serial, where the entry asks for one (K10). Throws Problem. */
  async function begin(call: HttpCall, businessId: () => string | undefined): Promise<Started> {
    const partner = await verifyPartner(call);
    if (!partner.dialects.includes("D"))
      throw new Problem("FORBIDDEN", "processes are for clients registered with dialect D");
    const serial = businessId();
    const sent = readInitiateRequest(readJson(call), check);
    const { request, facts, headquartersName, alsoNames } = walletStart(sent);
    try {
      return await start(partner, request, {
        profile: "wallet",
        operation: sent.businessType,
        sent,
        alsoNames,
        facts: { ...facts, ...(serial === undefined ? {} : { businessId: serial }) },
        headquartersName,
        ...(serial === undefined ? {} : { secondKey: { name: "X-Business-Id", value: serial } }),
      });
    } catch (cause) {
      throw await withProcess(cause);
    }
  }

  /** K08: a conflict tells in document D's words what exists already. */
  async function withProcess(cause: unknown): Promise<unknown> {
    if (!(cause instanceof Problem) || cause.code !== "IDEMPOTENCY_CONFLICT") return cause;
    const contract = await contracts.read(String(cause.data.contractId));
    if (contract === undefined) return cause;
    const { fields, message } = cause;
    return new Problem("IDEMPOTENCY_CONFLICT", message, { fields, data: await data(contract) });
  }

  /** Looks until the message has left, the process has ended, or the caller's patience is over. */
  async function awaitMessage(contract: Contract, patienceMs: number): Promise<Contract> {
    let [current, pauseMs, waitedMs] = [contract, firstPauseMs, 0];
    while (current.state.status === "CREATED" && waitedMs < patienceMs) {
      const ms = Math.min(pauseMs, patienceMs - waitedMs);
      await world.sleep(ms);
      waitedMs += ms;
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      current = (await contracts.read(contract.id)) ?? current;
    }
    return current;
  }

  const data = async (contract: Contract) => processData(contract, await h5Url(contract.id));

  return {
    contracts,
    begin,

    /** K07: a wallet that repeats itself hears 409, unless it says so with the standard header. */
    async answerRepeated(call: HttpCall, contract: Contract): Promise<Answer> {
      const existing = await data(contract);
      if (call.headers["idempotency-key"] === undefined)
        throw new Problem("DUPLICATE", "requestId was already used; data is its process", {
          data: existing,
        });
      const headers = { "idempotent-replayed": "true" };
      return { status: 200, headers, body: initiateAnswer(existing) };
    },

    /** D-06, as far as the process has come when the caller's patience ends (K54). Throws D-53's 502. */
    async answer(call: HttpCall, started: Contract): Promise<Answer> {
      const preferred = preferredWait(call.headers.prefer);
      const contract = await awaitMessage(started, preferred ?? waitMs);
      const { state } = contract;
      const told = await data(contract);
      if (state.status === "FAILED" && state.reason === "SMS_SEND_FAILED") {
        const message = "the message could not be sent after all tries; start a new process";
        throw new Problem("SMS_FAILED", message, { data: told });
      }
      const applied =
        preferred === undefined ? {} : { "preference-applied": `wait=${preferred / 1000}` };
      return { status: 200, headers: applied, body: initiateAnswer(told) };
    },
  };
}

/** The milliseconds of `Prefer: wait=N` (RFC 7240 section 4.3), at most ours; undefined for none and for nonsense. */
function preferredWait(prefer = ""): number | undefined {
  const seconds = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,4})"?(?:$|[,;\s])/i.exec(prefer)?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds) * 1000, longestWaitMs);
}
