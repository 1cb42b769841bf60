import type { Problem } from "../domain/problem.ts";

/**
 * An error as every dialect lays it out: its own status and code, the fields it is about, and in `data` what the
 * caller may use (K07: what exists already; seconds to wait).
 */
export function problemAnswer<Code>(
  [status, code]: readonly [number, Code],
  problem: Problem,
  traceId: string,
) {
  const { retryAfterSeconds } = problem.data;
  return {
    status,
    headers: retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) },
    body: {
      code,
      message: problem.message,
      ...(problem.fields.length > 0 ? { errors: problem.fields } : {}),
      ...(Object.keys(problem.data).length > 0 ? { data: problem.data } : {}),
      traceId,
    },
  };
}
