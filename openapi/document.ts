import * as z from "zod";
import { Problem, type ProblemCode } from "../functions/domain/problem.ts";
import { type Route, type RouteFile, routes } from "../lib/aws/routes.ts";
import { accesses, type Dialect, type Operation, type Parameter } from "./description.ts";
import { meanings } from "./problems.ts";

/** A description in OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1). */
export type OpenApi = {
  readonly openapi: "3.1.1";
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly [more: string]: unknown;
  };
  readonly [more: string]: unknown;
};

export type JsonSchema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly const?: string | number | boolean | null;
  readonly description?: string;
};

/** The whole description of a dialect. Throws when an operation speaks of a schema without a name. */
export function documentOf(dialect: Dialect): OpenApi {
  const { title, description, webhooks } = dialect;
  const refTo = refsOf(dialect);
  return {
    openapi: "3.1.1",
    info: {
      title,
      version: "1",
      description,
      license: { name: "MIT", identifier: "MIT" },
    },
    // Whoever serves this puts its own address here.
    servers: [{ url: "/" }],
    paths: pathsOf(dialect, refTo),
    webhooks: Object.fromEntries(
      Object.entries(webhooks).map(([name, { summary, schema }]) => [
        name,
        { post: { operationId: name, summary, ...webhookParts, requestBody: json(refTo(schema)) } },
      ]),
    ),
    components: { schemas: schemasOf(dialect), securitySchemes, headers },
  };
}

type RefTo = (schema: z.ZodType) => { readonly $ref: string };

function refsOf({ name: dialect, schemas }: Dialect): RefTo {
  const names = new Map(Object.entries(schemas).map(([name, schema]) => [schema, name]));
  return (schema) => {
    const name = names.get(schema);
    if (name === undefined) throw new Error(`openapi/${dialect}.ts uses a schema it does not name`);
    return { $ref: componentOf(name) };
  };
}

const componentOf = (name: string): string => `#/components/schemas/${name}`;

function pathsOf(dialect: Dialect, refTo: RefTo): OpenApi["paths"] {
  const described = operationsOf(dialect).map(({ route, operation }) => ({
    path: route.path,
    method: route.method.toLowerCase(),
    content: operationObject(dialect, route, operation, refTo),
  }));
  const byPath = Map.groupBy(described, ({ path }) => path);
  return Object.fromEntries(
    [...byPath].map(([path, methods]) => [
      path,
      Object.fromEntries(methods.map(({ method, content }) => [method, content])),
    ]),
  );
}

/** The operations of a dialect with their routes, in the order of lib/aws/routes.ts. */
export const operationsOf = ({ operations }: Pick<Dialect, "operations">) =>
  routes.flatMap((route: Route) => {
    const operation = operations[route.file as RouteFile];
    return operation === undefined ? [] : [{ route, operation, id: operationId(route.file) }];
  });

/** get-contract is getContract: the name of the client's function as well. */
const operationId = (file: string): string =>
  file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function operationObject(dialect: Dialect, route: Route, operation: Operation, refTo: RefTo) {
  const { summary, description, access, parameters = [], request, answer } = operation;
  const file = "mediaType" in answer;
  return {
    operationId: operationId(route.file),
    summary,
    ...(description ? { description } : {}),
    security: accesses[access],
    ...(parameters.length > 0 ? { parameters: parameters.map(parameterObject) } : {}),
    ...(request ? { requestBody: json(refTo(request.schema), request.examples) } : {}),
    responses: {
      "200": {
        description: answer.description,
        headers: {
          ...traceId,
          ...(!file && answer.replays ? { "Idempotent-Replayed": headerRef("Replayed") } : {}),
        },
        content: file
          ? { [answer.mediaType]: { schema: { type: "string" } } }
          : json(refTo(answer.schema)).content,
      },
      ...refusalsOf(dialect, operation, refTo),
    },
  };
}

const parameterObject = ({ name, description, example, required, ...more }: Parameter) => ({
  name,
  in: more.in,
  description,
  ...(required || more.in === "path" ? { required: true } : {}),
  schema: { type: "string" },
  example,
});

const json = (schema: object, examples?: Readonly<Record<string, object>>) => ({
  required: true,
  content: {
    "application/json": {
      schema,
      ...(examples
        ? {
            examples: Object.fromEntries(
              Object.entries(examples).map(([name, value]) => [name, { value }]),
            ),
          }
        : {}),
    },
  },
});

