import { assemblePartners, assembleTemplates } from "../assemble.ts";
import { wordProblem } from "../dialects/agreement.ts";
import { readListQuery, summaryView } from "../dialects/template.ts";
import { httpLambda } from "../http.ts";
import { requireScope } from "../require-scope.ts";
import { lambda, type World } from "../world.ts";

/** `GET /api/v1/template?category=&active=` (C-28): all versions without their texts, seeded ones included. */
export function build(world: World) {
  const templates = assembleTemplates(world);
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordProblem, async (call) => {
    requireScope(await verifyPartner(call), "templates");
    const { categories, active } = readListQuery(call.query);
    const rows = [];
    for (const category of categories) rows.push(...(await templates.list(category)));
    const views = rows.map(summaryView);
    return {
      status: 200,
      body: {
        templates: active === undefined ? views : views.filter((one) => one.active === active),
      },
    };
  });
}

export const handler = lambda(build);
