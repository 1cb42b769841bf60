import { logReader } from "../adapters/log-reader.ts";
import { wordProblem } from "../dialects/native.ts";
import { isHash } from "../domain/merkle-tree.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { immutable, requirePublished, wholeNumber } from "../log-request.ts";
import { lambda, type World } from "../world.ts";

/**
 * `GET /v1/log/inclusion/{leafHash}?size=`: proof that a sealed root is in the log, in the newest
 * checkpoint's tree unless `size` names an older one. Public.
 */
export function build(world: World) {
  const env = readEnvironment(world, "LOG_TABLE");
  const log = logReader(world, env.LOG_TABLE);

  return httpLambda(world, wordProblem, async (call) => {
    const leafHash = call.parameters.leafHash ?? "";
    if (!isHash(leafHash)) {
      const message = "give a SHA-256 as 64 lowercase hex digits";
      const fields = [{ field: "leafHash", message }];
      throw new Problem("PARAM_INVALID", `leafHash: ${message}`, { fields });
    }
    const [checkpoint, index] = await Promise.all([log.published(), log.find(leafHash)]);
    const { size: newest } = requirePublished(checkpoint);
    const size = wholeNumber(call, "size", { least: 1, most: newest, otherwise: newest });
    if (index === undefined || index >= size)
      throw new Problem("NOT_FOUND", `the tree of size ${size} holds no leafHash ${leafHash}`);
    const body = { leafHash, index, size, hashes: await log.inclusion(index, size) };
    return { status: 200, headers: call.query === "" ? {} : immutable, body };
  });
}

export const handler = lambda(build);
