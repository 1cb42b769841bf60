import { Conflict } from "../adapters/contract-store.ts";
import { dataKeys } from "../adapters/data-key.ts";
import type { HandOff } from "../adapters/face-items.ts";
import { type FaceStore, faceStore } from "../adapters/face-store.ts";
import { type FaceVendors, faceVendors } from "../adapters/face-vendors.ts";
import { PeerRefused, PeerUnavailable } from "../adapters/peer-call.ts";
import { platformKeys } from "../adapters/platform-keys.ts";
import { refusalProblem } from "../advance.ts";
import { decideFace, type FaceCommand } from "../domain/decide-face.ts";
import type { Refusal } from "../domain/drafts.ts";
import {
  type FaceDraft,
  type FaceVerification,
  faceVerificationIdForm,
  isDecided,
  vendorKey,
} from "../domain/face-verification.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import type { World } from "../world.ts";

/** The moves that several Lambdas make on a face check (C-29…C-33). */

/** Enough for fifty people pressing one button: each round at least one of them finishes. */
const roundLimit = 12;

export function assembleFaces(world: World): FaceStore {
  const env = readEnvironment(
    world,
    "FACE_VERIFICATION_TABLE",
    "EVIDENCE_CHAIN_TABLE",
    "DATA_KEY_ID",
  );
  const tables = { faces: env.FACE_VERIFICATION_TABLE, chain: env.EVIDENCE_CHAIN_TABLE };
  return faceStore(world, tables, dataKeys(world, env.DATA_KEY_ID));
}

export function assembleFaceVendors(world: World): FaceVendors {
  const env = readEnvironment(world, "FACE_VENDORS_SECRET_ID");
  return faceVendors(world, env.FACE_VENDORS_SECRET_ID);
}

/** Links of a check: the person's page with its token, and where vendors bring their results. */
export function assembleFaceLinks(world: World) {
  const env = readEnvironment(world, "PLATFORM_SECRET_ID", "PUBLIC_BASE_URL");
  const keys = platformKeys(world, env.PLATFORM_SECRET_ID);
  const base = env.PUBLIC_BASE_URL;
  return {
    keys,
    /** The page's address as it may be stored: whoever reads it cannot open it (K26). */
    publicUrl: `${base}/face`,
    pageUrl: async (id: string) => `${base}/face/${await keys.linkToken(id)}`,
    notifyUrl: (id: string, vendor: string) =>
      `${base}/api/v1/verification/face/${id}/callback/${vendor}`,
  };
}

export type FaceLinks = ReturnType<typeof assembleFaceLinks>;

export type FaceAdvance =
  | { readonly face: FaceVerification; readonly drafts: readonly FaceDraft[] }
  | { readonly face: FaceVerification; readonly refused: Refusal };

/** Read, decide, write; and once more when somebody else wrote in between. Throws Conflict after the last round. */
export async function advanceFace(
  faces: FaceStore,
  id: string,
  command: FaceCommand,
  handOff?: HandOff,
): Promise<FaceAdvance> {
  for (let round = 1; ; round += 1) {
    const face = await faces.read(id);
    if (face === undefined) throw new Error(`face check ${id} does not exist`);
    const decision = decideFace(face, command);
    if ("refused" in decision) return { face, refused: decision.refused };
    const { drafts } = decision;
    if (drafts.length === 0) return { face, drafts };
    try {
      return { face: await faces.commit(face, drafts, handOff), drafts };
    } catch (cause) {
      if (!(cause instanceof Conflict) || round === roundLimit) throw cause;
    }
  }
}

/** The same for callers who cannot go on after a refusal: it becomes a Problem. */
export async function advanceFaceOrRefuse(
  ...args: Parameters<typeof advanceFace>
): Promise<FaceVerification> {
  const outcome = await advanceFace(...args);
  if ("refused" in outcome) throw refusalProblem(outcome.refused);
  return outcome.face;
}

/** The client's own check. Another client's answers exactly like none at all. */
export async function findOwnedFace(
  faces: FaceStore,
  owner: string,
  id: string | undefined,
): Promise<FaceVerification> {
  const face = faceVerificationIdForm.test(id ?? "") ? await faces.read(id ?? "") : undefined;
  if (face === undefined || face.owner !== owner)
    throw new Problem(
      "NOT_FOUND",
      "you have no face check with this id; it is the verificationId that initiating one answered",
    );
  return face;
}

/** The check that a page's token opens. A wrong link and a missing check look the same. */
export async function faceOfLink(
  links: FaceLinks,
  faces: FaceStore,
  token: string | undefined,
): Promise<FaceVerification> {
  const id = (await links.keys.linkOf(token ?? ""))?.contractId;
  const face = id && faceVerificationIdForm.test(id) ? await faces.read(id) : undefined;
  if (face === undefined) throw new Problem("NOT_FOUND", "this link does not exist");
  return face;
}

/**
 * Sees to it that the current try has a task at a vendor: the first in service that answers (C-76). Each call is
 * on record before it leaves and carries the same key for ever, so that doing this twice, or at once, is harmless.
 * Only a technical failure goes on to the next vendor; a mismatch ends the check (K47). What all vendors failed
 * at is left as it is, for the next round. Answers where the person goes on, undefined while nobody knows.
 */
export function vendorDispatch(
  world: World,
  faces: FaceStore,
  vendors: FaceVendors,
  links: FaceLinks,
) {
  return async (id: string): Promise<HandOff | undefined> => {
    for (const vendor of await vendors.inService()) {
      const command = { type: "askVendor", at: world.now(), vendor: vendor.name } as const;
      const asked = await advanceFace(faces, id, command);
      if ("refused" in asked || asked.drafts.length === 0) break;
      const { face } = asked;
      const at = { vendor: vendor.name, try: face.try };
      try {
        const { details } = await faces.readDetails(id);
        const opened = await vendor.open({
          key: vendorKey(id, face.try),
          name: details.name,
          idCardNo: details.idCardNo,
          mode: face.mode,
          origin: id,
          notifyUrl: links.notifyUrl(id, vendor.name),
          returnUrl: await links.pageUrl(id),
          expiresAt: face.expiresAt,
        });
        if ("result" in opened) {
          const { threshold } = vendor;
          const told = { ...at, ...opened.result, threshold, source: "ANSWER" } as const;
          await advanceFace(faces, id, { type: "vendorResult", at: world.now(), ...told });
        } else {
          const accepted = { type: "vendorAccepted", at: world.now(), ...at } as const;
          await advanceFace(faces, id, accepted, { ...opened.goOn, try: face.try });
        }
        break;
      } catch (cause) {
        if (!(cause instanceof PeerUnavailable) && !(cause instanceof PeerRefused)) throw cause;
        world.count("FaceVendorFailure");
        world.log("warn", "face vendor failed", { id, vendor: vendor.name, error: cause.message });
        const failed = { type: "vendorUnavailable", at: world.now(), ...at } as const;
        await advanceFace(faces, id, { ...failed, error: cause.name });
      }
    }
    return currentHandOff(faces, id);
  };
}

/** Where the current try goes on; that of an earlier try leads nowhere any more. */
async function currentHandOff(faces: FaceStore, id: string): Promise<HandOff | undefined> {
  const { face, details } = await faces.readDetails(id);
  const { handOff } = details;
  return isDecided(face) || handOff?.try !== face.try ? undefined : handOff;
}
