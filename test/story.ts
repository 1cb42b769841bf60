import { type Contract, created, evolve } from "../functions/domain/contract.ts";
import { type Command, decide } from "../functions/domain/decide.ts";
import { type Draft, plusSeconds } from "../functions/domain/drafts.ts";
import {
  commitment,
  type Disclosure,
  type Entry,
  evidenceType,
  firstPrev,
} from "../functions/domain/evidence.ts";

export const contractId = "CT0123456789ABCDEFGHJKMNPQRS";
export const begin = "2026-11-21T08:00:00.000Z";

/** Ten minutes for the whole story, one a command. */
export const minute = (number: number): string => plusSeconds(begin, number * 60);

type WithoutTime<T> = T extends unknown ? Omit<T, "at"> : never;

/** A contract that lived through `commands`, one a minute, with its chain and what stands behind it. */
export function tell(commands: readonly WithoutTime<Command>[], facts: Draft["facts"] = {}) {
  const disclosures: Record<number, readonly Disclosure[]> = {};
  const entries: Entry[] = [];
  const append = (before: Contract | undefined, draft: Draft): Contract => {
    const index = entries.length;
    const salt = index.toString(16).padStart(32, "0");
    const shown = Object.entries(draft.disclosures ?? {}).map(([name, value]) => ({
      name,
      salt,
      value,
    }));
    if (shown.length > 0) disclosures[index] = shown;
    const entry: Entry = {
      v: 1,
      contractId,
      index,
      step: draft.step,
      evidenceType: evidenceType(draft.step),
      at: draft.at,
      actor: draft.actor,
      facts: draft.facts,
      commitments: Object.fromEntries(
        shown.map(({ name, value }) => [name, commitment(salt, value)]),
      ),
      prev: before?.head ?? firstPrev,
    };
    entries.push(entry);
    return before === undefined ? created(entry) : evolve(before, entry);
  };
  const contract = commands.reduce<Contract>(
    (before, command, index) => {
      const decision = decide(before, { ...command, at: minute(index + 1) } as Command);
      if ("refused" in decision) throw new Error(`${command.type}: ${decision.refused.message}`);
      return decision.drafts.reduce(append, before);
    },
    append(undefined, firstDraft(facts)),
  );
  return { contract, entries, disclosures };
}

const firstDraft = (facts: Draft["facts"]): Draft => ({
  step: "FLOW_CREATED",
  at: begin,
  actor: "partner:sandai",
  facts: {
    owner: "sandai",
    requestId: "REQ-1",
    fingerprint: "f".repeat(64),
    bizScene: "RELATION_BIND",
    userType: "PERSONAL",
    agreementType: "RELATION_BINDING_AGREEMENT",
    method: "FACE",
    rule: "a person shows the face",
    expiresAt: plusSeconds(begin, 7 * 24 * 3600),
    allowExternalDelivery: false,
    ...facts,
  },
  disclosures: { name: "张三", mobile: "13800138000", idNumber: "310101199001011234" },
});

const visit = { signer: 1, ip: "198.51.100.7", userAgent: "test" } as const;
export const generate = {
  type: "generate",
  templateId: "T1",
  templateVersion: "1",
  contentHash: "c".repeat(64),
  documentHash: "d".repeat(64),
} as const;
export const invite = {
  type: "requestSms",
  signer: 1,
  purpose: "INVITE",
  templateId: "SMS1",
  contentHash: "5".repeat(64),
  mobile: "13800138000",
} as const;
export const sent = {
  type: "smsSent",
  signer: 1,
  message: 1,
  provider: "simulator",
  providerMessageId: "P1",
} as const;
export const consent = { type: "consent", signer: 1 } as const;
export const sign = { type: "sign", signature: '{"typedName":"张三"}', ...visit } as const;
export const decline = { type: "decline", reason: "不同意", ...visit } as const;
export const requestChallenge = { type: "requestChallenge", signer: 1 } as const;
export const accepted = {
  type: "challengeAccepted",
  signer: 1,
  challenge: 1,
  method: "FACE",
  verificationId: "VR1",
  expiresAt: minute(60),
} as const;
export const verified = {
  type: "verificationResult",
  signer: 1,
  verificationId: "VR1",
  method: "FACE",
  result: "SUCCESS",
  failReason: "UNKNOWN",
  source: "CALLBACK",
  evidence: { score: "0.93" },
} as const;
export const seal = {
  type: "seal",
  root: "a".repeat(64),
  treeSize: 9,
  bundleKey: "evidence/bundle",
  logIndex: 0,
  timestamped: true,
  credential: "header.claims.signature",
} as const;

/** From the invitation to both gates closed. */
export const signedAndVerified = [
  generate,
  invite,
  sent,
  consent,
  sign,
  requestChallenge,
  accepted,
  verified,
] as const;
