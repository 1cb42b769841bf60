import type { JsonSchema, OpenApi } from "./document.ts";

/** The types of the client, as TypeScript: one for each schema of the descriptions, whose names never meet. */
export function clientTypes(documents: readonly OpenApi[]): string {
  const types = documents.flatMap(({ components }) =>
    Object.entries(components.schemas).map(([name, schema]) => {
      return `export type ${name} = ${typeOf(schema)};`;
    }),
  );
  return ["/** Written by `npm run openapi` from the descriptions. */", ...types].join("\n\n");
}

/** The subset of JSON Schema that zod writes. Throws on what it does not know. */
function typeOf(schema: JsonSchema): string {
  const { $ref, type, anyOf, oneOf, const: only } = schema;
  if ($ref !== undefined) return $ref.slice($ref.lastIndexOf("/") + 1);
  if (only !== undefined) return JSON.stringify(only);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return choices.map(typeOf).join(" | ");
  if (typeof type === "object")
    return type.map((one) => typeOf({ ...schema, type: one })).join("|");
  switch (type) {
    case undefined:
      return "unknown";
    case "string":
    case "boolean":
    case "null":
      return type;
    case "number":
    case "integer":
      return "number";
    case "array":
      return `readonly (${typeOf(schema.items ?? {})})[]`;
    case "object":
      return objectOf(schema);
    default:
      throw new Error(`no TypeScript is known for JSON Schema type ${type}`);
  }
}

function objectOf({ properties = {}, required = [], additionalProperties: more }: JsonSchema) {
  const lines = Object.entries(properties).map(([name, value]) => {
    const doc = value.description === undefined ? "" : `/** ${value.description} */\n`;
    const isOptional = !required.includes(name);
    return `${doc}readonly ${name}${isOptional ? "?" : ""}: ${typeOf(value)};`;
  });
  // Other fields may be of any type; an index must hold those beside it too.
  const isOpen = more !== undefined && more !== false;
  const named = lines.length === 0 && typeof more === "object" ? typeOf(more) : "unknown";
  const index = isOpen ? [`readonly [name: string]: ${named};`] : [];
  return `{\n${[...lines, ...index].join("\n")}\n}`;
}
