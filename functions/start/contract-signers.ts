import type { Authorizations } from "../adapters/authorizations.ts";
import type { OtherSigner, Subject } from "../adapters/contract-items.ts";
import { type CreateRequest, type SignerRequest, signersOf } from "../dialects/native-request.ts";
import type { Facts } from "../domain/evidence.ts";
import { figures } from "../domain/figures.ts";
import { rosterFacts, type SignerTerms } from "../domain/signer.ts";
import { chooseVerification } from "../domain/verification-rules.ts";

/** A signer as the request asks for it, and by which rule it will be verified. */
export type AskedSigner = SignerRequest & { readonly terms: SignerTerms; readonly rule: string };

/** How a signer is verified, signs and is told, where its dialect says so and no rule chooses (C-06). */
export type Way = Pick<SignerTerms, "method" | "signMethod" | "notifyType">;

/** The signers of a request, numbered as they stand in it; the rules see each one's own type (K17). */
export const askedSigners = (
  request: CreateRequest,
  mandates: readonly (string | undefined)[],
  ways: readonly Way[] = [],
): readonly AskedSigner[] =>
  signersOf(request).map((asked, index) => {
    const { userType, sequence: group, deadline, userInfo } = asked;
    const { bizScene } = request;
    const forced = figures.forcedMethods;
    const { method, rule } = chooseVerification({ bizScene, userType, forced });
    const mandate = mandates[index];
    const terms = {
      number: index + 1,
      group,
      userType,
      method,
      ...(userInfo.role === undefined ? {} : { role: userInfo.role }),
      ...(deadline === undefined ? {} : { deadline: new Date(deadline).toISOString() }),
      ...(mandate === undefined ? {} : { mandate }),
      ...ways[index],
    };
    return { ...asked, terms, rule: ways[index] ? "the sign method of the request" : rule };
  });

/**
 * K49: whose seal the platform sets without asking. A headquarters that opened payment gave the mandate for it
 * with that contract; without one it signs like everybody else. The contract's own subject always signs.
 */
export async function standingMandates(
  relations: Authorizations,
  owner: string,
  request: CreateRequest,
  at: string,
): Promise<readonly (string | undefined)[]> {
  const signers = signersOf(request);
  const account = headquartersAccount(request);
  const isHeadquarters = ({ userInfo }: SignerRequest) => userInfo.role === "HEADQUARTERS";
  if (account === undefined || signers.every(isHeadquarters) || !signers.some(isHeadquarters))
    return [];
  const opened = await relations.find("OPEN_PAYMENT", account, undefined, at);
  const mandate = opened?.owner === owner ? opened.contractId : undefined;
  return signers.map((signer) => (isHeadquarters(signer) ? mandate : undefined));
}

/** D-35 to D-37: the payer of a relation, the payee of a pooling. */
function headquartersAccount({ bizScene, authorization }: CreateRequest): string | undefined {
  if (bizScene === "RELATION_BIND") return authorization?.payerAccountNo;
  return bizScene === "POOLING_AUTH" ? authorization?.payeeAccountNo : undefined;
}

/** What the chain's first entry says of the signers in public. */
export function signersFacts(signers: readonly AskedSigner[]): Facts {
  const [first, ...others] = signers;
  if (first === undefined) throw new Error("a contract has one signer at least");
  const { role, partyId } = first.userInfo;
  return {
    userType: first.userType,
    ...(role ? { subjectRole: role } : {}),
    ...(partyId ? { subjectId: partyId } : {}),
    method: first.terms.method,
    rule: first.rule,
    ...rosterFacts(signers.map(({ terms }) => terms)),
    ...Object.assign(
      {},
      ...others.map(({ terms: { number }, rule, userInfo }) => ({
        [`signer${number}Rule`]: rule,
        ...(userInfo.partyId ? { [`signer${number}Id`]: userInfo.partyId } : {}),
      })),
    ),
  };
}

/** And what it commits to: the first signer's values by their names, the others' behind their numbers. */
export const signersDisclosures = (
  subject: Subject,
  others: readonly OtherSigner[] = [],
): Readonly<Record<string, string>> => ({
  ...subject,
  ...Object.fromEntries(
    others.flatMap((other, index) =>
      Object.entries(other.subject).map(([name, value]) => [`signer${index + 2}.${name}`, value]),
    ),
  ),
});

export function subjectFrom(userInfo: SignerRequest["userInfo"]): Subject {
  const { idCardNo, legalRepIdCardNo, ...same } = userInfo;
  return {
    ...(same as Omit<Subject, "idNumber" | "legalRepIdNumber">),
    ...(idCardNo ? { idNumber: idCardNo } : {}),
    ...(legalRepIdCardNo ? { legalRepIdNumber: legalRepIdCardNo } : {}),
  };
}
