import { logReader } from "../adapters/log-reader.ts";
import { wordProblem } from "../dialects/native.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { immutable, requirePublished, wholeNumber } from "../log-request.ts";
import { lambda, type World } from "../world.ts";

/** An answer of some 70 KB; and a Query reads as many leaves in one page. */
const pageLimit = 1000;

/** `GET /v1/log/leaves?from=&limit=`: leaf hashes in order, as far as the newest checkpoint goes. Public. */
export function build(world: World) {
  const env = readEnvironment(world, "LOG_TABLE");
  const log = logReader(world, env.LOG_TABLE);

  return httpLambda(world, wordProblem, async (call) => {
    const { size } = requirePublished(await log.published());
    const from = wholeNumber(call, "from", { least: 0, most: size, otherwise: 0 });
    const bounds = { least: 1, most: pageLimit, otherwise: pageLimit };
    const limit = wholeNumber(call, "limit", bounds);
    const count = Math.min(limit, size - from);
    const leaves = count === 0 ? [] : await log.leaves(from, count);
    // A page that ends with the log will be longer tomorrow.
    return {
      status: 200,
      headers: leaves.length === limit ? immutable : {},
      body: { from, leaves },
    };
  });
}

export const handler = lambda(build);
