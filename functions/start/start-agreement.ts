import type { Partner } from "../adapters/partners.ts";
import { assembleContracts, assembleLinks, assembleTemplates } from "../assemble.ts";
import type { AgreementRequest } from "../dialects/agreement-request.ts";
import { agreementOperation, agreementStart, templateFaults } from "../dialects/agreement-start.ts";
import { invalid } from "../dialects/fields.ts";
import type { Contract } from "../domain/contract.ts";
import { Problem } from "../domain/problem.ts";
import type { Template } from "../domain/template.ts";
import { readEnvironment } from "../environment.ts";
import { assembleFaces } from "../faces/face-check.ts";
import type { World } from "../world.ts";
import { refuseOtherPerson } from "./same-person.ts";
import { contractStarter } from "./start-contract.ts";

/**
 * Starts a contract of document C. The id derives from bizId and bizType, which is what makes the pair unique
 * (C-22): a repeated request finds the first one, whatever became of its template since. Throws Problem.
 */
export function agreementStarter(world: World) {
  const env = readEnvironment(world, "ALLOWED_CALLBACK_HOSTS");
  const contracts = assembleContracts(world);
  const templates = assembleTemplates(world);
  const faces = assembleFaces(world);
  const { keys } = assembleLinks(world);
  const allowedHosts = env.ALLOWED_CALLBACK_HOSTS.split(",").filter(Boolean);
  const start = contractStarter(world, contracts, keys, templates, allowedHosts);

  return async (
    partner: Partner,
    sent: AgreementRequest,
  ): Promise<{ readonly contract: Contract; readonly isNew: boolean }> => {
    const operation = agreementOperation(sent.bizType);
    const id = await keys.contractId(partner.clientId, operation, sent.bizId);
    const isFirst = (await contracts.read(id)) === undefined;
    const template = await templateOf(sent.templateId, isFirst);
    const faults = isFirst ? [...templateFaults(sent, template)] : [];
    if (faults.length > 0) throw invalid("PARAM_INVALID", faults);
    if (isFirst) await refuseOtherPerson(faces, keys, partner.clientId, sent);
    const { request, ...origin } = agreementStart(sent, template);
    return start(partner, request, { profile: "agreement", operation, sent, template, ...origin });
  };

  async function templateOf(templateId: string, isFirst: boolean): Promise<Template> {
    const versions = await templates.versions(templateId);
    const agreements = versions.filter(({ content }) => content.kind === "AGREEMENT");
    const active = agreements.find(({ state }) => state === "ACTIVE");
    const template = active ?? (isFirst ? undefined : agreements.at(-1));
    if (template !== undefined) return template;
    const message = "is no agreement template, or none of its versions is active";
    throw new Problem("TEMPLATE_UNAVAILABLE", `templateId ${message}`, {
      fields: [{ field: "templateId", message }],
    });
  }
}
