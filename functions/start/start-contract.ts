import canonicalize from "canonicalize";
import { authorizations } from "../adapters/authorizations.ts";
import type { Details, Subject } from "../adapters/contract-items.ts";
import type { ContractStore } from "../adapters/contract-store.ts";
import { urlFault } from "../adapters/outbound-url.ts";
import type { Partner } from "../adapters/partners.ts";
import type { PlatformKeys } from "../adapters/platform-keys.ts";
import { shortLinkItem } from "../adapters/short-links.ts";
import type { TemplateStore } from "../adapters/template-store.ts";
import type { CreateRequest } from "../dialects/native-request.ts";
import { defaultAgreementType } from "../domain/agreement-types.ts";
import { termsFacts } from "../domain/authorization-terms.ts";
import type { Contract } from "../domain/contract.ts";
import type { OwnWords } from "../domain/contract-agreement.ts";
import { type Draft, isPast, plusSeconds } from "../domain/drafts.ts";
import type { Facts } from "../domain/evidence.ts";
import { Problem } from "../domain/problem.ts";
import { type ProfileName, profiles } from "../domain/profile.ts";
import { chooseTemplate, type Template } from "../domain/template.ts";
import type { UserType } from "../domain/words.ts";
import { readEnvironment } from "../environment.ts";
import type { World } from "../world.ts";
import {
  type AskedSigner,
  askedSigners,
  signersDisclosures,
  signersFacts,
  standingMandates,
  subjectFrom,
  type Way,
} from "./contract-signers.ts";

/** What a dialect brings beside the request that all of them have in common. */
export type Origin = {
  readonly profile?: ProfileName;
  /** What requestId names one of, among everything the partner starts (K07). */
  readonly operation?: string;
  /** The request in the dialect's own words: a repetition is told by it, and the dialect's answers need it. */
  readonly sent?: object;
  /** By what those are found who stand in `sent` beside the signers, when they ask to be erased. */
  readonly alsoNames?: readonly string[];
  /** Public facts of the first entry: ids and words, nothing of a person. */
  readonly facts?: Facts;
  /** Another key of the partner's that must not name two contracts (K10). */
  readonly secondKey?: { readonly name: string; readonly value: string };
  readonly headquartersName?: string;
  /** The agreement that the partner asks for by its id; otherwise the rules choose one (D-23). */
  readonly template?: Template;
  readonly ownWords?: OwnWords;
  /** Of each signer, in their order. */
  readonly ways?: readonly Way[];
  /** How long the partner gives everybody; otherwise as long as the profile does. */
  readonly flowSeconds?: number;
};

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
  const env = readEnvironment(world, "CONTRACT_FLOW_TABLE");
  const relations = authorizations(world, env.CONTRACT_FLOW_TABLE);
  return async (
    partner: Pick<Partner, "clientId" | "returnUrls">,
    request: CreateRequest,
    origin: Origin = {},
  ): Promise<{ readonly contract: Contract; readonly isNew: boolean }> => {
    const { profile = "native", operation = "contract", sent = request } = origin;
    refuseUrls(partner, request, allowedHosts);
    const id = await keys.contractId(partner.clientId, operation, request.requestId);
    const fingerprint = await keys.fingerprint(canonical(sent));
    const at = world.now();
    const mandates = await standingMandates(relations, partner.clientId, request, at);
    const signers = askedSigners(request, mandates, origin.ways);
    const active = await templates.active();
    const chosen = chooseTemplates(world, request, signers, active, origin.template);
    const details = {
      ...detailsOf(request, signers, chosen),
      fieldFingerprints: await fieldFingerprints(keys, sent),
      ...(origin.sent ? { sent: origin.sent } : {}),
      ...(origin.headquartersName ? { headquartersName: origin.headquartersName } : {}),
      ...(origin.ownWords ? { ownWords: origin.ownWords } : {}),
    };
    const fault = faultOf(request, details, at);
    // A repeated request is answered like the first, however much time has passed since.
    if (fault !== undefined && (await contracts.read(id)) === undefined) throw fault;
    const expiresAt = plusSeconds(at, origin.flowSeconds ?? profiles[profile].flowSeconds);
    const draft: Draft = {
      step: "FLOW_CREATED",
      at,
      actor: `partner:${partner.clientId}`,
      facts: {
        owner: partner.clientId,
        requestId: request.requestId,
        fingerprint,
        profile,
        bizScene: request.bizScene,
        agreementType: details.agreementType,
        ...(request.scene ? { scene: request.scene } : {}),
        ...(request.fundPurpose ? { fundPurpose: request.fundPurpose } : {}),
        ...signersFacts(signers),
        ...termsFacts(request.authorization),
        ...origin.facts,
        expiresAt,
        allowExternalDelivery: request.allowExternalDelivery ?? false,
      },
      disclosures: signersDisclosures(details.subject, details.others),
    };
    const everybody = [details.subject, ...(details.others ?? []).map(({ subject }) => subject)];
    const subjects = await Promise.all(everybody.map((one) => subjectFingerprints(keys, one)));
    const others = await Promise.all((origin.alsoNames ?? []).map(keys.fingerprint));
    const beside = {
      secondKeys: await secondKeys(keys, partner.clientId, origin),
      items: profiles[profile].shortLinks ? await shortLinkItems(keys, id, signers, expiresAt) : [],
    };
    const started = await contracts.create(
      id,
      draft,
      details,
      [...subjects.flat(), ...others],
      beside,
    );
    if (started.contract.id !== id) throw keyTaken(started.contract, origin);
    if (started.contract.fingerprint !== fingerprint)
      throw await conflict(contracts, started.contract, details);
    return started;
  };
}

