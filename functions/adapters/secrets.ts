import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { World } from "../world.ts";

/** A rotated secret is picked up within five minutes; a lookup per request would cost more than the request. */
const cacheMs = 5 * 60 * 1000;

/** Reads one secret and parses it with `parse`; the parsed value is kept for five minutes. */
export function secret<T>(world: World, id: string, parse: (text: string) => T): () => Promise<T> {
  const client = new SecretsManagerClient(world.aws);
  let cached: { readonly value: T; readonly until: number } | undefined;
  return async () => {
    const at = Date.parse(world.now());
    if (cached && at < cached.until) return cached.value;
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    if (SecretString === undefined) throw new Error(`secret ${id} holds no text`);
    const value = parse(SecretString);
    cached = { value, until: at + cacheMs };
    return value;
  };
}
