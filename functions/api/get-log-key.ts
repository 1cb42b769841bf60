import { logReader } from "../adapters/log-reader.ts";
import { wordProblem } from "../dialects/native.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { pemOf, requirePublished } from "../log-request.ts";
import { lambda, type World } from "../world.ts";

/**
 * `GET /v1/log/key`: the public key under which the newest checkpoint was signed, PEM. Public. Good for
 * a first look; whoever audits keeps the key and compares, as `npm run log:audit` does.
 */
export function build(world: World) {
  const env = readEnvironment(world, "LOG_TABLE");
  const log = logReader(world, env.LOG_TABLE);

  return httpLambda(world, wordProblem, async () => {
    const { publicKey } = requirePublished(await log.published());
    const headers = { "content-type": "text/plain; charset=utf-8" };
    return { status: 200, headers, body: pemOf(publicKey) };
  });
}

export const handler = lambda(build);
