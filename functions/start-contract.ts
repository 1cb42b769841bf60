import canonicalize from "canonicalize";
import type { Details, Subject } from "./adapters/contract-items.ts";
import type { ContractStore } from "./adapters/contract-store.ts";
import { urlFault } from "./adapters/outbound-url.ts";
import type { Partner } from "./adapters/partners.ts";
import type { PlatformKeys } from "./adapters/platform-keys.ts";
import type { TemplateStore } from "./adapters/template-store.ts";
import type { CreateRequest } from "./dialects/native-request.ts";
import { defaultAgreementType } from "./domain/agreement-types.ts";
import { termsFacts } from "./domain/authorization-terms.ts";
import type { Contract } from "./domain/contract.ts";
import { type Draft, isPast, plusSeconds } from "./domain/drafts.ts";
import { figures } from "./domain/figures.ts";
import { Problem } from "./domain/problem.ts";
import { chooseTemplate, type Template } from "./domain/template.ts";
import { chooseVerification } from "./domain/verification-rules.ts";
import type { World } from "./world.ts";

/**
 * Starts a contract for a partner, whether the request came over HTTP or over the bus.
 * The id derives from partner and requestId, so a repeated request finds the first one (B-28):
 * the same body replays it, another body is a conflict. Throws Problem.
 */
export function contractStarter(
  world: World,
  contracts: ContractStore,
  keys: PlatformKeys,
  templates: TemplateStore,
  allowedHosts: readonly string[],
) {
  return async (
    partner: Pick<Partner, "clientId" | "returnUrls">,
    request: CreateRequest,
  ): Promise<{ readonly contract: Contract; readonly isNew: boolean }> => {
    refuseUrls(partner, request, allowedHosts);
    const id = await keys.contractId(partner.clientId, "contract", request.requestId);
    const fingerprint = await keys.fingerprint(canonical(request));
    const at = world.now();
    const { method, rule } = chooseVerification({ ...request, forced: figures.forcedMethods });
    const chosen = chooseTemplates(world, request, await templates.active());
    const details = await detailsOf(keys, request, chosen);
    const fault = faultOf(request, details, at);
    // A repeated request is answered like the first, however much time has passed since.
    if (fault !== undefined && (await contracts.read(id)) === undefined) throw fault;
    const draft: Draft = {
      step: "FLOW_CREATED",
      at,
      actor: `partner:${partner.clientId}`,
      facts: {
        owner: partner.clientId,
        requestId: request.requestId,
        fingerprint,
        bizScene: request.bizScene,
        userType: request.userType,
        agreementType: details.agreementType,
        ...(request.scene ? { scene: request.scene } : {}),
        ...(request.fundPurpose ? { fundPurpose: request.fundPurpose } : {}),
        ...(request.userInfo.role ? { subjectRole: request.userInfo.role } : {}),
        ...(request.userInfo.partyId ? { subjectId: request.userInfo.partyId } : {}),
        method,
        rule,
        ...termsFacts(request.authorization),
        expiresAt: plusSeconds(at, figures.flowSeconds),
        allowExternalDelivery: request.allowExternalDelivery ?? false,
      },
      disclosures: { ...details.subject },
    };
    const subjects = await subjectFingerprints(keys, details.subject);
    const started = await contracts.create(id, draft, details, subjects);
    if (started.contract.fingerprint !== fingerprint)
      throw await conflict(contracts, started.contract, details);
    return started;
  };
}

function refuseUrls(
  partner: Pick<Partner, "returnUrls">,
  request: CreateRequest,
  allowedHosts: readonly string[],
): void {
  const fault = request.callbackUrl && urlFault(request.callbackUrl, allowedHosts);
  const fields = fault ? [{ field: "callbackUrl", message: fault }] : [];
  if (
    request.returnUrl &&
    !partner.returnUrls.some((allowed) => within(request.returnUrl, allowed))
  )
    fields.push({
      field: "returnUrl",
      message: "is not below a registered return URL of yours; operations registers them",
    });
  if (fields.length > 0)
    throw new Problem(
      "PARAM_INVALID",
      fields.map(({ field, message }) => `${field} ${message}`).join("; "),
      { fields },
    );
}

/** Same origin and below the registered path: a prefix of the text alone would let other hosts in. */
function within(url: string | undefined, allowed: string): boolean {
  if (url === undefined || !URL.canParse(url) || !URL.canParse(allowed)) return false;
  const [given, registered] = [new URL(url), new URL(allowed)];
  const folder = registered.pathname.replace(/\/?$/, "/");
  return given.origin === registered.origin && `${given.pathname}/`.startsWith(folder);
}

