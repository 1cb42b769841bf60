import type { PublishedCheckpoint } from "./adapters/log-reader.ts";
import { Problem } from "./domain/problem.ts";
import type { HttpCall } from "./http.ts";

/** What the public log endpoints share: whole numbers in the query, and answers that never change. */

export const immutable = { "cache-control": "public, max-age=31536000, immutable" } as const;

/** The text of a public key as `openssl` reads it. */
export const pemOf = (spki: Uint8Array): string =>
  [
    "-----BEGIN PUBLIC KEY-----",
    ...(Buffer.from(spki)
      .toString("base64")
      .match(/.{1,64}/g) ?? []),
    "-----END PUBLIC KEY-----\n",
  ].join("\n");

/** The query parameter as a whole number from `least` to `most`, or `otherwise` where it is absent. */
export function wholeNumber(
  call: HttpCall,
  field: string,
  bounds: { readonly least: number; readonly most: number; readonly otherwise?: number },
): number {
  const { least, most, otherwise } = bounds;
  const given = new URLSearchParams(call.query).getAll(field);
  if (given.length === 0 && otherwise !== undefined) return otherwise;
  const [text = ""] = given;
  const value = Number(text);
  const isInside = /^(0|[1-9]\d{0,15})$/.test(text) && value >= least && value <= most;
  if (given.length === 1 && isInside) return value;
  const message = `give one whole number from ${least} to ${most}`;
  throw new Problem("PARAM_INVALID", `${field}: ${message}`, { fields: [{ field, message }] });
}

/** Nothing is shown beyond the newest signed tree head: until it is signed, nobody is bound to it. */
export function requirePublished(checkpoint: PublishedCheckpoint | undefined): PublishedCheckpoint {
  if (checkpoint !== undefined) return checkpoint;
  throw new Problem("NOT_FOUND", "the log is empty: it begins with the first sealed contract");
}
