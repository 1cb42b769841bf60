import type { EventBridgeEvent } from "aws-lambda";
import { partnerDirectory } from "../adapters/partners.ts";
import { assembleTemplates } from "../assemble.ts";
import { readTemplate } from "../dialects/template.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { requireScope } from "../require-scope.ts";
import { lambda, type World } from "../world.ts";

/**
 * `TemplateUpdatedEvent` on the bus (C-18): the body of `POST /api/v1/template`, from `partner.<clientId>` with
 * the same scope, or from us. Repeated it changes nothing; a refused one is counted and dropped, because asking
 * again would not mend it.
 */
export function build(world: World) {
  const env = readEnvironment(world, "PARTNERS_SECRET_ID");
  const templates = assembleTemplates(world);
  const find = partnerDirectory(world, env.PARTNERS_SECRET_ID);

  return async (event: EventBridgeEvent<"TemplateUpdatedEvent", unknown>): Promise<void> => {
    try {
      const by = await author(event.source);
      const { draft, active } = readTemplate(event.detail);
      const { templateId, version, state } = await templates.save(draft, active, by);
      world.log("info", "template saved", { templateId, version, state, by });
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      const fields = cause.fields.map(({ field }) => field);
      const { code } = cause;
      world.log("warn", "TemplateUpdatedEvent refused", { eventId: event.id, code, fields });
      world.count("DependencyFailure");
    }
  };

  async function author(source: string): Promise<string> {
    if (source === "qianyue") return source;
    const partner = await find(source.replace(/^partner\./, ""));
    if (partner === undefined) throw new Problem("NOT_FOUND", "the event's source is no partner");
    requireScope(partner, "templates");
    return partner.clientId;
  }
}

export const handler = lambda(build);
