import { methodFrom, wordProblem } from "../dialects/native.ts";
import { readVerificationCallback } from "../dialects/native-request.ts";
import { Problem } from "../domain/problem.ts";
import { httpLambda, readJson } from "../http.ts";
import { verificationReceiver } from "../verification-callback.ts";
import { lambda, type World } from "../world.ts";

/** `POST /v1/contracts/{contractId}/callback/auth`. */
export function build(world: World) {
  const { verify, record } = verificationReceiver(world);

  return httpLambda(world, wordProblem, async (call) => {
    await verify(call);
    const told = readVerificationCallback(readJson(call));
    const { contractId, verificationId } = told;
    if (contractId !== call.parameters.contractId) {
      world.log("warn", "verification callback names two contracts", { traceId: call.traceId });
      const fields = [{ field: "contractId", message: "differs from the path" }];
      throw new Problem("PARAM_INVALID", "contractId differs from the path", { fields });
    }
    await record(call, {
      contractId,
      verificationId,
      method: methodFrom[told.authMethod as keyof typeof methodFrom],
      result: told.authResult as "SUCCESS" | "FAILED",
      failReason: told.failReason ?? "UNKNOWN",
      evidence: Object.fromEntries(
        Object.entries(told.evidenceData).map(([name, value]) => [name, String(value)]),
      ),
    });
    return { status: 200, body: { code: "SUCCESS", message: "recorded" } };
  });
}

export const handler = lambda(build);
