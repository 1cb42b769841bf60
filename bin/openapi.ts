import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dialects } from "../openapi/dialects.ts";
import { documentOf } from "../openapi/document.ts";

/** `npm run openapi`: writes the description of each dialect to openapi/, and the types of the client from them. */

const written = dialects.map((dialect) => {
  const file = `openapi/${dialect.name}.json`;
  writeFileSync(file, JSON.stringify(documentOf(dialect)));
  return file;
});
execFileSync("biome", ["format", "--write", ...written], { stdio: "inherit" });
