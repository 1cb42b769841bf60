import { assembleContracts, assemblePartners } from "../assemble.ts";
import { wordProblem } from "../dialects/agreement.ts";
import { initiateAnswer, readFaceRequest } from "../dialects/face-verification.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import {
  assembleFaceLinks,
  assembleFaces,
  assembleFaceVendors,
  vendorDispatch,
} from "../faces/face-check.ts";
import { faceStarter } from "../faces/start-face-check.ts";
import { httpLambda, readJson } from "../http.ts";
import { lambda, type World } from "../world.ts";

/**
 * `POST /api/v1/verification/face/initiate` (C-01…C-03). The check stands before any vendor is asked; a vendor
 * that is away delays the person's page, never the answer, save in SDK mode, where the answer needs it (C-71).
 */
export function build(world: World) {
  const env = readEnvironment(world, "ALLOWED_CALLBACK_HOSTS", "IDENTITY_CHECK");
  const verifyPartner = assemblePartners(world);
  const faces = assembleFaces(world);
  const links = assembleFaceLinks(world);
  const allowedHosts = env.ALLOWED_CALLBACK_HOSTS.split(",").filter(Boolean);
  const start = faceStarter(world, faces, assembleContracts(world), links, allowedHosts);
  const dispatch = vendorDispatch(world, faces, assembleFaceVendors(world), links);
  const check = env.IDENTITY_CHECK === "format" ? "format" : "strict";

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    if (!partner.dialects.includes("C"))
      throw new Problem("FORBIDDEN", "face checks are for clients registered with dialect C");
    const { face, isNew } = await start(partner.clientId, readFaceRequest(readJson(call), check));
    const handOff = await dispatch(face.id);
    const now = (await faces.read(face.id)) ?? face;
    const sdk = handOff && "sdk" in handOff ? handOff.sdk : undefined;
    const answer = initiateAnswer(now, await links.pageUrl(face.id), sdk);
    if (now.mode === "SDK" && now.state.status === "PENDING" && sdk === undefined) {
      const message = "no face vendor answers; repeat the request with the header Idempotency-Key";
      throw new Problem("VERIFIER_DOWN", message, { data: { verificationId: face.id } });
    }
    if (isNew) return { status: 200, body: answer };
    // K07: document C refuses a duplicate with what exists (C-66), unless the caller says that it repeats itself.
    if (call.headers["idempotency-key"] === undefined)
      throw new Problem("DUPLICATE", "bizId was already used; data is its face check", {
        data: answer,
      });
    return { status: 200, headers: { "idempotent-replayed": "true" }, body: answer };
  });
}

export const handler = lambda(build);
