import { Conflict, type ContractStore, type WaitNote } from "./adapters/contract-store.ts";
import type { Contract } from "./domain/contract.ts";
import { type Command, decide } from "./domain/decide.ts";
import type { Draft, Refusal } from "./domain/drafts.ts";
import { Problem } from "./domain/problem.ts";

/** Enough for fifty people pressing one button: each round at least one of them finishes. */
const roundLimit = 12;

export type Advance =
  | { readonly contract: Contract; readonly drafts: readonly Draft[] }
  | { readonly contract: Contract; readonly refused: Refusal };

/**
 * Read, decide, write; and once more when somebody else wrote in between.
 * `command` may depend on the state it meets. Throws Conflict after the last round.
 */
export async function advance(
  contracts: ContractStore,
  id: string,
  command: Command | ((contract: Contract) => Command),
  note?: WaitNote,
): Promise<Advance> {
  for (let round = 1; ; round += 1) {
    const contract = await contracts.read(id);
    if (contract === undefined) throw new Error(`contract ${id} does not exist`);
    const decision = decide(contract, typeof command === "function" ? command(contract) : command);
    if ("refused" in decision) return { contract, refused: decision.refused };
    const { drafts } = decision;
    if (drafts.length === 0) return { contract, drafts };
    try {
      return { contract: await contracts.commit(contract, drafts, { note }), drafts };
    } catch (cause) {
      if (!(cause instanceof Conflict) || round === roundLimit) throw cause;
    }
  }
}

/** The same for callers who cannot go on after a refusal: it becomes a Problem. */
export async function advanceOrRefuse(
  ...args: Parameters<typeof advance>
): Promise<Extract<Advance, { readonly drafts: readonly Draft[] }>> {
  const outcome = await advance(...args);
  if (!("refused" in outcome)) return outcome;
  throw refusalProblem(outcome.refused);
}

export const refusalProblem = ({ code, message, data }: Refusal): Problem =>
  new Problem(code === "NOT_YET" ? "STATE_CONFLICT" : code, message, data ? { data } : {});
