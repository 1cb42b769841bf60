import { assemblePartners, assembleTemplates } from "../assemble.ts";
import { wordProblem } from "../dialects/agreement.ts";
import { readTemplate, templateView } from "../dialects/template.ts";
import { httpLambda, readJson } from "../http.ts";
import { requireScope } from "../require-scope.ts";
import { lambda, type World } from "../world.ts";

/**
 * `POST /api/v1/template` (C-12, D-32): adds a version of an agreement, a message or a page, and makes it the
 * active one unless `active` is false. The same body again answers the same.
 */
export function build(world: World) {
  const templates = assembleTemplates(world);
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordProblem, async (call) => {
    const partner = await verifyPartner(call);
    requireScope(partner, "templates");
    const { draft, active } = readTemplate(readJson(call));
    const saved = await templates.save(draft, active, partner.clientId);
    const { templateId, version, state } = saved;
    world.log("info", "template saved", { templateId, version, state, by: partner.clientId });
    return { status: 200, body: templateView(saved) };
  });
}

export const handler = lambda(build);
