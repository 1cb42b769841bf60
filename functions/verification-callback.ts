import { nonceGuard } from "./adapters/nonce-guard.ts";
import { peers } from "./adapters/peers.ts";
import { advanceOrRefuse } from "./advance.ts";
import { assembleContracts, contractIdForm } from "./assemble.ts";
import { type Contract, signerOf } from "./domain/contract.ts";
import { Problem } from "./domain/problem.ts";
import type { VerificationMethod } from "./domain/verification-rules.ts";
import { readEnvironment } from "./environment.ts";
import { type HttpCall, verifyCaller } from "./http.ts";
import type { World } from "./world.ts";

/** A result as the verification system tells it, whichever dialect words it. */
export type ToldResult = {
  readonly contractId: string;
  readonly verificationId: string;
  /** Document D names none: then it is the one that was asked for. */
  readonly method?: VerificationMethod;
  readonly result: "SUCCESS" | "FAILED";
  readonly failReason: string;
  readonly evidence: Readonly<Record<string, string>>;
};

/**
 * Takes results of the verification system (A-24, A-25, D-09). It repeats a callback until it hears 2xx, so the
 * second one must be answered like the first and change nothing.
 */
export function verificationReceiver(world: World) {
  const env = readEnvironment(world, "PEERS_SECRET_ID", "GUARD_TABLE");
  const contracts = assembleContracts(world);
  const nonces = nonceGuard(world, env.GUARD_TABLE);
  const keys = peers(world, env.PEERS_SECRET_ID);

  async function verifier(clientId: string) {
    const { verificationSystem } = await keys();
    const known = verificationSystem.clientId === clientId;
    return known ? { clientId, secrets: [verificationSystem.secret] } : undefined;
  }

  return {
    /** Throws the 401 that tells nothing. */
    verify: (call: HttpCall) => verifyCaller(world, nonces, call, verifier),

    /** Throws a Problem when contract and verification do not belong together (K51). */
    async record(call: HttpCall, told: ToldResult): Promise<void> {
      const { contractId: id, verificationId, evidence, failReason, result } = told;
      const contract = contractIdForm.test(id) ? await contracts.read(id) : undefined;
      if (contract === undefined)
        throw new Problem("NOT_FOUND", "there is no contract with this id");
      const signer = signerOfResult(contract, verificationId, call.query);
      const asked = signerOf(contract, signer).challenge?.method ?? contract.method;
      const { method = asked } = told;
      const command = { type: "verificationResult", at: world.now(), source: "CALLBACK" } as const;
      await advanceOrRefuse(contracts, id, {
        ...command,
        ...{ signer, verificationId, method, result, failReason, evidence },
      });
    },
  };
}

/** By the verificationId where we know it already, else by our own callback address (assembleLinks). */
function signerOfResult({ signers }: Contract, verificationId: string, query: string): number {
  const known = signers.find(({ challenge }) => challenge?.verificationId === verificationId);
  const called = Number(new URLSearchParams(query).get("signer") ?? 1);
  return known?.number ?? signers.find(({ number }) => number === called)?.number ?? 1;
}
