import type * as z from "zod";
import type { Problem, ProblemCode } from "../functions/domain/problem.ts";
import type { RouteFile } from "../lib/aws/routes.ts";

/** What one dialect says of itself to a machine: the words that its schemas lack, and examples of its requests. */
export type Dialect = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** By name, unique among all dialects: the client has one type for each. */
  readonly schemas: Readonly<Record<string, z.ZodType>>;
  readonly problem: z.ZodType;
  readonly word: (
    problem: Problem,
    traceId: string,
  ) => { readonly status: number; readonly body: { readonly code: string | number } };
  readonly operations: Readonly<Partial<Record<RouteFile, Operation>>>;
  readonly webhooks: Readonly<Record<string, Webhook>>;
  /** What a field means, by its name, or by `Schema.field` where one name means two things. */
  readonly fields: Readonly<Record<string, string>>;
};

export type Operation = {
  readonly summary: string;
  readonly description?: string;
  readonly access: keyof typeof accesses;
  /** Those of the path first, in its order. */
  readonly parameters?: readonly Parameter[];
  readonly request?: {
    readonly schema: z.ZodType;
    readonly examples: Readonly<Record<string, object>>;
  };
  readonly answer: Answer;
  /** The body of its refusals, where it is not the dialect's only one. */
  readonly refusal?: z.ZodType;
  /** What can go wrong beside what goes wrong everywhere. */
  readonly problems: readonly ProblemCode[];
};

export type Parameter = {
  readonly in: "path" | "query" | "header";
  readonly name: string;
  readonly description: string;
  readonly example: string;
  readonly required?: true;
};

/** `replays`: a repeated request is answered as the first was, and says so in a header. */
type Answer =
  | { readonly description: string; readonly schema: z.ZodType; readonly replays?: true }
  | { readonly description: string; readonly mediaType: string };

type Webhook = { readonly summary: string; readonly schema: z.ZodType };

/** Who may call, by the security scheme of the document. */
export const accesses = {
  partner: [{ clientId: [], timestamp: [], nonce: [], signature: [] }],
  /** The signature is a field of the body, or part of the link. */
  carried: [],
  anybody: [],
} as const;

export const contractIdIn = (description: string): Parameter => ({
  in: "path",
  name: "contractId",
  description,
  example: "CT0123456789ABCDEFGHJKMNPQRS",
});

/** Makes the answer to a duplicate a replay in the dialects that refuse it otherwise (K07). */
export const idempotencyKey: Parameter = {
  in: "header",
  name: "Idempotency-Key",
  description:
    "Any value says that the caller repeats itself: a duplicate is then answered like the first request instead of being refused. What a request is, its own id decides.",
  example: "again",
};
