import { logReader } from "../adapters/log-reader.ts";
import { wordProblem } from "../dialects/native.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { requirePublished } from "../log-request.ts";
import { lambda, type World } from "../world.ts";

/** `GET /v1/log/checkpoint`: the newest signed tree head, a C2SP signed note. Public. */
export function build(world: World) {
  const env = readEnvironment(world, "LOG_TABLE");
  const log = logReader(world, env.LOG_TABLE);

  return httpLambda(world, wordProblem, async () => {
    const { note } = requirePublished(await log.published());
    return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: note };
  });
}

export const handler = lambda(build);
