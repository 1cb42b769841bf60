import { assemblePartners, assembleTemplates } from "../assemble.ts";
import { wordProblem } from "../dialects/agreement.ts";
import { readActivation, summaryView } from "../dialects/template.ts";
import { httpLambda, readJson } from "../http.ts";
import { requireScope } from "../require-scope.ts";
import { lambda, type World } from "../world.ts";

/** `POST /api/v1/template/{templateId}/activate`: this version from now on, also when it is an older one. */
export function build(world: World) {
  const templates = assembleTemplates(world);
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    requireScope(partner, "templates");
    const version = readActivation(readJson(call));
    const { templateId = "" } = call.parameters;
    const active = await templates.activate(templateId, version, partner.clientId);
    world.log("info", "template activated", { templateId, version, by: partner.clientId });
    return { status: 200, body: summaryView(active) };
  });
}

export const handler = lambda(build);
