import type { ContractStore } from "./adapters/contract-store.ts";
import { PeerRefused, PeerUnavailable } from "./adapters/peer-call.ts";
import type { SmsGateway } from "./adapters/sms-gateway.ts";
import type { TemplateStore } from "./adapters/template-store.ts";
import { type Advance, advance } from "./advance.ts";
import type { Contract } from "./domain/contract.ts";
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
  h5Url: (contractId: string) => Promise<string>,
) {
  return async (id: string, purpose: "INVITE" | "RESEND"): Promise<Invitation> => {
    const { details } = await contracts.readDetails(id);
    const { smsTemplate = "", smsTemplateVersion = "1" } = details;
    const template = await templates.pinned(smsTemplate, smsTemplateVersion);
    const { agreementType, subject } = details;
    const link = await h5Url(id);
    const text = composeSms(template, { agreementType, link, linkSeconds: figures.linkSeconds });
    const requested = await advance(contracts, id, {
      type: "requestSms",
      at: world.now(),
      purpose,
      templateId: template.templateId,
      contentHash: hashText(text),
      mobile: subject.mobile,
    });
    if ("refused" in requested) return { ...requested, sent: false };
    if (requested.contract.sms.notify === "SENT") return { ...requested, sent: true };
    return send(requested.contract, { to: subject.mobile, text, templateId: template.templateId });
  };

  async function send(
    contract: Contract,
    content: { readonly to: string; readonly text: string; readonly templateId: string },
  ): Promise<Invitation> {
    const message = contract.sms.messages;
    const messageId = `${contract.id}-M${message}`;
    try {
      const answer = await sms.send({ messageId, ...content });
      const at = world.now();
      const sent = { type: "smsSent", at, message, ...answer } as const;
      return { ...(await advance(contracts, contract.id, sent)), sent: true };
    } catch (cause) {
      if (!(cause instanceof PeerUnavailable) && !(cause instanceof PeerRefused)) throw cause;
      world.count("DependencyFailure");
      world.log("warn", "sms not sent", { messageId, error: cause.message });
      const failed = { type: "smsFailed", at: world.now(), message, error: cause.name } as const;
      return { ...(await advance(contracts, contract.id, failed)), sent: false };
    }
  }
}
