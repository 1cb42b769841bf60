import { nonceGuard } from "../adapters/nonce-guard.ts";
import { peers } from "../adapters/peers.ts";
import { advanceOrRefuse } from "../advance.ts";
import { assembleContracts } from "../assemble.ts";
import { methodFrom, wordProblem } from "../dialects/native.ts";
import { readVerificationCallback } from "../dialects/native-request.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda, readJson, verifyCaller } from "../http.ts";
import { lambda, type World } from "../world.ts";

/**
 * `POST /v1/contracts/{contractId}/callback/auth`. The verification system repeats
 * a callback until it hears 2xx, so the second one must be answered like the first and change nothing.
 */
export function build(world: World) {
  const env = readEnvironment(world, "PEERS_SECRET_ID", "GUARD_TABLE");
  const contracts = assembleContracts(world);
  const nonces = nonceGuard(world, env.GUARD_TABLE);
  const keys = peers(world, env.PEERS_SECRET_ID);

  async function verifier(clientId: string) {
    const { verificationSystem } = await keys();
    const known = verificationSystem.clientId === clientId;
    return known ? { clientId, secrets: [verificationSystem.secret] } : undefined;
  }

  return httpLambda(world, wordProblem, async (call) => {
    await verifyCaller(world, nonces, call, verifier);
    const result = readVerificationCallback(readJson(call));
    const id = call.parameters.contractId ?? "";
    if (result.contractId !== id) {
      world.log("warn", "verification callback names two contracts", { traceId: call.traceId });
      const fields = [{ field: "contractId", message: "differs from the path" }];
      throw new Problem("PARAM_INVALID", "contractId differs from the path", { fields });
    }
    const contract = /^CT\w{26}$/.test(id) ? await contracts.read(id) : undefined;
    if (contract === undefined) throw new Problem("NOT_FOUND", "there is no contract with this id");

    const theirs = ({ challenge }: (typeof contract.signers)[number]) =>
      challenge?.verificationId === result.verificationId;
    const signer = contract.signers.find(theirs) ?? contract.signers[0];
    await advanceOrRefuse(contracts, id, {
      type: "verificationResult",
      at: world.now(),
      signer: signer?.number ?? 1,
      verificationId: result.verificationId,
      method: methodFrom[result.authMethod as keyof typeof methodFrom],
      result: result.authResult as "SUCCESS" | "FAILED",
      failReason: result.failReason ?? "UNKNOWN",
      source: "CALLBACK",
      evidence: Object.fromEntries(
        Object.entries(result.evidenceData).map(([name, value]) => [name, String(value)]),
      ),
    });
    return { status: 200, body: { code: "SUCCESS", message: "recorded" } };
  });
}

export const handler = lambda(build);
