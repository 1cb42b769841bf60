import { logReader } from "../adapters/log-reader.ts";
import { wordProblem } from "../dialects/native.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { immutable, requirePublished, wholeNumber } from "../log-request.ts";
import { lambda, type World } from "../world.ts";

/** `GET /v1/log/consistency?from=&to=`: proof that the tree of `to` leaves begins with that of `from`. Public. */
export function build(world: World) {
  const env = readEnvironment(world, "LOG_TABLE");
  const log = logReader(world, env.LOG_TABLE);

  return httpLambda(world, wordProblem, async (call) => {
    const { size: newest } = requirePublished(await log.published());
    const to = wholeNumber(call, "to", { least: 1, most: newest });
    const from = wholeNumber(call, "from", { least: 1, most: to });
    const body = { from, to, hashes: await log.consistency(from, to) };
    return { status: 200, headers: immutable, body };
  });
}

export const handler = lambda(build);
