import type { VerificationRecord } from "./adapters/verification-system.ts";
import type { Command } from "./domain/decide.ts";
import type { VerificationMethod } from "./domain/verification-rules.ts";

/** What a record that we asked for ourselves makes happen (B-16); undefined while it is undecided. */
export function verificationCommand(
  record: VerificationRecord,
  { at, signer, method }: { at: string; signer: number; method: VerificationMethod },
): Command | undefined {
  const { verificationId, status, failReason, transactionNo, score, amount, remark } = record;
  if (status === "PENDING" || status === "PROCESSING") return undefined;
  const evidence = {
    ...(transactionNo ? { transactionNo } : {}),
    ...(score === undefined ? {} : { score: String(score) }),
    // The figures of the deposit are evidence only once they can no longer be guessed with (3.4).
    ...(status === "SUCCESS" && amount ? { remittanceAmount: amount } : {}),
    ...(status === "SUCCESS" && remark ? { remittanceRemark: remark } : {}),
  };
  return {
    type: "verificationResult",
    at,
    signer,
    verificationId,
    method,
    result: status === "SUCCESS" ? "SUCCESS" : "FAILED",
    failReason: status === "EXPIRED" ? "EXPIRED" : (failReason ?? "UNKNOWN"),
    source: "POLL",
    evidence,
  };
}
