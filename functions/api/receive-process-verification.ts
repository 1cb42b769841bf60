import { wordCallbackProblem } from "../dialects/wallet.ts";
import { httpLambda, readJson } from "../http.ts";
import { readProcessResult, verificationReceiver } from "../verification-callback.ts";
import { lambda, type World } from "../world.ts";

/** `POST /api/internal/esign/callback/verification` (D-09): document D's words for a verification system's result. */
export function build(world: World) {
  const { verify, record } = verificationReceiver(world);

  return httpLambda(world, wordCallbackProblem, async (call) => {
    await verify(call);
    await record(call, readProcessResult(readJson(call)));
    return { status: 200, body: { code: "SUCCESS", message: "回调处理成功" } };
  });
}

export const handler = lambda(build);
