import * as z from "zod";
import { type IdentityCheck, isMainlandMobile, isResidentId } from "../domain/identity-numbers.ts";
import { textFault } from "../domain/plain-text.ts";
import { type FieldProblem, Problem, type ProblemCode } from "../domain/problem.ts";

/** What every dialect says about a request that it cannot read: each faulty field once, by its path. */
export function fieldProblems(error: z.ZodError): readonly FieldProblem[] {
  // One fault a field is enough to mend it.
  const first = new Map<string, FieldProblem>();
  for (const problem of error.issues.flatMap(problemsOf))
    if (!first.has(problem.field)) first.set(problem.field, problem);
  return [...first.values()];
}

/** A body of 64 KB can hold ten thousand faulty fields; an answer and a record of it name this many. */
const namedFaults = 50;

export function invalid(code: ProblemCode, faults: readonly FieldProblem[]): Problem {
  const fields = faults.slice(0, namedFaults);
  const list = fields.map(({ field, message }) => `${field} ${message}`).join("; ");
  return new Problem(code, list, { fields });
}

/** Stands in the agreement or beside it: nothing that a reader could not see (textFault). */
export const text = (longest: number) =>
  z
    .string()
    .superRefine((value, context) => {
      const fault = textFault(value);
      const refuse = (message: string) => context.addIssue({ code: "custom", message });
      if (value.trim() === "") refuse("must not be empty");
      else if (value.length > longest) refuse(`must not be longer than ${longest} characters`);
      else if (fault !== undefined) refuse(`is refused: ${fault}`);
    })
    // What a description cannot see in a function (openapi/).
    .meta({ minLength: 1, maxLength: longest });

export const words = <const Words extends readonly [string, ...string[]]>(allowed: Words) => {
  const choice = `one of ${allowed.join(", ")}`;
  return z.enum(allowed, {
    error: ({ input }) => (input === undefined ? `is required: ${choice}` : `must be ${choice}`),
  });
};

export const residentId = (check: IdentityCheck) =>
  z
    .string()
    .refine((value) => isResidentId(value, check), "is not a valid identity number (GB 11643)")
    .meta({ pattern: "^[0-9]{17}[0-9X]$" });

export const mobile = z
  .string()
  .refine(isMainlandMobile, "must be a mainland mobile number of 11 digits")
  .meta({ pattern: "^1[3-9][0-9]{9}$" });

/** Company accounts have no check digit, so that a card's is asked for where a person's card is meant. */
export const bankAccount = z.string().regex(/^[0-9]{8,32}$/, "must have 8 to 32 digits");

/** ICBC, or the twelve digits of the interbank register. */
export const bankCode = z.string().regex(/^[A-Z0-9]{2,12}$/, "must have 2 to 12 of A-Z and 0-9");

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  const path = issue.path.map(String);
  const at = (...more: string[]) =>
    [...path, ...more].map((name) => name.slice(0, 64)).join(".") || "body";
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ field: at(key), message: "is not a known field" }));
  if (issue.code !== "invalid_type") return [{ field: at(), message: issue.message }];
  const missing = issue.message.endsWith("received undefined");
  return [{ field: at(), message: missing ? "is required" : `must be of type ${issue.expected}` }];
}
