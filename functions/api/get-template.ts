import { unknownTemplate } from "../adapters/template-store.ts";
import { assemblePartners, assembleTemplates } from "../assemble.ts";
import { wordProblem } from "../dialects/agreement.ts";
import { templateView } from "../dialects/template.ts";
import { httpLambda } from "../http.ts";
import { requireScope } from "../require-scope.ts";
import { lambda, type World } from "../world.ts";

/** `GET /api/v1/template/{templateId}?version=`: one version; without a version the active one, else the newest. */
export function build(world: World) {
  const templates = assembleTemplates(world);
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordProblem, async (call) => {
    requireScope(await verifyPartner(call), "templates");
    const { templateId = "" } = call.parameters;
    const wanted = new URLSearchParams(call.query).get("version");
    const versions = await templates.versions(templateId);
    const found =
      wanted === null
        ? (versions.find(({ state }) => state === "ACTIVE") ?? versions.at(-1))
        : versions.find(({ version }) => version === wanted);
    if (found === undefined) throw unknownTemplate(templateId);
    return {
      status: 200,
      body: { ...templateView(found), versions: versions.map(({ version }) => version) },
    };
  });
}

export const handler = lambda(build);
