import { Erased } from "../adapters/contract-store.ts";
import { assemblePartners } from "../assemble.ts";
import { wordProblem } from "../dialects/agreement.ts";
import { faceAnswer } from "../dialects/face-verification.ts";
import { assembleFaces, findOwnedFace } from "../faces/face-check.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `GET /api/v1/verification/face/{verificationId}` (C-04): the client's own check, the person masked. */
export function build(world: World) {
  const verifyPartner = assemblePartners(world);
  const faces = assembleFaces(world);

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    const face = await findOwnedFace(faces, partner.clientId, call.parameters.verificationId);
    const person = await faces.readDetails(face.id).catch((cause: unknown) => {
      if (cause instanceof Erased) return undefined;
      throw cause;
    });
    return { status: 200, body: faceAnswer(face, person?.details) };
  });
}

export const handler = lambda(build);
