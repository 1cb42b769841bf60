import { type ContractStore, Erased } from "../adapters/contract-store.ts";
import type { FaceStore } from "../adapters/face-store.ts";
import type { PlatformKeys } from "../adapters/platform-keys.ts";
import { type AgreementRequest, bizTypes } from "../dialects/agreement-request.ts";
import type { FaceRequest } from "../dialects/face-verification.ts";
import type { ContractId } from "../domain/contract.ts";
import {
  type FaceVerification,
  faceBizTypes,
  faceVerificationIdForm,
} from "../domain/face-verification.ts";
import { Problem } from "../domain/problem.ts";

/**
 * C-47: who shows the face within one bizId is one of those who sign within it, by name and number. Document C's
 * own samples use two bizIds for one business, so a contract may also name its face check (K52).
 */
export async function refuseOtherPerson(
  faces: FaceStore,
  keys: PlatformKeys,
  owner: string,
  { bizId, signers, relatedVerificationId }: AgreementRequest,
): Promise<void> {
  const persons = await Promise.all(
    signers.map(({ name, idCardNo }) => keys.fingerprint(`${name}\n${idCardNo}`)),
  );
  const isOneOfThem = ({ subject }: FaceVerification) => persons.includes(subject);
  for (const bizType of faceBizTypes) {
    const face = await faces.read(await keys.faceVerificationId(owner, bizType, bizId));
    if (face !== undefined && !isOneOfThem(face))
      throw otherPerson("signers", "must name the person of the face check with this bizId");
  }
  if (relatedVerificationId === undefined) return;
  const field = "relatedVerificationId";
  const known = faceVerificationIdForm.test(relatedVerificationId);
  const face = known ? await faces.read(relatedVerificationId) : undefined;
  if (face?.owner !== owner) throw otherPerson(field, "is no face check of yours");
  if (!isOneOfThem(face)) throw otherPerson(field, "is the face check of none of the signers");
}

/** The same seen from the face check, where the contract was there first. */
export async function refuseOtherSigner(
  contracts: ContractStore,
  contractId: (bizType: string) => Promise<ContractId>,
  { userInfo }: FaceRequest,
): Promise<void> {
  for (const bizType of bizTypes) {
    const id = await contractId(bizType);
    if ((await contracts.read(id)) === undefined) continue;
    const found = await contracts.readDetails(id).catch((cause: unknown) => {
      // Nobody is left to be another person than.
      if (cause instanceof Erased) return undefined;
      throw cause;
    });
    if (found === undefined) continue;
    const { subject, others = [] } = found.details;
    const persons = [subject, ...others.map((other) => other.subject)];
    const isSigner = persons.some(
      ({ name, idNumber }) => name === userInfo.name && idNumber === userInfo.idCardNo,
    );
    if (!isSigner)
      throw otherPerson("userInfo", "must be one of the signers of the contract with this bizId");
  }
}

function otherPerson(field: string, message: string): Problem {
  return new Problem("PARAM_INVALID", `${field} ${message}`, { fields: [{ field, message }] });
}
