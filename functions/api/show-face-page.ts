import { Erased } from "../adapters/contract-store.ts";
import type { FaceDetails } from "../adapters/face-items.ts";
import { wordProblem } from "../dialects/agreement.ts";
import { maskedPerson } from "../dialects/face-verification.ts";
import { isPast } from "../domain/drafts.ts";
import { type FaceVerification, faceFigures } from "../domain/face-verification.ts";
import { Problem } from "../domain/problem.ts";
import { assembleFaceLinks, assembleFaces, faceOfLink } from "../faces/face-check.ts";
import { type HttpCall, httpLambda } from "../http.ts";
import { languageOf } from "../page-language.ts";
import { type FaceScreen, facePage } from "../pages/face-page.ts";
import { lambda, type World } from "../world.ts";

/** `GET /face/{token}` (C-03, C-31): the person's page of a face check. Looking changes nothing. */
export function build(world: World) {
  const faces = assembleFaces(world);
  const links = assembleFaceLinks(world);

  return httpLambda(world, wordProblem, async (call) => {
    const language = languageOf(call);
    const found = await find(call);
    if (found === undefined) {
      const { html, headers } = facePage({ language, screen: { name: "notFound" } });
      return { status: 404, headers, body: html };
    }
    const { face, details } = found;
    const { title, themeColor } = details.uiConfig ?? {};
    const screen = screenOf(face, details, world.now());
    const { html, headers } = facePage({ language, screen, title, themeColor });
    return { status: 200, headers, body: html };
  });

  async function find(call: HttpCall) {
    try {
      return await faces.readDetails((await faceOfLink(links, faces, call.parameters.token)).id);
    } catch (cause) {
      if (cause instanceof Problem && cause.code === "NOT_FOUND") return undefined;
      if (cause instanceof Erased) return undefined;
      throw cause;
    }
  }
}

function screenOf(face: FaceVerification, { name }: FaceDetails, at: string): FaceScreen {
  const { status } = face.state;
  if (status === "SUCCESS") return { name: "passed" };
  if (status === "FAILED") return { name: "failed" };
  if (status === "EXPIRED" || isPast(face.expiresAt, at)) return { name: "expired" };
  const shown = {
    person: maskedPerson(name),
    expiresAt: face.expiresAt,
    triesLeft: faceFigures.tries - face.try + 1,
  };
  if (status === "PENDING") return { name: "begin", ...shown };
  if (face.task?.state === "ACCEPTED") return { name: "waiting", ...shown };
  return { name: face.try > 1 ? "again" : "begin", ...shown };
}

export const handler = lambda(build);
