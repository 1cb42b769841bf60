import { type Contract, isTerminal } from "./contract.ts";
import { type Decision, type Draft, draft, nothing, refuse } from "./drafts.ts";

export type WithdrawCommand = {
  readonly type: "withdraw";
  readonly at: string;
  readonly owner: string;
  readonly reason: string;
  readonly operator: string;
};

/**
 * A mandate can be withdrawn at any time (Civil Code, article 933). The contract stays COMPLETED, for it was
 * (B-40); the entry is a record of what came after.
 */
export function withdraw(contract: Contract, command: WithdrawCommand): Decision {
  if (!isTerminal(contract))
    return refuse(
      "STATE_CONFLICT",
      `the contract is ${contract.state.status} and authorises nothing yet; revoke it instead`,
    );
  if (contract.state.status !== "COMPLETED" || contract.authorization === undefined)
    return refuse("STATE_CONFLICT", "the contract never authorised anything; nothing moves on it");
  if (contract.authorization.withdrawnAt !== undefined) return nothing;
  const { reason, operator } = command;
  return { drafts: [withdrawn(command, `partner:${command.owner}`, { reason, operator })] };
}

/** What a forgotten party authorised ends with its agreement: nobody could be shown any more what it allowed. */
export const endedByErasure = (
  contract: Contract,
  command: { readonly at: string; readonly operator: string },
): readonly Draft[] =>
  contract.state.status === "COMPLETED" &&
  contract.authorization !== undefined &&
  contract.authorization.withdrawnAt === undefined
    ? [withdrawn(command, `operator:${command.operator}`)]
    : [];

const withdrawn = (
  command: { readonly at: string },
  actor: string,
  disclosures?: Readonly<Record<string, string>>,
): Draft => draft(command, "AUTHORIZATION_WITHDRAWN", actor, {}, disclosures);
