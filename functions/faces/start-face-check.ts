import canonicalize from "canonicalize";
import type { ContractStore } from "../adapters/contract-store.ts";
import type { FaceDetails } from "../adapters/face-items.ts";
import type { FaceStore } from "../adapters/face-store.ts";
import { urlFault } from "../adapters/outbound-url.ts";
import type { PlatformKeys } from "../adapters/platform-keys.ts";
import { agreementOperation } from "../dialects/agreement-start.ts";
import type { FaceRequest } from "../dialects/face-verification.ts";
import { plusSeconds } from "../domain/drafts.ts";
import type { FaceDraft, FaceVerification } from "../domain/face-verification.ts";
import { Problem } from "../domain/problem.ts";
import { refuseOtherSigner } from "../start/same-person.ts";
import type { World } from "../world.ts";
import type { FaceLinks } from "./face-check.ts";

/**
 * Starts a face check for a client (C-30). The id derives from client, bizId and bizType, so a repeated request
 * finds the first one: the same body replays it, another body is a conflict (K07, K08). Throws Problem.
 */
export function faceStarter(
  world: World,
  faces: FaceStore,
  contracts: ContractStore,
  links: FaceLinks,
  allowedHosts: readonly string[],
) {
  const { keys } = links;
  return async (
    owner: string,
    request: FaceRequest,
  ): Promise<{ readonly face: FaceVerification; readonly isNew: boolean }> => {
    refuseLoop(request.origin);
    refuseCallback(request.callbackUrl, allowedHosts);
    const { bizId, bizType, mode, userInfo } = request;
    const id = await keys.faceVerificationId(owner, bizType, bizId);
    const fingerprint = await keys.fingerprint(canonical(request));
    if ((await faces.read(id)) === undefined)
      await refuseOtherSigner(contracts, contractOf(owner, bizId), request);
    const at = world.now();
    const subject = await keys.fingerprint(`${userInfo.name}\n${userInfo.idCardNo}`);
    const draft: FaceDraft = {
      step: "FACE_REQUESTED",
      at,
      actor: `partner:${owner}`,
      facts: {
        owner,
        bizId,
        bizType,
        mode,
        fingerprint,
        subject,
        expiresAt: plusSeconds(at, request.expireMinutes * 60),
        ...(request.origin ? { origin: request.origin } : {}),
      },
      disclosures: definedTexts(userInfo),
    };
    const details = await detailsOf(keys, request, `${links.publicUrl}/${id}`);
    const started = await faces.create(id, draft, details, [
      await keys.fingerprint(userInfo.idCardNo),
    ]);
    if (started.face.fingerprint !== fingerprint)
      throw await conflict(faces, started.face, details);
    return started;
  };

  function contractOf(owner: string, bizId: string) {
    return (bizType: string) => keys.contractId(owner, agreementOperation(bizType), bizId);
  }
}

/** K03: a check that was asked for on behalf of a check would go round between two systems for ever. */
function refuseLoop(origin: string | undefined): void {
  if (!origin?.startsWith("VR")) return;
  const message = "is itself a verification, which may not start another";
  throw new Problem("STATE_CONFLICT", `origin ${message}`, {
    fields: [{ field: "origin", message }],
  });
}

function refuseCallback(callbackUrl: string, allowedHosts: readonly string[]): void {
  const message = urlFault(callbackUrl, allowedHosts);
  if (message === undefined) return;
  const fields = [{ field: "callbackUrl", message }];
  throw new Problem("PARAM_INVALID", `callbackUrl ${message}`, { fields });
}

async function detailsOf(
  keys: PlatformKeys,
  request: FaceRequest,
  verificationUrl: string,
): Promise<FaceDetails> {
  const { name, idCardNo, mobile } = request.userInfo;
  const callbackHeaders = request.webhookConfig?.headers;
  const pairs = Object.entries(request).map(async ([field, value]) => {
    const fingerprint = await keys.fingerprint(`${field}\n${canonical(value)}`);
    // Eight digits tell a change with certainty enough to name the field; the whole fingerprint decides.
    return [field, fingerprint.slice(0, 8)] as const;
  });
  return {
    name,
    idCardNo,
    ...(mobile ? { mobile } : {}),
    callbackUrl: request.callbackUrl,
    ...(callbackHeaders ? { callbackHeaders } : {}),
    ...(request.uiConfig ? { uiConfig: request.uiConfig } : {}),
    verificationUrl,
    fieldFingerprints: Object.fromEntries(await Promise.all(pairs)),
  };
}

/** K08: names the fields that differ, never their values. */
async function conflict(
  faces: FaceStore,
  existing: FaceVerification,
  { fieldFingerprints: now }: FaceDetails,
): Promise<Problem> {
  const before = await faces.readFieldFingerprints(existing.id);
  const fields = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((field) => before[field] !== now[field])
    .map((field) => ({ field, message: "differs from the first request with this bizId" }));
  const names = fields.map(({ field }) => field).join(", ");
  return new Problem(
    "IDEMPOTENCY_CONFLICT",
    `bizId and bizType were used with another body; use a new bizId (different: ${names})`,
    { fields, data: { verificationId: existing.id, status: existing.state.status } },
  );
}

const definedTexts = (values: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );

const canonical = (value: unknown): string => canonicalize(value) ?? "null";
