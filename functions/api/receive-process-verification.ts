import { wordCallbackProblem } from "../dialects/wallet.ts";
import { readProcessCallback } from "../dialects/wallet-request.ts";
import { httpLambda, readJson } from "../http.ts";
import { verificationReceiver } from "../verification-callback.ts";
import { lambda, type World } from "../world.ts";

/** `POST /api/internal/esign/callback/verification` (D-09): document D's words for a verification system's result. */
export function build(world: World) {
  const { verify, record } = verificationReceiver(world);

  return httpLambda(world, wordCallbackProblem, async (call) => {
    await verify(call);
    const { processId, verificationId, status, failureReason, evidence } = readProcessCallback(
      readJson(call),
    );
    await record(call, {
      contractId: processId,
      verificationId,
      result: status as "SUCCESS" | "FAILED",
      failReason: failureReason ?? "UNKNOWN",
      // What was paid is kept only of a deposit that was recognised (3.4): of another it would help to guess.
      evidence: status === "SUCCESS" ? (evidence ?? {}) : {},
    });
    return { status: 200, body: { code: "SUCCESS", message: "回调处理成功" } };
  });
}

export const handler = lambda(build);
