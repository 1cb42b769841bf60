import { nonceGuard } from "./adapters/nonce-guard.ts";
import { peers } from "./adapters/peers.ts";
import { advanceOrRefuse } from "./advance.ts";
import { assembleContracts, contractIdForm } from "./assemble.ts";
import { readProcessCallback } from "./dialects/wallet-request.ts";
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

/** Which way a result came; a callback's address names the signer it is about (assembleLinks). */
type Told = { readonly source: "CALLBACK"; readonly signer: number } | { readonly source: "EVENT" };

/**
 * Takes results of the verification system by callback (A-24, A-25, D-09). It repeats one until it hears 2xx, so
 * the second must be answered like the first and change nothing.
 */
export function verificationReceiver(world: World) {
  const env = readEnvironment(world, "PEERS_SECRET_ID", "GUARD_TABLE");
  const nonces = nonceGuard(world, env.GUARD_TABLE);
  const keys = peers(world, env.PEERS_SECRET_ID);
  const record = verificationRecorder(world);

  async function verifier(clientId: string) {
    const { verificationSystem } = await keys();
    const known = verificationSystem.clientId === clientId;
    return known ? { clientId, secrets: [verificationSystem.secret] } : undefined;
  }

  return {
    /** Throws the 401 that tells nothing. */
    verify: (call: HttpCall) => verifyCaller(world, nonces, call, verifier),

    /** Throws a Problem when contract and verification do not belong together (K51). */
    record: ({ query }: HttpCall, told: ToldResult): Promise<void> =>
      record(told, {
        source: "CALLBACK",
        signer: Number(new URLSearchParams(query).get("signer") ?? 1),
      }),
  };
}

/** What a genuine result changes, whichever way it came. Throws a Problem as above. */
export function verificationRecorder(world: World) {
  const contracts = assembleContracts(world);

  return async (result: ToldResult, told: Told): Promise<void> => {
    const { contractId: id, ...rest } = result;
    const contract = contractIdForm.test(id) ? await contracts.read(id) : undefined;
    if (contract === undefined) throw new Problem("NOT_FOUND", "there is no contract with this id");
    const signer = signerOfResult(contract, result.verificationId, told);
    const asked = signerOf(contract, signer).challenge?.method ?? contract.method;
    const { source } = told;
    const command = { type: "verificationResult", at: world.now(), signer, source } as const;
    await advanceOrRefuse(contracts, id, { method: asked, ...rest, ...command });
  };
}

/** A result in document D's words (D-09, D-13). Throws a Problem with the fields at fault. */
export function readProcessResult(body: unknown): ToldResult {
  const { processId, verificationId, status, failureReason, evidence } = readProcessCallback(body);
  return {
    contractId: processId,
    verificationId,
    result: status as "SUCCESS" | "FAILED",
    failReason: failureReason ?? "UNKNOWN",
    // What was paid is kept only of a deposit that was recognised (3.4): of another it would help to guess.
    evidence: status === "SUCCESS" ? (evidence ?? {}) : {},
  };
}

/** By the verificationId where we know it already, else by how the result came. */
function signerOfResult({ signers }: Contract, verificationId: string, told: Told): number {
  const known = signers.find(
    ({ challenge }) =>
      challenge?.verificationId === verificationId || challenge?.former.includes(verificationId),
  );
  if (known !== undefined) return known.number;
  if (told.source === "CALLBACK")
    return signers.find(({ number }) => number === told.signer)?.number ?? 1;
  const asking = signers.filter(({ challenge }) => challenge?.state === "REQUESTED");
  if (asking.length <= 1) return asking[0]?.number ?? 1;
  // Our own call's answer, which tells whose it is, is on its way: the event is brought once more.
  throw new Error(`verification ${verificationId} may be of ${asking.length} signers: try again`);
}