const shortLinkItems = (
  keys: PlatformKeys,
  contractId: string,
  signers: readonly AskedSigner[],
  expiresAt: string,
) =>
  Promise.all(
    signers.map(async ({ terms: { number: signer } }) =>
      shortLinkItem({
        code: await keys.shortCode(contractId, signer),
        contractId,
        signer,
        expiresAt,
      }),
    ),
  );

async function secondKeys(
  keys: PlatformKeys,
  owner: string,
  { secondKey }: Origin,
): Promise<readonly string[]> {
  if (secondKey === undefined) return [];
  return [await keys.fingerprint([owner, secondKey.name, secondKey.value].join("\n"))];
}

function keyTaken(existing: Contract, { secondKey }: Origin): Problem {
  const field = secondKey?.name ?? "requestId";
  const fields = [{ field, message: "already names another contract" }];
  const message = `${field} already names another contract; use a new one for a new request`;
  return new Problem("IDEMPOTENCY_CONFLICT", message, {
    fields,
    data: { contractId: existing.id },
  });
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
  const late = (request.signers ?? []).findIndex(({ deadline }) => isPast(deadline, at));
  if (late >= 0) return invalidField(`signers.${late}.deadline`, "must lie in the future");
  if (request.smsTemplate !== undefined && request.smsTemplate !== details.smsTemplate)
    return invalidField(
      "smsTemplate",
      `must be ${details.smsTemplate} for this scene and user type, or be left out`,
    );
  return undefined;
}

type Chosen = {
  readonly agreement: Template;
  readonly page: Template;
  readonly sms: Readonly<Record<UserType, Template>>;
};

/**
 * The texts of a contract (D-23, D-46); a missing one blocks the start and raises an alarm (B-32, B-49). The
 * agreement is in the words for the first signer's type, a message in those for its receiver's.
 */
function chooseTemplates(
  world: World,
  { bizScene, agreementType = defaultAgreementType(bizScene), scene }: CreateRequest,
  [first]: readonly AskedSigner[],
  templates: readonly Template[],
  asked: Template | undefined,
): Chosen {
  const wanted = (userType: UserType = "PERSONAL") => ({
    bizScene,
    userType,
    agreementType,
    scene,
  });
  const agreement = asked ?? chooseTemplate("AGREEMENT", wanted(first?.userType), templates);
  const page = chooseTemplate("H5", wanted(first?.userType), templates);
  const company = chooseTemplate("SMS", wanted("ENTERPRISE"), templates);
  const person = chooseTemplate("SMS", wanted("PERSONAL"), templates);
  if (
    !("missing" in agreement) &&
    !("missing" in page) &&
    !("missing" in company) &&
    !("missing" in person)
  )
    return { agreement, page, sms: { ENTERPRISE: company, PERSONAL: person } };
  const missing = [agreement, page, company, person].flatMap((one) =>
    "missing" in one ? [one.missing] : [],
  );
  world.log("error", "no template", { missing });
  world.count("TemplateFault");
  const message = `no template for ${missing.join(" and ")}; operations are told`;
  throw new Problem("TEMPLATE_UNAVAILABLE", message);
}

function detailsOf(
  request: CreateRequest,
  [first, ...others]: readonly AskedSigner[],
  { agreement, sms, page }: Chosen,
): Omit<Details, "fieldFingerprints"> {
  if (first === undefined) throw new Error("a contract has one signer at least");
  const told = ({ userType, userInfo }: AskedSigner) => ({
    subject: subjectFrom(userInfo),
    smsTemplate: sms[userType].templateId,
    smsTemplateVersion: sms[userType].version,
  });
  return {
    ...told(first),
    ...(others.length > 0 ? { others: others.map(told) } : {}),
    agreementType: request.agreementType ?? defaultAgreementType(request.bizScene),
    templateId: agreement.templateId,
    templateVersion: agreement.version,
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
  request: object,
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
