import {
  assembleContracts,
  assembleLinks,
  assemblePartners,
  assembleTemplates,
} from "../assemble.ts";
import { contractView, progressOf, startAnswer, wordProblem } from "../dialects/native.ts";
import { readCreateRequest } from "../dialects/native-request.ts";
import { isTerminal } from "../domain/contract.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda, readJson } from "../http.ts";
import { contractStarter } from "../start/start-contract.ts";
import { lambda, type World } from "../world.ts";

/** `POST /v1/contracts` (A-02, B-05). */
export function build(world: World) {
  const env = readEnvironment(world, "ALLOWED_CALLBACK_HOSTS", "IDENTITY_CHECK");
  const contracts = assembleContracts(world);
  const { keys, h5Urls: linksOf } = assembleLinks(world);
  const allowedHosts = env.ALLOWED_CALLBACK_HOSTS.split(",").filter(Boolean);
  const start = contractStarter(world, contracts, keys, assembleTemplates(world), allowedHosts);
  const verifyPartner = assemblePartners(world);
  const check = env.IDENTITY_CHECK === "format" ? "format" : "strict";

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const request = readCreateRequest(readJson(call), check);
    const { contract, isNew } = await start(partner, request);
    const h5Urls = await linksOf(contract);
    const answer = startAnswer(contract, h5Urls);
    if (isNew) return { status: 200, body: answer };

    const replayed = { "idempotent-replayed": "true" };
    const progress = progressOf[contract.state.status];
    // K07: document A refuses a duplicate, document B answers it; a partner speaks one of them.
    if (partner.dialects.includes("A") && call.headers["idempotency-key"] === undefined) {
      const message = "requestId was already used; data names the existing contract";
      throw new Problem("DUPLICATE", message, { data: { contractId: contract.id, ...progress } });
    }
    if (!isTerminal(contract)) return { status: 200, headers: replayed, body: answer };
    const entries = (await contracts.history(contract.id)).map((row) => row.entry);
    const view = contractView(contract, entries, { h5Urls, at: world.now() });
    return { status: 200, headers: replayed, body: { ...view, ...progress } };
  });
}

export const handler = lambda(build);
