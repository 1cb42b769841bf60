import type { Partner } from "./adapters/partners.ts";
import { Problem } from "./domain/problem.ts";

/** What more than a partner's own contracts a client may reach is a word in its registration. Throws the 403. */
export function requireScope({ scopes }: Partner, scope: "operations" | "templates"): void {
  if (!scopes.includes(scope))
    throw new Problem("FORBIDDEN", `this needs a client with the scope ${scope}`);
}
