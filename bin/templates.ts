import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { assembleTemplates } from "../functions/assemble.ts";
import { seededTemplates } from "../functions/domain/seeded-templates.ts";
import { type Template, templateCategories } from "../functions/domain/template.ts";
import { lintTemplates } from "../functions/domain/template-lint.ts";
import { agreementFonts } from "../functions/pages/agreement-fonts.ts";
import { agreementPdf } from "../functions/pages/agreement-pdf.ts";
import { previewAgreement, previewPage } from "../functions/pages/template-preview.ts";
import { lambdaWorld } from "../functions/world.ts";

const usage = `npm run templates -- lint
npm run templates -- list
npm run templates -- preview <templateId> [--version N] <file.html | file.pdf>

lint     whether every legal combination has exactly one sound, active template of each kind
list     every version with its state and what it is chosen for
preview  writes a version, by default the active one, filled with sample values
--stack  stack.json of a local stack: then what is stored there counts as well as the seeded set;
         with AWS_REGION set, the environment of a function (TEMPLATE_TABLE) is expected instead`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { stack: { type: "string" }, version: { type: "string" } },
});
const [command, templateId, file] = positionals;
if (values.stack !== undefined)
  Object.assign(process.env, JSON.parse(readFileSync(values.stack, "utf8")).environment);
const store = process.env.TEMPLATE_TABLE === undefined ? undefined : assembleTemplates(lambdaWorld);

if (command === "lint") await lint();
else if (command === "list") await list();
else if (command === "preview" && templateId && file) await preview(templateId, file);
else {
  console.error(usage);
  process.exitCode = 2;
}

async function lint(): Promise<void> {
  const faults = lintTemplates(store ? await store.active() : seededTemplates);
  for (const fault of faults) console.error(fault);
  console.log(faults.length === 0 ? "templates: no faults" : `templates: ${faults.length} faults`);
  if (faults.length > 0) process.exitCode = 1;
}

async function list(): Promise<void> {
  for (const category of templateCategories) {
    const rows = store
      ? await store.list(category)
      : seededTemplates.filter((one) => one.category === category);
    for (const { templateId: id, version, state, selector } of rows)
      console.log(
        [category, id, version, state, selector ? Object.values(selector).join("/") : "by id"].join(
          "\t",
        ),
      );
  }
}

async function preview(id: string, out: string): Promise<void> {
  const versions = store
    ? await store.versions(id)
    : seededTemplates.filter((one) => one.templateId === id);
  const found = versions.find(({ version, state }) =>
    values.version === undefined ? state === "ACTIVE" : version === values.version,
  );
  if (found === undefined)
    throw new Error(
      `preview ${id}: there is no ${values.version ? `version ${values.version}` : "active version"}; versions are ${versions.map(({ version }) => version).join(", ") || "none"}`,
    );
  writeFileSync(out, out.endsWith(".pdf") ? await pdfOf(found) : previewPage(found));
  console.log(`${id} version ${found.version} is in ${out}`);
}

async function pdfOf(template: Template): Promise<Uint8Array> {
  const contractId = "CT00000000000000000000000000";
  return agreementPdf(previewAgreement(template), {
    fonts: await agreementFonts(),
    contractId,
    createdAt: template.createdAt,
    verifyUrl: `https://sign.example.com/verify/${contractId}`,
  });
}
