import { readFileSync } from "node:fs";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { routes } from "../../lib/aws/routes.ts";
import { clientTypes } from "../../openapi/client-types.ts";
import { dialects, notForPartners } from "../../openapi/dialects.ts";
import { documentOf, type JsonSchema, operationsOf } from "../../openapi/document.ts";

/** What the descriptions say, held against the schemas, the routes and the standard. The journey holds them against answers. */

const written = (file: string): string =>
  readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

test("every route is told by exactly one dialect, or is not for partners", () => {
  const described = [
    ...dialects.flatMap(({ operations }) => Object.keys(operations)),
    ...Object.keys(notForPartners),
  ];

  expect(described.toSorted()).toEqual(
    routes
      .map(({ file }) => file as string)
      .filter(unlike)
      .sort(),
  );
});

/** Two routes may have one file. */
const unlike = (file: string, at: number, all: readonly string[]): boolean =>
  all.indexOf(file) === at;

test("no two dialects name a schema alike, so that the client has one type for each", () => {
  const names = dialects.flatMap(({ schemas }) => Object.keys(schemas));

  expect(new Set(names).size).toBe(names.length);
});

test("the client's types are those of the schemas; `npm run openapi` writes them", () => {
  const unformatted = (text: string) => text.replace(/[\s|();]/g, "");

  expect(unformatted(written("client/types.ts"))).toBe(
    unformatted(clientTypes(dialects.map(documentOf))),
  );
});

test.each(dialects)(
  "$name: the description is that of the schemas; `npm run openapi` writes it",
  (dialect) => {
    const file = JSON.parse(written(`openapi/${dialect.name}.json`));

    expect(file).toEqual(JSON.parse(JSON.stringify(documentOf(dialect))));
  },
);

test.each(dialects)(
  "$name: it is valid OpenAPI by all recommended rules, and its examples fit",
  async ({ name }) => {
    const config = await createConfig({ extends: ["recommended-strict"] });
    const source = written(`openapi/${name}.json`);

    const problems = await lintFromString({ source, absoluteRef: `/${name}.json`, config });

    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  },
);

test.each(dialects)("$name: every field that may be sent says what it means", (dialect) => {
  const { schemas } = documentOf(dialect).components;
  const requests = operationsOf(dialect).flatMap(({ operation: { request } }) =>
    Object.keys(schemas).filter((name) => dialect.schemas[name] === request?.schema),
  );

  const untold = requests.flatMap((name) => untoldIn(schemas[name] ?? {}, name));

  expect([...new Set(untold)]).toEqual([]);
});

function untoldIn({ properties = {}, items, anyOf, oneOf }: JsonSchema, at: string): string[] {
  return [
    ...Object.entries(properties).flatMap(([name, value]) => [
      ...(value.description === undefined ? [`${at}.${name}`] : []),
      ...untoldIn(value, `${at}.${name}`),
    ]),
    ...[items ?? {}, ...(anyOf ?? oneOf ?? [])].flatMap((one) =>
      Object.keys(one).length === 0 ? [] : untoldIn(one, at),
    ),
  ];
}

test.each(dialects)("$name: every meaning belongs to a field there is", (dialect) => {
  const text = JSON.stringify(documentOf(dialect).components.schemas);

  const unused = Object.values(dialect.fields).filter(
    (meaning) => !text.includes(JSON.stringify(meaning)),
  );

  expect(unused).toEqual([]);
});
