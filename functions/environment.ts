import type { World } from "./world.ts";

/**
 * Reads the named variables once, at start. Throws one message that names every missing one,
 * so that a misconfigured function fails at its first breath and not at its first customer.
 */
export function readEnvironment<Name extends string>(
  world: World,
  ...names: readonly Name[]
): Readonly<Record<Name, string>> {
  const values = names.map((name) => [name, world.environment(name)] as const);
  const missing = values.filter(([, value]) => value === undefined).map(([name]) => name);
  if (missing.length > 0)
    throw new Error(`environment variables are missing: ${missing.join(", ")}; deploy sets them`);
  return Object.fromEntries(values) as Record<Name, string>;
}
