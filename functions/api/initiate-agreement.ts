import { detailsUnlessErased, startedAnswer } from "../agreement-answers.ts";
import { assembleContracts, assembleLinks, assemblePartners } from "../assemble.ts";
import { wordProblem } from "../dialects/agreement.ts";
import { readInitiateRequest } from "../dialects/agreement-request.ts";
import type { Contract } from "../domain/contract.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda, readJson } from "../http.ts";
import { agreementStarter } from "../start/start-agreement.ts";
import { lambda, type World } from "../world.ts";

/** `POST /api/v1/contract/initiate` (C-05…C-07). */
export function build(world: World) {
  const env = readEnvironment(world, "IDENTITY_CHECK");
  const contracts = assembleContracts(world);
  const links = assembleLinks(world);
  const verifyPartner = assemblePartners(world);
  const start = agreementStarter(world);
  const check = env.IDENTITY_CHECK === "format" ? "format" : "strict";

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    if (!partner.dialects.includes("C"))
      throw new Problem("FORBIDDEN", "agreements are for clients registered with dialect C");
    const sent = readInitiateRequest(readJson(call), check);
    const { contract, isNew } = await start(partner, sent).catch(async (cause: unknown) => {
      throw await withExisting(cause);
    });
    const answer = await answerOf(contract);
    if (isNew) return { status: 200, body: answer };
    // K07: document C refuses a duplicate with what exists (C-66), unless the caller says that it repeats itself.
    if (call.headers["idempotency-key"] === undefined)
      throw new Problem(
        "DUPLICATE",
        "bizId and bizType were already used; data is their contract",
        {
          data: answer,
        },
      );
    return { status: 200, headers: { "idempotent-replayed": "true" }, body: answer };
  });

  async function answerOf(contract: Contract) {
    return startedAnswer(contract, await detailsUnlessErased(contracts, contract.id), links);
  }

  /** K08: a conflict tells what exists already (C-66). */
  async function withExisting(cause: unknown): Promise<unknown> {
    if (!(cause instanceof Problem) || cause.code !== "IDEMPOTENCY_CONFLICT") return cause;
    const contract = await contracts.read(String(cause.data.contractId));
    if (contract === undefined) return cause;
    const { fields } = cause;
    const names = fields.map(({ field }) => field).join(", ");
    const message = `bizId and bizType were used with another body; use a new bizId (different: ${names})`;
    return new Problem("IDEMPOTENCY_CONFLICT", message, { fields, data: await answerOf(contract) });
  }
}

export const handler = lambda(build);
