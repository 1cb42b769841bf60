import { writeFileSync } from "node:fs";
import { dialects } from "../openapi/dialects.ts";
import { documentOf } from "../openapi/document.ts";

/** `npm run openapi`: writes the description of each dialect to openapi/. */

for (const dialect of dialects)
  writeFileSync(
    `openapi/${dialect.name}.json`,
    `${JSON.stringify(documentOf(dialect), null, 2)}\n`,
  );
