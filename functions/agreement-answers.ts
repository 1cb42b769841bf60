import { type Details, subjectOf } from "./adapters/contract-items.ts";
import { type ContractStore, Erased } from "./adapters/contract-store.ts";
import type { assembleLinks } from "./assemble.ts";
import { initiateAnswer, type Party } from "./dialects/agreement-contract.ts";
import type { AgreementRequest } from "./dialects/agreement-request.ts";
import { maskedName } from "./domain/agreement-variables.ts";
import type { ArchiveProvider } from "./domain/archive.ts";
import type { Contract } from "./domain/contract.ts";
import { qrCode } from "./pages/qr-code.ts";

/** What the answers of document C say of a contract beside its state, whichever dialect it began in (K01). */

type Links = Pick<ReturnType<typeof assembleLinks>, "h5Url" | "shortUrl">;

/** The details, or nothing once the persons in them were forgotten. */
export async function detailsUnlessErased(
  contracts: ContractStore,
  id: string,
): Promise<Details | undefined> {
  try {
    return (await contracts.readDetails(id)).details;
  } catch (cause) {
    if (cause instanceof Erased) return undefined;
    throw cause;
  }
}

/** The request as it was sent; undefined for a contract of another dialect. */
export const sentAgreement = (
  { profile }: Pick<Contract, "profile">,
  details: Details | undefined,
): AgreementRequest | undefined =>
  profile === "agreement" ? (details?.sent as AgreementRequest | undefined) : undefined;

/** Where the contract will be archived for its partner (C-05); what the partner did not want is not shown. */
export function providerOf(sent: AgreementRequest | undefined): ArchiveProvider | undefined {
  if (sent?.archiveConfig?.needArchive === false) return undefined;
  return sent?.archiveConfig?.archiveProvider ?? "TSA";
}

/** The signers by number, their names masked unless the caller may see them (requirements 3.4). */
export function partiesOf(
  { signers }: Contract,
  details: Details | undefined,
  mayRead: boolean,
): Readonly<Record<number, Party>> {
  if (details === undefined) return {};
  return Object.fromEntries(
    signers.map(({ number }) => {
      const { name, partyId = `S${number}` } = subjectOf(details, number);
      return [number, { partyId, name: mayRead ? name : maskedName(name) }];
    }),
  );
}

/** C-07, at first and whenever the request is repeated. */
export async function startedAnswer(
  contract: Contract,
  details: Details | undefined,
  links: Links,
) {
  const pairs = contract.signers.map(async ({ number }) => {
    const signUrl = await links.h5Url(contract.id, number);
    const shortUrl = await links.shortUrl(contract.id, number);
    return [number, { signUrl, shortUrl, qrCode: qrCode(shortUrl) }] as const;
  });
  return initiateAnswer(contract, {
    parties: partiesOf(contract, details, false),
    links: Object.fromEntries(await Promise.all(pairs)),
    provider: providerOf(sentAgreement(contract, details)),
  });
}
