import { downloadLinks } from "../adapters/download-link.ts";
import { assembleContracts, assemblePartners, findOwned } from "../assemble.ts";
import { evidenceView, wordProblem } from "../dialects/native.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `GET /v1/contracts/{contractId}/evidence`. `?view=raw` opens personal values to the audit scope. */
export function build(world: World) {
  const env = readEnvironment(world, "EVIDENCE_BUCKET");
  const contracts = assembleContracts(world);
  const verifyPartner = assemblePartners(world);
  const link = downloadLinks(world, env.EVIDENCE_BUCKET);

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const contract = await findOwned(contracts, partner.clientId, call.parameters.contractId);
    const raw = new URLSearchParams(call.query).get("view") === "raw";
    if (raw && !partner.scopes.includes("audit"))
      throw new Problem("FORBIDDEN", "view=raw needs the audit scope; ask operations for it");

    const rows = await contracts.history(contract.id);
    const entries = rows.map((row) => row.entry);
    const sealed = entries.find((entry) => entry.step === "SEALED");
    const bundleUrl = sealed && link(String(sealed.facts.bundleKey), `${contract.id}-evidence.zip`);
    const disclosures = raw ? await contracts.disclose(contract.id, rows) : undefined;
    return { status: 200, body: evidenceView(contract.id, entries, { bundleUrl, disclosures }) };
  });
}

export const handler = lambda(build);
