import type { EventBridgeEvent } from "aws-lambda";
import { partnerDirectory } from "../adapters/partners.ts";
import { assembleContracts, assembleLinks, assembleTemplates } from "../assemble.ts";
import { readCreateRequest } from "../dialects/native-request.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { contractStarter } from "../start/start-contract.ts";
import { lambda, type World } from "../world.ts";

/**
 * `SigningRequested` on the bus: the body of `POST /v1/contracts`, from source `partner.<clientId>`,
 * in the same namespace of requestIds. Who may put events is the bus's policy; here a refused one is
 * counted and dropped, because asking again would not mend it.
 */
export function build(world: World) {
  const env = readEnvironment(
    world,
    "PARTNERS_SECRET_ID",
    "ALLOWED_CALLBACK_HOSTS",
    "IDENTITY_CHECK",
  );
  const contracts = assembleContracts(world);
  const { keys } = assembleLinks(world);
  const find = partnerDirectory(world, env.PARTNERS_SECRET_ID);
  const allowedHosts = env.ALLOWED_CALLBACK_HOSTS.split(",").filter(Boolean);
  const start = contractStarter(world, contracts, keys, assembleTemplates(world), allowedHosts);
  const check = env.IDENTITY_CHECK === "format" ? "format" : "strict";

  return async (event: EventBridgeEvent<"SigningRequested", unknown>): Promise<void> => {
    const partner = await find(event.source.replace(/^partner\./, ""));
    try {
      if (partner === undefined) throw new Problem("NOT_FOUND", "the event's source is no partner");
      await start(partner, readCreateRequest(event.detail, check));
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      const fields = cause.fields.map(({ field }) => field);
      world.log("warn", "SigningRequested refused", {
        eventId: event.id,
        code: cause.code,
        fields,
      });
      world.count("DependencyFailure");
    }
  };
}

export const handler = lambda(build);
