import { Erased } from "../adapters/contract-store.ts";
import { downloadLinks } from "../adapters/download-link.ts";
import { assembleContracts, assembleLinks, assemblePartners, findOwned } from "../assemble.ts";
import { processView, wordProblem } from "../dialects/wallet.ts";
import type { WalletRequest } from "../dialects/wallet-request.ts";
import { agreementTitle } from "../domain/agreement-types.ts";
import type { Contract } from "../domain/contract.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `GET /api/v1/esign/process/{processId}` (D-07), also of a contract that another dialect began (K01). */
export function build(world: World) {
  const env = readEnvironment(world, "PUBLIC_BASE_URL");
  const contracts = assembleContracts(world);
  const links = downloadLinks(world, assembleLinks(world).keys, env.PUBLIC_BASE_URL, "agreement");
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const contract = await findOwned(contracts, partner.clientId, call.parameters.processId);
    const entries = (await contracts.history(contract.id)).map(({ entry }) => entry);
    const { agreementType, scene } = await contracts.readOpenDetails(contract.id);
    const body = processView(contract, entries, {
      request: await sentRequest(contract),
      scene,
      protocolName: agreementTitle[agreementType],
      downloadUrl: contract.agreement && (await links.make(contract.id)),
    });
    return { status: 200, body };
  });

  /** As the wallet sent it; nothing once the person is forgotten, or where another dialect began. */
  async function sentRequest({ id, profile }: Contract): Promise<WalletRequest | undefined> {
    // Document C's contracts keep a request as well, in words of their own.
    if (profile !== "wallet") return undefined;
    try {
      const { details } = await contracts.readDetails(id);
      return details.sent as WalletRequest | undefined;
    } catch (cause) {
      if (cause instanceof Erased) return undefined;
      throw cause;
    }
  }
}

export const handler = lambda(build);
