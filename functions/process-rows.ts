import { assembleContracts, assembleLinks, assembleTemplates } from "./assemble.ts";
import type { WalletRequest } from "./dialects/wallet-request.ts";
import {
  evidenceChainRows,
  protocolRecordRow,
  signingProcessRow,
} from "./dialects/wallet-tables.ts";
import { agreementText } from "./domain/agreement.ts";
import { agreementTitle } from "./domain/agreement-types.ts";
import { agreementVariables } from "./domain/agreement-variables.ts";
import { contractAgreement } from "./domain/contract-agreement.ts";
import type { World } from "./world.ts";

/** The rows of document D's tables for one process; undefined for an unknown one. Throws Erased. */
export function processRows(world: World) {
  const contracts = assembleContracts(world);
  const templates = assembleTemplates(world);
  const { h5Url } = assembleLinks(world);

  return async (id: string) => {
    const contract = await contracts.read(id);
    if (contract === undefined) return undefined;
    const { details, key } = await contracts.readDetails(id);
    const history = await contracts.history(id);
    const entries = history.map(({ entry }) => entry);
    const template = await templates.pinned(details.templateId, details.templateVersion);
    const variables = agreementVariables({ ...contract, contractId: id, ...details });
    const signedAt = entries.findIndex(({ step }) => step === "SIGNED");
    return {
      signing_process: signingProcessRow(contract, {
        // Document C's contracts keep a request as well, in words of their own.
        request:
          contract.profile === "wallet" ? (details.sent as WalletRequest | undefined) : undefined,
        scene: details.scene,
        fundPurpose: details.fundPurpose,
        callbackUrl: details.callbackUrl,
        h5PageUrl: await h5Url(id),
      }),
      protocol_record: protocolRecordRow(contract, entries, {
        protocolName: agreementTitle[details.agreementType],
        protocolContent: agreementText(contractAgreement(template, contract, details)),
        signatoryA: variables.partyAName ?? "",
        signatoryB: details.subject.name,
        signed: contracts.disclose(id, history, key)[signedAt] ?? [],
      }),
      evidence_chain: evidenceChainRows(entries),
    };
  };
}
