import * as z from "zod";
import { textFault } from "../domain/plain-text.ts";
import { type FieldProblem, Problem, type ProblemCode } from "../domain/problem.ts";

/** What every dialect says about a request that it cannot read: each faulty field once, by its path. */
export function fieldProblems(error: z.ZodError): readonly FieldProblem[] {
  return (
    error.issues
      .flatMap(problemsOf)
      // One fault a field is enough to mend it.
      .filter((one, index, all) => all.findIndex(({ field }) => field === one.field) === index)
  );
}

export function invalid(code: ProblemCode, fields: readonly FieldProblem[]): Problem {
  const list = fields.map(({ field, message }) => `${field} ${message}`).join("; ");
  return new Problem(code, list, { fields });
}

/** Stands in the agreement or beside it: nothing that a reader could not see (textFault). */
export const text = (longest: number) =>
  z.string().superRefine((value, context) => {
    const fault = textFault(value);
    const refuse = (message: string) => context.addIssue({ code: "custom", message });
    if (value.trim() === "") refuse("must not be empty");
    else if (value.length > longest) refuse(`must not be longer than ${longest} characters`);
    else if (fault !== undefined) refuse(`is refused: ${fault}`);
  });

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  const path = issue.path.map(String);
  const at = (...more: string[]) => [...path, ...more].join(".") || "body";
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ field: at(key), message: "is not a known field" }));
  if (issue.code !== "invalid_type") return [{ field: at(), message: issue.message }];
  const missing = issue.message.endsWith("received undefined");
  return [{ field: at(), message: missing ? "is required" : `must be of type ${issue.expected}` }];
}
