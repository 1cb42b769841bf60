import { readFileSync } from "node:fs";
import { expect } from "vitest";
import * as z from "zod";
import { type Answer, signatureHeaders } from "../../client/signed-call.ts";
import { dialects } from "../../openapi/dialects.ts";
import { operationsOf } from "../../openapi/document.ts";
import type { Json } from "./actors.ts";
import type { Stack } from "./stack.ts";

/** Sends what the descriptions show to a stack, and holds the answers against what they promise. */

type Described = { readonly components: Json; readonly paths: Json; readonly webhooks: Json };

/** As it is served, with references that a JSON Schema reader follows. */
const documents = new Map(
  dialects.map(({ name }) => {
    const text = readFileSync(`openapi/${name}.json`, "utf8");
    const document = JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/"));
    return [name, document as Described];
  }),
);

const schemaOf = ({ components }: Described, schema: Json): z.ZodType =>
  z.fromJSONSchema({ $defs: components.schemas, ...schema });

export const operations = dialects.flatMap(({ name: dialect, operations: described }) =>
  operationsOf({ operations: described }).map((one) => ({ dialect, ...one })),
);

export type DescribedOperation = (typeof operations)[number];

export const operationOf = (id: string): DescribedOperation => {
  const found = operations.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no description has an operation ${id}`);
  return found;
};

/** The status is documented for the operation, and the body is what the description promises for it. */
export function expectDescribed({ dialect, route, id }: DescribedOperation, answer: Answer): void {
  const document = documents.get(dialect) as Described;
  const { responses } = document.paths[route.path][route.method.toLowerCase()];
  const told = `${id} answered ${answer.status} ${JSON.stringify(answer.body).slice(0, 2000)}`;
  const response = responses[answer.status];
  expect(response, `${told}, which its description does not list`).toBeDefined();
  expect(answer.headers.get("x-trace-id"), told).toBeTruthy();
  const type = (answer.headers.get("content-type") ?? "").split(";", 1)[0] ?? "";
  const { schema } = response.content[type] ?? {};
  expect(schema, `${told} as ${type}, which its description does not list`).toBeDefined();
  const parsed = schemaOf(document, schema).safeParse(answer.body);
  expect(parsed.error?.message, told).toBeUndefined();
}

/** Which webhooks of all descriptions a body fits. */
export const webhooksLike = (body: Json): string[] =>
  [...documents.values()].flatMap((document) =>
    Object.entries<Json>(document.webhooks)
      .filter(([, { post }]) => {
        const { schema } = post.requestBody.content["application/json"];
        return schemaOf(document, schema).safeParse(body).success;
      })
      .map(([name]) => name),
  );

type Sending = {
  /** Who calls, by the sandbox's names; nobody signs without one. */
  readonly client?: string;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
};

/** Sends an operation, its parameters as the description shows them unless others are given. */
export async function sendDescribed(
  stack: Stack,
  { route, operation }: DescribedOperation,
  { client, path = {}, query = {}, headers = {}, body }: Sending,
): Promise<Answer> {
  const { parameters = [] } = operation;
  const filled = parameters.reduce(
    (filling, { name, example }) => filling.replace(`{${name}}`, path[name] ?? example),
    route.path as string,
  );
  const required = parameters.filter((one) => one.in === "header" && one.required);
  const url = new URL(`${stack.apiUrl}${filled}?${new URLSearchParams(query)}`.replace(/\?$/, ""));
  const text = body === undefined ? "" : JSON.stringify(body);
  const request = { method: route.method, url, body: text };
  const response = await fetch(url, {
    method: route.method,
    headers: {
      ...(client ? signatureHeaders(partnerNamed(stack, client), request, stack.now()) : {}),
      ...(text === "" ? {} : { "content-type": "application/json" }),
      ...Object.fromEntries(required.map(({ name, example }) => [name, example])),
      ...headers,
    },
    ...(text === "" ? {} : { body: text }),
  });
  return answerOf(response);
}

/** Files and texts count as the string that their descriptions call them. */
export async function answerOf(response: Response): Promise<Answer> {
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  const body: Json = isJson ? await response.json() : await response.text();
  return { status: response.status, headers: response.headers, body };
}

export function partnerNamed(stack: Stack, client: string) {
  const partner = stack.partners.find(({ clientId }) => clientId === client);
  if (partner === undefined) throw new Error(`the stack has no client ${client}`);
  return partner;
}
