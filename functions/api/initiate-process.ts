import { wordProblem } from "../dialects/wallet.ts";
import { readBusinessId } from "../dialects/wallet-request.ts";
import { httpLambda } from "../http.ts";
import { processStarter } from "../start/start-process.ts";
import { lambda, type World } from "../world.ts";

/** `POST /api/v1/esign/process/initiate` (D-01, D-06, D-21). */
export function build(world: World) {
  const { begin, answer, answerRepeated } = processStarter(world);

  return httpLambda(world, wordProblem, async (call) => {
    const { contract, isNew } = await begin(call, () => readBusinessId(call.headers));
    return isNew ? answer(call, contract) : answerRepeated(call, contract);
  });
}

export const handler = lambda(build);
