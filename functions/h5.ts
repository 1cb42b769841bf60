import * as z from "zod";
import type { ContractStore } from "./adapters/contract-store.ts";
import type { PlatformKeys } from "./adapters/platform-keys.ts";
import { assembleContracts, assembleLinks } from "./assemble.ts";
import { wordProblem } from "./dialects/native.ts";
import { type Contract, isTerminal, signerOf } from "./domain/contract.ts";
import { isConfirmed } from "./domain/decide-otp.ts";
import { isOver, isPast } from "./domain/drafts.ts";
import { needsOtp } from "./domain/otp.ts";
import { Problem } from "./domain/problem.ts";
import { profileOf } from "./domain/profile.ts";
import { isThrough, isTurnOf, type Signer } from "./domain/signer.ts";
import { triesPerChallenge } from "./domain/verification-rules.ts";
import { type HttpCall, httpLambda, readJson } from "./http.ts";
import type { Screen } from "./pages/signing-page.ts";
import type { World } from "./world.ts";

/** What a link opens, and for whom: whoever acts through it acts as this signer alone. */
export type Visit = { readonly contract: Contract; readonly signer: Signer };

/** Reads what a link opens. A wrong link, a missing contract and a missing signer look the same. */
export async function visitOf(
  keys: PlatformKeys,
  contracts: ContractStore,
  token: string | undefined,
): Promise<Visit> {
  const link = await keys.linkOf(token ?? "");
  const contract = link && (await contracts.read(link.contractId));
  const signer = contract?.signers.find(({ number }) => number === link?.signer);
  if (!contract || !signer) throw new Problem("NOT_FOUND", "this link does not exist");
  return { contract, signer };
}

/** An action on the signing page: JSON in, the name of the signer's next screen out. */
export function pageAction<T>(
  world: World,
  schema: z.ZodType<T>,
  act: (contracts: ContractStore) => (visit: Visit, body: T, call: HttpCall) => Promise<Contract>,
) {
  const contracts = assembleContracts(world);
  const { keys } = assembleLinks(world);
  const run = act(contracts);
  return httpLambda(world, wordProblem, async (call) => {
    const visit = await visitOf(keys, contracts, call.parameters.token);
    const parsed = schema.safeParse(readJson(call));
    if (!parsed.success) {
      const fields = parsed.error.issues.map(({ path, message }) => ({
        field: path.map(String).join(".") || "body",
        message,
      }));
      const list = fields.map(({ field, message }) => `${field}: ${message}`).join("; ");
      throw new Problem("PARAM_INVALID", list, { fields });
    }
    const contract = await run(visit, parsed.data, call);
    const signer = signerOf(contract, visit.signer.number);
    return { status: 200, body: { screen: screenName({ contract, signer }, world.now()) } };
  });
}

/** Which screen a signer sees now (D-11, B-39); the one place that decides it. */
export function screenName({ contract, signer }: Visit, at: string): Screen["name"] {
  if (isTerminal(contract)) return terminalScreen(contract);
  if (contract.state.status === "SEALING") return "sealing";
  if (isOver(contract, signer, at)) return "expired";
  if (isThrough(signer)) return "othersLeft";
  if (!isTurnOf(signer, contract.signers)) return "othersFirst";
  return isAtVerification(contract, signer)
    ? verificationScreen(contract, signer)
    : signingScreen(contract, signer, at);
}

/** Whichever gate comes first, the other one follows it on the same link (K05). */
const isAtVerification = (contract: Contract, signer: Signer): boolean =>
  profileOf(contract).gateOrder === "SIGN_THEN_VERIFY"
    ? signer.signedAt !== undefined
    : signer.consentedAt !== undefined && signer.verifiedAt === undefined;

function signingScreen(contract: Contract, signer: Signer, at: string): Screen["name"] {
  if (contract.agreement === undefined || signer.linkExpiresAt === undefined)
    return contract.attention ? "systemError" : "preparing";
  if (isPast(signer.linkExpiresAt, at)) return "linkExpired";
  const isUnlocked = signer.verifiedAt === undefined || isConfirmed(signer, at);
  return needsOtp(signer) && !isUnlocked ? "otp" : "sign";
}

function verificationScreen(contract: Contract, { challenge }: Signer): Screen["name"] {
  if (challenge?.state !== "PENDING") return contract.attention ? "systemError" : "verifying";
  if (challenge.method === "FACE") return "face";
  return challenge.triesUsed < triesPerChallenge ? "microDeposit" : "verifying";
}

function terminalScreen({ state }: Contract): Screen["name"] {
  switch (state.status) {
    case "COMPLETED":
      return "completed";
    case "REJECTED":
      return "declined";
    case "REVOKED":
      return "revoked";
    case "EXPIRED":
      return "expired";
    case "FAILED":
      return state.reason === "CHALLENGES_EXHAUSTED" ? "tooManyTries" : "failed";
    default:
      throw new Error(`${state.status} is not terminal`);
  }
}

/** Most points a signature may have; the page simplifies to this before it sends. */
const pointLimit = 2000;
const coordinate = z.int().min(0).max(1000);

/** A drawn signature, or a typed name for those who cannot draw. */
export const signatureSchema = z.union([
  z.strictObject({
    strokes: z
      .array(
        z
          .array(coordinate)
          .min(2)
          .max(pointLimit * 2),
      )
      .min(1)
      .max(200)
      .refine((strokes) => strokes.every((stroke) => stroke.length % 2 === 0), {
        message: "every stroke must be a list of x, y pairs",
      })
      .refine((strokes) => strokes.flat().length <= pointLimit * 2, {
        message: `must not have more than ${pointLimit} points`,
      }),
  }),
  z.strictObject({ typedName: z.string().trim().min(1).max(64) }),
  // C-39's CA_CERT: the certificate alone.
  z.strictObject({ certificate: z.literal(true) }),
]);
