import { Erased } from "../adapters/contract-store.ts";
import { downloadLinks } from "../adapters/download-link.ts";
import { assembleContracts, assembleLinks, assemblePartners, findOwned } from "../assemble.ts";
import { evidenceView, wordProblem } from "../dialects/native.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `GET /v1/contracts/{contractId}/evidence`. `?view=raw` opens personal values to the audit scope. */
export function build(world: World) {
  const env = readEnvironment(world, "PUBLIC_BASE_URL");
  const contracts = assembleContracts(world);
  const verifyPartner = assemblePartners(world);
  const links = downloadLinks(world, assembleLinks(world).keys, env.PUBLIC_BASE_URL, "bundle");

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const contract = await findOwned(contracts, partner.clientId, call.parameters.contractId);
    const raw = new URLSearchParams(call.query).get("view") === "raw";
    if (raw && !partner.scopes.includes("audit"))
      throw new Problem("FORBIDDEN", "view=raw needs the audit scope; ask operations for it");

    const rows = await contracts.history(contract.id);
    const entries = rows.map((row) => row.entry);
    const sealed = entries.find((entry) => entry.step === "SEALED");
    const bundleUrl = sealed && (await links.make(contract.id));
    const disclosures = raw ? await disclose(contract.id, rows) : undefined;
    return { status: 200, body: evidenceView(contract.id, entries, { bundleUrl, disclosures }) };
  });

  /** After an erasure there is nothing left to disclose; the commitments stay (design 5). */
  async function disclose(id: string, rows: Awaited<ReturnType<typeof contracts.history>>) {
    try {
      return contracts.disclose(id, rows, await contracts.readKey(id));
    } catch (cause) {
      if (cause instanceof Erased) return undefined;
      throw cause;
    }
  }
}

export const handler = lambda(build);