/** Every problem of an operation under its status, worded by the dialect's own table. */
function refusalsOf(dialect: Dialect, operation: Operation, refTo: RefTo) {
  const worded = problemsOf(operation).map((code) => {
    const { status, body } = dialect.word(new Problem(code, ""), "");
    return { status, told: `\`${body.code}\`: ${meanings[code]}`, limits: code === "RATE_LIMITED" };
  });
  return Object.fromEntries(
    [...Map.groupBy(worded, ({ status }) => status)].map(([status, problems]) => [
      String(status),
      {
        description: [...new Set(problems.map(({ told }) => told))].join("; "),
        headers: {
          ...traceId,
          ...(problems.some(({ limits }) => limits) ? { "Retry-After": retryAfter } : {}),
        },
        content: json(refTo(operation.refusal ?? dialect.problem)).content,
      },
    ]),
  );
}

/** Which problems an operation answers with, those that every one of its kind has included. */
function problemsOf({ access, request, problems }: Operation): readonly ProblemCode[] {
  const unreadable = ["BODY_REFUSED", "BODY_TOO_LARGE", "MEDIA_TYPE", "PARAM_INVALID"] as const;
  return [
    ...(request ? unreadable : []),
    ...(access === "partner" ? (["SIGNATURE_INVALID"] as const) : []),
    ...problems,
    "INTERNAL",
  ];
}

const headerRef = (name: string) => ({ $ref: `#/components/headers/${name}` });
const traceId = { "X-Trace-Id": headerRef("TraceId") };
const retryAfter = { description: "Seconds until the next try", schema: { type: "string" } };

const headers = {
  TraceId: {
    description: "The number to name when something is to be looked up",
    schema: { type: "string" },
  },
  Replayed: {
    description: "`true` when the request was sent before and nothing happened anew",
    schema: { type: "string" },
  },
};

const signed = (name: string, description: string) => ({
  type: "apiKey",
  in: "header",
  name,
  description,
});

const securitySchemes = {
  clientId: signed("X-Client-Id", "Your id"),
  timestamp: signed("X-Timestamp", "Milliseconds since 1970, within 5 minutes of ours"),
  nonce: signed("X-Nonce", "16 to 64 characters of `A-Z a-z 0-9 _ -`, never used before"),
  signature: signed(
    "X-Signature",
    "Lowercase hex HMAC-SHA256 under your secret over six parts, joined by line feeds: the method; the path as sent; the query pairs as sent, sorted bytewise and joined by `&`; X-Timestamp; X-Nonce; the lowercase hex SHA-256 of the body's bytes.",
  ),
};

/** Standard Webhooks (https://www.standardwebhooks.com): signed over `id.timestamp.body`. */
const webhookParts = {
  security: [],
  description:
    "By Standard Webhooks: base64 HMAC-SHA256 over `id.timestamp.body` under the base64-decoded part of your `whsec_` secret. Deliveries repeat until a 2xx: drop a `webhook-id` that you have seen.",
  parameters: ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => ({
    name,
    in: "header",
    required: true,
    schema: { type: "string" },
  })),
  responses: {
    "200": { description: "Taken" },
    "410": { description: "Send no more of it" },
  },
};

function schemasOf({ schemas, fields }: Dialect): OpenApi["components"]["schemas"] {
  const named = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) named.add(schema, { id });
  const { schemas: written } = z.toJSONSchema(named, {
    io: "input",
    unrepresentable: "any",
    uri: componentOf,
    override: ({ jsonSchema }) => {
      // zod writes out what the format says already, and that an integer is a safe one.
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return Object.fromEntries(
    Object.entries(written).map(([name, { $schema: _, $id: __, ...schema }]) => [
      name,
      told(schema as JsonSchema, name, fields),
    ]),
  );
}

/** Puts what `fields` say of a property beside it, however deep it lies. */
function told(schema: JsonSchema, name: string, fields: Dialect["fields"]): JsonSchema {
  const { properties, items, anyOf, oneOf, additionalProperties } = schema;
  const inner = (one: JsonSchema) => told(one, name, fields);
  return {
    ...schema,
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, value]) => {
              const description = fields[`${name}.${key}`] ?? fields[key];
              return [key, { ...inner(value), ...(description ? { description } : {}) }];
            }),
          ),
        }
      : {}),
    ...(items ? { items: inner(items) } : {}),
    ...(anyOf ? { anyOf: anyOf.map(inner) } : {}),
    ...(oneOf ? { oneOf: oneOf.map(inner) } : {}),
    ...(typeof additionalProperties === "object"
      ? { additionalProperties: inner(additionalProperties) }
      : {}),
  };
}
