import * as z from "zod";
import type { ContractStore } from "./adapters/contract-store.ts";
import type { PlatformKeys } from "./adapters/platform-keys.ts";
import { assembleContracts, assembleLinks } from "./assemble.ts";
import { wordProblem } from "./dialects/native.ts";
import { type Contract, isTerminal } from "./domain/contract.ts";
import { isPast } from "./domain/drafts.ts";
import { Problem } from "./domain/problem.ts";
import { triesPerChallenge } from "./domain/verification-rules.ts";
import { type HttpCall, httpLambda, readJson } from "./http.ts";
import type { Screen } from "./pages/signing-page.ts";
import type { World } from "./world.ts";

/** Contracts of the native dialect have one signer; the link of a further one will carry its number. */
export const onlySigner = 1;

/** The contract that a link opens. A wrong link and a missing contract look the same. */
export async function contractOfLink(
  keys: PlatformKeys,
  contracts: ContractStore,
  token: string | undefined,
): Promise<Contract> {
  const id = await keys.contractOf(token ?? "");
  const contract = id && (await contracts.read(id));
  if (!contract) throw new Problem("NOT_FOUND", "this link does not exist");
  return contract;
}

/** An action on the signing page: JSON in, the name of the next screen out. */
export function pageAction<T>(
  world: World,
  schema: z.ZodType<T>,
  act: (
    contracts: ContractStore,
  ) => (contract: Contract, body: T, call: HttpCall) => Promise<Contract>,
) {
  const contracts = assembleContracts(world);
  const { keys } = assembleLinks(world);
  const run = act(contracts);
  return httpLambda(world, wordProblem, async (call) => {
    const contract = await contractOfLink(keys, contracts, call.parameters.token);
    const parsed = schema.safeParse(readJson(call));
    if (!parsed.success) {
      const fields = parsed.error.issues.map(({ path, message }) => ({
        field: path.map(String).join(".") || "body",
        message,
      }));
      const list = fields.map(({ field, message }) => `${field}: ${message}`).join("; ");
      throw new Problem("PARAM_INVALID", list, { fields });
    }
    const after = await run(contract, parsed.data, call);
    return { status: 200, body: { screen: screenName(after, world.now()) } };
  });
}

/** Which screen a contract shows now (D-11, B-39); the one place that decides it. */
export function screenName(contract: Contract, at: string): Screen["name"] {
  const [signer] = contract.signers;
  if (isTerminal(contract)) return terminalScreen(contract);
  if (contract.state.status === "SEALING") return "sealing";
  if (isPast(contract.expiresAt, at)) return "expired";
  if (signer?.signedAt === undefined) {
    if (contract.agreement === undefined || contract.sms.messages === 0)
      return contract.attention ? "systemError" : "preparing";
    return isPast(contract.linkExpiresAt, at) ? "linkExpired" : "sign";
  }
  const { challenge } = signer;
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
]);
