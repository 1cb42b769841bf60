import { type Details, subjectOf } from "./adapters/contract-items.ts";
import type { ContractStore } from "./adapters/contract-store.ts";
import { PeerRefused, PeerUnavailable } from "./adapters/peer-call.ts";
import type { SmsGateway } from "./adapters/sms-gateway.ts";
import type { TemplateStore } from "./adapters/template-store.ts";
import { type Advance, advance } from "./advance.ts";
import { type Contract, signerOf } from "./domain/contract.ts";
import { hashText } from "./domain/evidence.ts";
import { figures } from "./domain/figures.ts";
import { composeSms } from "./domain/sms-templates.ts";
import type { World } from "./world.ts";

export type Invitation = Advance & { readonly sent: boolean };

/**
 * Sends the link to the signer's phone (A-19, D-25): the request is on record before the message leaves,
 * the answer after. A message has one id however often it is tried, so the gateway sends it once.
 */
export function inviter(
  world: World,
  contracts: ContractStore,
  sms: SmsGateway,
  templates: TemplateStore,
  linkOf: (contract: Contract, signer: number) => Promise<string>,
) {
  return async (
    contract: Contract,
    signer: number,
    purpose: "INVITE" | "RESEND",
  ): Promise<Invitation> => {
    const { id } = contract;
    const { details } = await contracts.readDetails(id);
    const { smsTemplate = "", smsTemplateVersion = "1" } = wordsFor(details, signer);
    const template = await templates.pinned(smsTemplate, smsTemplateVersion);
    const { agreementType } = details;
    const { mobile } = subjectOf(details, signer);
    const link = await linkOf(contract, signer);
    const text = composeSms(template, { agreementType, link, linkSeconds: figures.linkSeconds });
    const requested = await advance(contracts, id, {
      type: "requestSms",
      signer,
      at: world.now(),
      purpose,
      templateId: template.templateId,
      contentHash: hashText(text),
      mobile,
    });
    if ("refused" in requested) return { ...requested, sent: false };
    const { sms: told } = signerOf(requested.contract, signer);
    if (told.notify === "SENT") return { ...requested, sent: true };
    const content = { to: mobile, text, templateId: template.templateId };
    return send(requested.contract, { signer, message: told.message, content });
  };

  async function send(
    contract: Contract,
    { signer, message, content }: Outgoing,
  ): Promise<Invitation> {
    const messageId = `${contract.id}-M${message}`;
    try {
      const answer = await sms.send({ messageId, ...content });
      const at = world.now();
      const sent = { type: "smsSent", at, signer, message, ...answer } as const;
      return { ...(await advance(contracts, contract.id, sent)), sent: true };
    } catch (cause) {
      if (!(cause instanceof PeerUnavailable) && !(cause instanceof PeerRefused)) throw cause;
      world.count("DependencyFailure");
      world.log("warn", "sms not sent", { messageId, error: cause.message });
      const error = cause.name;
      const failed = { type: "smsFailed", at: world.now(), signer, message, error } as const;
      return { ...(await advance(contracts, contract.id, failed)), sent: false };
    }
  }
}

type Outgoing = {
  readonly signer: number;
  /** Its number in the contract. */
  readonly message: number;
  readonly content: { readonly to: string; readonly text: string; readonly templateId: string };
};

/** Which text goes to a signer: pinned when the contract began, for the signer's own type. */
const wordsFor = (details: Details, signer: number) =>
  signer === 1 ? details : (details.others?.[signer - 2] ?? details);
