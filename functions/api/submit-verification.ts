import * as z from "zod";
import type { ContractStore } from "../adapters/contract-store.ts";
import { PeerRefused, PeerUnavailable } from "../adapters/peer-call.ts";
import { advanceOrRefuse } from "../advance.ts";
import { assembleVerification } from "../assemble.ts";
import { type Contract, signerOf } from "../domain/contract.ts";
import { Problem } from "../domain/problem.ts";
import type { Challenge } from "../domain/signer.ts";
import { pageAction } from "../h5.ts";
import { verificationCommand } from "../verification-outcome.ts";
import { lambda, type World } from "../world.ts";

/** What a person may type: digits with at most two decimals, also from a Chinese keyboard. */
const schema = z.strictObject({
  amount: z
    .string()
    .transform((typed) => typed.normalize("NFKC").trim())
    .pipe(z.string().regex(/^\d{1,3}(\.\d{1,2})?$/, "must be an amount such as 0.37")),
  remark: z
    .string()
    .max(32)
    .transform((typed) => typed.normalize("NFKC").trim().toUpperCase())
    .optional(),
});

/**
 * `POST /h5/{token}/verification`: the person types back the micro-deposit (D-12). The try is on record
 * before it is sent and keeps its number until an answer came, so a technical failure burns none (K53).
 */
export function build(world: World) {
  const verification = assembleVerification(world);

  return pageAction(
    world,
    schema,
    (contracts) =>
      async ({ contract: { id }, signer: { number: signer } }, typed) => {
        const amount = twoDecimals(typed.amount);
        const remark = typed.remark ?? "";
        const submitted = await advanceOrRefuse(contracts, id, {
          type: "submitTry",
          at: world.now(),
          signer,
          amount,
          remark,
        });
        const { challenge } = signerOf(submitted.contract, signer);
        if (challenge?.verificationId === undefined)
          throw new Error(`${id} has no challenge to confirm`);
        const attempt = challenge.triesUsed + 1;
        try {
          const { verificationId } = challenge;
          const status = await verification.confirm(verificationId, attempt, amount, remark).then(
            (judged) => judged.status,
            // Refused, because it was decided or ran out meanwhile: its record says which.
            (cause: unknown) => (cause instanceof PeerRefused ? "CLOSED" : Promise.reject(cause)),
          );
          return await judge(
            contracts,
            submitted.contract,
            signer,
            { ...challenge, verificationId },
            status,
          );
        } catch (cause) {
          if (!(cause instanceof PeerUnavailable) && !(cause instanceof PeerRefused)) throw cause;
          world.count("DependencyFailure");
          const message =
            "the verification system did not answer; no try was used, please press again";
          throw new Problem("VERIFIER_DOWN", message, { cause });
        }
      },
  );

  async function judge(
    contracts: ContractStore,
    contract: Contract,
    signer: number,
    challenge: Challenge & { readonly verificationId: string },
    status: "PENDING" | "SUCCESS" | "FAILED" | "CLOSED",
  ): Promise<Contract> {
    const at = world.now();
    if (status === "PENDING") {
      const rejected = {
        type: "tryRejected",
        at,
        signer,
        attempt: challenge.triesUsed + 1,
      } as const;
      return (await advanceOrRefuse(contracts, contract.id, rejected)).contract;
    }
    const record = await verification.read(challenge.verificationId);
    const result = verificationCommand(record, { at, signer, method: challenge.method });
    return result === undefined
      ? contract
      : (await advanceOrRefuse(contracts, contract.id, result)).contract;
  }
}

const twoDecimals = (amount: string): string => {
  const [whole = "0", cents = ""] = amount.split(".");
  return `${Number(whole)}.${cents.padEnd(2, "0")}`;
};

export const handler = lambda(build);