/** What is right or wrong only at the moment of the first request. */
function faultOf(request: CreateRequest, details: Details, at: string): Problem | undefined {
  if (isPast(request.authorization?.validUntil, at))
    return invalidField("authorization.validUntil", "must lie in the future");
  if (request.smsTemplate !== undefined && request.smsTemplate !== details.smsTemplate)
    return invalidField(
      "smsTemplate",
      `must be ${details.smsTemplate} for this scene and user type, or be left out`,
    );
  return undefined;
}

type Chosen = { readonly agreement: Template; readonly sms: Template; readonly page: Template };

/** The three texts of a contract (D-23, D-46); a missing one blocks the start and raises an alarm (B-32, B-49). */
function chooseTemplates(
  world: World,
  { bizScene, userType, agreementType = defaultAgreementType(bizScene), scene }: CreateRequest,
  templates: readonly Template[],
): Chosen {
  const wanted = { bizScene, userType, agreementType, scene };
  const agreement = chooseTemplate("AGREEMENT", wanted, templates);
  const sms = chooseTemplate("SMS", wanted, templates);
  const page = chooseTemplate("H5", wanted, templates);
  if (!("missing" in agreement) && !("missing" in sms) && !("missing" in page))
    return { agreement, sms, page };
  const missing = [agreement, sms, page].flatMap((one) => ("missing" in one ? [one.missing] : []));
  world.log("error", "no template", { missing });
  world.count("TemplateFault");
  const message = `no template for ${missing.join(" and ")}; operations are told`;
  throw new Problem("TEMPLATE_UNAVAILABLE", message);
}

async function detailsOf(
  keys: PlatformKeys,
  request: CreateRequest,
  { agreement, sms, page }: Chosen,
): Promise<Details> {
  const { idCardNo, legalRepIdCardNo, ...same } = request.userInfo;
  const subject: Subject = {
    ...(same as Omit<Subject, "idNumber" | "legalRepIdNumber">),
    ...(idCardNo ? { idNumber: idCardNo } : {}),
    ...(legalRepIdCardNo ? { legalRepIdNumber: legalRepIdCardNo } : {}),
  };
  return {
    subject,
    agreementType: request.agreementType ?? defaultAgreementType(request.bizScene),
    templateId: agreement.templateId,
    templateVersion: agreement.version,
    fieldFingerprints: await fieldFingerprints(keys, request),
    smsTemplate: sms.templateId,
    smsTemplateVersion: sms.version,
    h5Template: page.templateId,
    h5TemplateVersion: page.version,
    ...(request.scene ? { scene: request.scene } : {}),
    ...(request.fundPurpose ? { fundPurpose: request.fundPurpose } : {}),
    ...(request.callbackUrl ? { callbackUrl: request.callbackUrl } : {}),
    ...(request.returnUrl ? { returnUrl: request.returnUrl } : {}),
  };
}

const invalidField = (field: string, message: string): Problem =>
  new Problem("PARAM_INVALID", `${field} ${message}`, { fields: [{ field, message }] });

/** What a person or an enterprise is found by when it asks to be erased. */
async function subjectFingerprints(keys: PlatformKeys, subject: Subject): Promise<string[]> {
  const numbers = [subject.idNumber, subject.creditCode, subject.legalRepIdNumber];
  const known = numbers.filter((number) => number !== undefined);
  return Promise.all((known.length > 0 ? known : [subject.mobile]).map(keys.fingerprint));
}

/** Eight digits tell a change with certainty enough to name the field; the whole fingerprint decides. */
async function fieldFingerprints(
  keys: PlatformKeys,
  request: CreateRequest,
): Promise<Record<string, string>> {
  const pairs = Object.entries(request).map(async ([name, value]) => {
    const fingerprint = await keys.fingerprint(`${name}\n${canonical(value)}`);
    return [name, fingerprint.slice(0, 8)] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}

/** K08: names the fields that differ, never their values. */
async function conflict(
  contracts: ContractStore,
  existing: Contract,
  details: Details,
): Promise<Problem> {
  const { fieldFingerprints: before } = await contracts.readOpenDetails(existing.id);
  const names = new Set([...Object.keys(before), ...Object.keys(details.fieldFingerprints)]);
  const fields = [...names]
    .filter((name) => before[name] !== details.fieldFingerprints[name])
    .map((name) => ({
      field: name,
      message: "differs from the first request with this requestId",
    }));
  return new Problem(
    "IDEMPOTENCY_CONFLICT",
    `requestId was used with another body; use a new requestId (different: ${fields.map(({ field }) => field).join(", ")})`,
    { fields, data: { contractId: existing.id } },
  );
}

const canonical = (value: unknown): string => canonicalize(value) ?? "null";
