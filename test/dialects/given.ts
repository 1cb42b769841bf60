import { Problem } from "../../functions/domain/problem.ts";

/** `request` with the value under a dotted path replaced, or taken out when it is undefined. */
export function changed(request: object, path: string, value: unknown): object {
  const [name = "", ...rest] = path.split(".");
  const inner = (request as Record<string, unknown>)[name];
  const next = rest.length === 0 ? value : changed(inner as object, rest.join("."), value);
  if (Array.isArray(request)) return request.with(Number(name), next);
  return Object.fromEntries(
    Object.entries({ ...request, [name]: next }).filter(([, kept]) => kept !== undefined),
  );
}

/** What `read` refuses with. */
export function problemOf(read: () => unknown): Problem {
  try {
    read();
  } catch (cause) {
    if (cause instanceof Problem) return cause;
    throw cause;
  }
  throw new Error("the request was accepted");
}
