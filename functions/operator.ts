import type { Partner } from "./adapters/partners.ts";
import { Problem } from "./domain/problem.ts";

/** Operators are clients like partners, with a scope of their own; a partner's key opens nothing of theirs. */
export function requireOperator({ scopes }: Partner): void {
  if (!scopes.includes("operations"))
    throw new Problem("FORBIDDEN", "this needs a client with the scope operations");
}
