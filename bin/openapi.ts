import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { clientTypes } from "../openapi/client-types.ts";
import { dialects } from "../openapi/dialects.ts";
import { documentOf } from "../openapi/document.ts";

/** `npm run openapi`: writes the description of each dialect to openapi/, and the types of the client from them. */

const described = dialects.map((dialect) => ({
  file: `openapi/${dialect.name}.json`,
  document: documentOf(dialect),
}));
for (const { file, document } of described) writeFileSync(file, JSON.stringify(document));
const types = "client/types.ts";
writeFileSync(types, clientTypes(described.map(({ document }) => document)));
execFileSync("biome", ["format", "--write", types, ...described.map(({ file }) => file)], {
  stdio: "inherit",
});
