import { archiveReader } from "../adapters/archive-records.ts";
import { Erased } from "../adapters/contract-store.ts";
import { downloadLinks } from "../adapters/download-link.ts";
import { detailsUnlessErased, partiesOf, providerOf, sentAgreement } from "../agreement-answers.ts";
import { assembleContracts, assembleLinks, assemblePartners, findOwned } from "../assemble.ts";
import { wordProblem } from "../dialects/agreement.ts";
import { contractView } from "../dialects/agreement-contract.ts";
import { agreementTitle } from "../domain/agreement-types.ts";
import type { Contract } from "../domain/contract.ts";
import type { Disclosure } from "../domain/evidence.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `GET /api/v1/contract/{contractId}` (C-08), also of a contract that another dialect began (K01). */
export function build(world: World) {
  const env = readEnvironment(world, "PUBLIC_BASE_URL", "CONTRACT_FLOW_TABLE");
  const contracts = assembleContracts(world);
  const { keys } = assembleLinks(world);
  const documents = downloadLinks(world, keys, env.PUBLIC_BASE_URL, "agreement");
  const bundles = downloadLinks(world, keys, env.PUBLIC_BASE_URL, "bundle");
  const readArchives = archiveReader(world, env.CONTRACT_FLOW_TABLE);
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const contract = await findOwned(contracts, partner.clientId, call.parameters.contractId);
    const { id } = contract;
    const { entries, disclosures } = await openChain(contract);
    const { agreementType } = await contracts.readOpenDetails(id);
    const details = await detailsUnlessErased(contracts, id);
    const body = contractView(contract, entries, {
      bizId: contract.requestId,
      title: details?.ownWords?.title ?? agreementTitle[agreementType],
      parties: partiesOf(contract, details, partner.scopes.includes("audit")),
      disclosures,
      documentUrl: contract.agreement && (await documents.make(id)),
      certificateUrl: contract.sealed ? await bundles.make(id) : undefined,
      provider: providerOf(sentAgreement(contract, details)),
      archives: contract.sealed ? await readArchives(id) : [],
    });
    return { status: 200, body };
  });

  async function openChain({ id }: Contract) {
    const rows = await contracts.history(id);
    const entries = rows.map(({ entry }) => entry);
    // Only what C-42 keeps of a visit is opened; nothing of it is left once the person is forgotten.
    const visits = rows.filter(({ entry }) => entry.step === "SIGNED" || entry.step === "DECLINED");
    const none: Readonly<Record<number, readonly Disclosure[]>> = {};
    if (visits.length === 0) return { entries, disclosures: none };
    try {
      return { entries, disclosures: contracts.disclose(id, visits, await contracts.readKey(id)) };
    } catch (cause) {
      if (cause instanceof Erased) return { entries, disclosures: none };
      throw cause;
    }
  }
}

export const handler = lambda(build);
