/** Says that a request repeats an earlier one, so that the API answers instead of refusing a duplicate. */
export type Repeat = { readonly idempotencyKey?: string };

export const repeatHeaders = ({ idempotencyKey }: Repeat): Record<string, string> =>
  idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey };

/** An id as a part of a path. */
export const part = encodeURIComponent;

/** The parameters that were given, as a query. */
export function queryOf(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return query.size === 0 ? "" : `?${query}`;
}
