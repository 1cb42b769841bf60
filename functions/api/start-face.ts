import { wordProblem } from "../dialects/agreement.ts";
import { readFaceStart } from "../dialects/face-verification.ts";
import { isDecided } from "../domain/face-verification.ts";
import { Problem } from "../domain/problem.ts";
import {
  advanceFaceOrRefuse,
  assembleFaceLinks,
  assembleFaces,
  assembleFaceVendors,
  faceOfLink,
  vendorDispatch,
} from "../faces/face-check.ts";
import { httpLambda, readJson } from "../http.ts";
import { lambda, type World } from "../world.ts";

/**
 * `POST /face/{token}/start`: the person has agreed and goes on to the vendor. Pressing again leads to the same
 * task; after a poor picture, and while no vendor had answered, it is what asks for a new one.
 */
export function build(world: World) {
  const faces = assembleFaces(world);
  const links = assembleFaceLinks(world);
  const dispatch = vendorDispatch(world, faces, assembleFaceVendors(world), links);

  return httpLambda(world, wordProblem, async (call) => {
    const { id, mode } = await faceOfLink(links, faces, call.parameters.token);
    readFaceStart(readJson(call));
    if (mode === "SDK")
      throw new Problem("STATE_CONFLICT", "this check is made in the app that asked for it");
    await advanceFaceOrRefuse(faces, id, { type: "open", at: world.now() });
    const handOff = await dispatch(id);
    if (handOff !== undefined && "url" in handOff)
      return { status: 200, body: { handOffUrl: handOff.url } };
    const after = await faces.read(id);
    if (after && isDecided(after)) return { status: 200, body: { status: after.state.status } };
    throw new Problem("VERIFIER_DOWN", "no face vendor answers; try again in a moment");
  });
}

export const handler = lambda(build);
