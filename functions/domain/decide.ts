import { type Contract, type FailureReason, isTerminal, signerOf, signSerial } from "./contract.ts";
import { endedByErasure, type WithdrawCommand, withdraw } from "./decide-authorization.ts";
import { isConfirmed, type OtpCommand, otpSent, requestOtp, submitOtp } from "./decide-otp.ts";
import {
  challengeAccepted,
  challengeFailed,
  requestChallenge,
  submitTry,
  tryRejected,
  type VerificationCommand,
  verificationResult,
} from "./decide-verification.ts";
import {
  type Decision,
  type Draft,
  draft,
  earlier,
  expired,
  failed,
  isOver,
  isPast,
  nothing,
  plusSeconds,
  type Refusal,
  refuse,
  refuseTerminal,
  signerActor,
  signerFact,
  unlessTerminal,
} from "./drafts.ts";
import type { Facts } from "./evidence.ts";
import { figures } from "./figures.ts";
import { needsOtp } from "./otp.ts";
import { linkSecondsOf, profileOf } from "./profile.ts";
import { acts, isThrough, isTurnOf, type Signer } from "./signer.ts";

type Visit = { readonly signer: number; readonly ip: string; readonly userAgent: string };

export type Command = { readonly at: string } & (
  | {
      readonly type: "generate";
      readonly templateId: string;
      readonly templateVersion: string;
      readonly contentHash: string;
      readonly documentHash: string;
    }
  | { readonly type: "fail"; readonly reason: FailureReason; readonly detail: string }
  | {
      readonly type: "requestSms";
      readonly signer: number;
      readonly purpose: "INVITE" | "RESEND";
      readonly templateId: string;
      readonly contentHash: string;
      readonly mobile: string;
    }
  | {
      readonly type: "smsSent";
      readonly signer: number;
      readonly message: number;
      readonly provider: string;
      readonly providerMessageId: string;
    }
  | {
      readonly type: "smsFailed";
      readonly signer: number;
      readonly message: number;
      readonly error: string;
    }
  /** Without a message: `by` the platform when the signer's turn comes, by the partner whenever it asks. */
  | { readonly type: "issueLink"; readonly signer: number; readonly by: "platform" | "partner" }
  | { readonly type: "open"; readonly signer: number }
  | { readonly type: "consent"; readonly signer: number }
  | ({ readonly type: "sign"; readonly signature: string } & Visit)
  | ({ readonly type: "decline"; readonly reason: string } & Visit)
  | {
      readonly type: "revoke";
      readonly owner: string;
      readonly reason: string;
      readonly operator: string;
    }
  | OtpCommand
  | WithdrawCommand
  | VerificationCommand
  | { readonly type: "conclude"; readonly cause: string }
  | { readonly type: "signDocument"; readonly mandate: string; readonly facts: Facts }
  | {
      readonly type: "seal";
      readonly root: string;
      readonly treeSize: number;
      readonly bundleKey: string;
      readonly logIndex: number;
      readonly timestamped: boolean;
      readonly credential: string;
    }
  | {
      readonly type: "archive";
      readonly transactionNo: string;
      readonly tokenHash: string;
    }
  | {
      readonly type: "delivered" | "undelivered";
      readonly eventId: string;
      readonly attempts: number;
      readonly status: number;
    }
  | { readonly type: "erase"; readonly operator: string }
  | { readonly type: "systemError"; readonly execution: string; readonly error: string }
);

/** Decides what a command makes happen. Pure: time and identities come in with the command. */
export function decide(contract: Contract, command: Command): Decision {
  switch (command.type) {
    case "generate":
      return contract.agreement !== undefined
        ? nothing
        : unlessTerminal(contract, () => [
            draft(command, "CONTRACT_GENERATED", "platform", {
              templateId: command.templateId,
              templateVersion: command.templateVersion,
              contentHash: command.contentHash,
              documentHash: command.documentHash,
            }),
          ]);
    case "fail":
      return unlessTerminal(contract, () => [failed(command, command.reason, command.detail)]);
    case "requestSms":
      return requestSms(contract, command);
    case "smsSent":
      return signerOf(contract, command.signer).sms.notify === "SENT"
        ? nothing
        : {
            drafts: [
              draft(command, "SMS_SENT", "platform", {
                ...signerFact(command),
                message: command.message,
                provider: command.provider,
                providerMessageId: command.providerMessageId,
              }),
            ],
          };
    case "smsFailed":
      return smsFailed(contract, command);
    case "issueLink":
      return issueLink(contract, command);
    case "open":
      return signerOf(contract, command.signer).openedAt !== undefined || isTerminal(contract)
        ? nothing
        : {
            drafts: [
              draft(command, "LINK_OPENED", signerActor(command.signer), signerFact(command)),
            ],
          };
    case "consent":
      return beforeSigning(contract, command, (signer) =>
        signer.consentedAt !== undefined
          ? []
          : [draft(command, "CONSENT_GIVEN", signerActor(command.signer), signerFact(command))],
      );
    case "requestOtp":
      return beforeSigning(contract, command, (signer) => requestOtp(signer, command));
    case "otpSent":
      return { drafts: otpSent(signerOf(contract, command.signer), command) };
    case "submitOtp":
      return beforeSigning(contract, command, (signer) => submitOtp(signer, command));
    case "sign":
      return sign(contract, command);
    case "decline":
      return beforeSigning(contract, command, () => [
        draft(command, "DECLINED", signerActor(command.signer), signerFact(command), {
          reason: command.reason,
          ip: command.ip,
          userAgent: command.userAgent,
        }),
      ]);
    case "revoke":
      return revoke(contract, command);
    case "withdraw":
      return withdraw(contract, command);
    case "requestChallenge":
      return requestChallenge(contract, command);
    case "challengeAccepted":
      return challengeAccepted(contract, command);
    case "challengeFailed":
      return challengeFailed(contract, command);
    case "submitTry":
      return submitTry(contract, command);
    case "tryRejected":
      return tryRejected(contract, command);
    case "verificationResult":
      return verificationResult(contract, command);
    case "conclude":
      return conclude(contract, command);
    case "signDocument":
      return signDocument(contract, command);
    case "seal":
      return seal(contract, command);
    case "archive":
      return archive(contract, command);
    case "delivered":
    case "undelivered":
      return {
        drafts: [
          draft(
            command,
            command.type === "delivered" ? "CALLBACK_DELIVERED" : "CALLBACK_UNDELIVERED",
            "platform",
            { eventId: command.eventId, attempts: command.attempts, status: command.status },
          ),
        ],
      };
    case "erase":
      return isTerminal(contract) && contract.sealed
        ? {
            drafts: [
              ...endedByErasure(contract, command),
              draft(command, "ERASED", `operator:${command.operator}`, {}),
            ],
          }
        : refuse("STATE_CONFLICT", "revoke the contract and let it be sealed before erasing it");
    case "systemError":
      // The rule that reports an execution delivers at least once; one execution breaks only once.
      return (isTerminal(contract) && contract.sealed) ||
        contract.attention?.execution === command.execution
        ? nothing
        : {
            drafts: [
              draft(command, "SYSTEM_ERROR", "platform", {
                execution: command.execution,
                error: command.error,
              }),
            ],
          };
    default:
      return command satisfies never;
  }
}

type Of<T extends Command["type"]> = Extract<Command, { readonly type: T }>;

/** B-34: at most five more messages a day, a minute apart. The first invitation is repeated until it left. */
function requestSms(contract: Contract, command: Of<"requestSms">): Decision {
  const signer = signerOf(contract, command.signer);
  const { sms } = signer;
  if (command.purpose === "INVITE" && sms.message > 0) return nothing;
  if (isTerminal(contract)) return refuseTerminal(contract);
  if (isOver(contract, signer, command.at))
    return refuse("FLOW_EXPIRED", "the time to sign is over; ask for a new contract");
  const at = Date.parse(command.at);
  const windowOpen =
    sms.windowStart !== undefined &&
    at < Date.parse(sms.windowStart) + figures.resendWindowSeconds * 1000;
  if (command.purpose === "RESEND") {
    if (sms.message === 0)
      return refuse("NOT_READY", "the first invitation has not been sent yet; query the contract");
    const remaining = windowOpen ? 1 + figures.resends - sms.inWindow : figures.resends;
    const limit = windowOpen && remaining <= 0 ? sms.windowStart : undefined;
    const waitMs =
      limit !== undefined
        ? Date.parse(limit) + figures.resendWindowSeconds * 1000 - at
        : Date.parse(String(sms.lastAt)) + figures.resendIntervalSeconds * 1000 - at;
    if (waitMs > 0)
      return refuse("RATE_LIMITED", "the person was messaged recently; wait before sending again", {
        retryAfterSeconds: Math.ceil(waitMs / 1000),
        remaining: Math.max(0, remaining),
      });
  }
  const actor = command.purpose === "INVITE" ? "platform" : `partner:${contract.owner}`;
  const until = earlier(contract.expiresAt, signer.deadline ?? contract.expiresAt);
  const facts = {
    ...signerFact(command),
    message: 1 + Math.max(...contract.signers.map((one) => one.sms.message)),
    purpose: command.purpose,
    templateId: command.templateId,
    contentHash: command.contentHash,
    windowStart: windowOpen ? String(sms.windowStart) : command.at,
    linkExpiresAt: earlier(until, plusSeconds(command.at, profileOf(contract).linkSeconds)),
  };
  return { drafts: [draft(command, "SMS_REQUESTED", actor, facts, { mobile: command.mobile })] };
}

/** every failed send is on record; the last one ends the flow unless others may deliver the link (B-35). */
function smsFailed(contract: Contract, command: Of<"smsFailed">): Decision {
  const { sms, consentedAt } = signerOf(contract, command.signer);
  // Two runs of one step send the same message; one lost answer does not undo the other's success.
  if (sms.notify === "SENT") return nothing;
  const attempt = sms.failures + 1;
  const exhausted = attempt > profileOf(contract).smsRetries;
  // Whoever consented has the link, whatever the gateway says about the message.
  const first = !sms.reached && consentedAt === undefined;
  const keepAlive = !first || (exhausted && contract.allowExternalDelivery);
  return unlessTerminal(contract, () => {
    const { message, error } = command;
    const facts = { ...signerFact(command), message, attempt, error, keepAlive };
    const record = draft(command, "SMS_FAILED", "platform", facts);
    return exhausted && !keepAlive
      ? [record, failed(command, "SMS_SEND_FAILED", command.error)]
      : [record];
  });
}

/** K28, K48: while the contract lives, a link that ran out opens again; the token stays the same (B-12). */
function issueLink(contract: Contract, command: Of<"issueLink">): Decision {
  const signer = signerOf(contract, command.signer);
  const { by, at } = command;
  if (by === "platform" && signer.linkExpiresAt !== undefined) return nothing;
  if (signer.signedAt !== undefined) return refuse("LINK_USED", "the agreement is already signed");
  if (isTerminal(contract)) return refuseTerminal(contract);
  if (isOver(contract, signer, at))
    return refuse("FLOW_EXPIRED", "the time to sign is over; ask for a new contract");
  if (!isTurnOf(signer, contract.signers))
    return refuse("NOT_READY", "others sign before; the link opens when it is this party's turn");
  if ((signer.links ?? 0) >= figures.linkIssues)
    return refuse("RATE_LIMITED", "this link was issued too often; revoke and begin anew");
  const until = earlier(contract.expiresAt, signer.deadline ?? contract.expiresAt);
  const seconds = linkSecondsOf(profileOf(contract), signer);
  const facts = { ...signerFact(command), linkExpiresAt: earlier(until, plusSeconds(at, seconds)) };
  const actor = by === "partner" ? `partner:${contract.owner}` : "platform";
  return { drafts: [draft(command, "LINK_ISSUED", actor, facts)] };
}

function sign(contract: Contract, command: Of<"sign">): Decision {
  return beforeSigning(contract, command, (signer) => {
    if (signer.consentedAt === undefined)
      return refuse("CONSENT_MISSING", "read the agreement and agree to it before signing");
    if (isVerifiedFirst(contract) && signer.verifiedAt === undefined)
      return refuse("NOT_READY", "the identity is verified before the signature; reload the page");
    if (needsOtp(signer) && !isConfirmed(signer, command.at))
      return refuse("NOT_READY", "confirm the code sent to the phone before signing");
    const facts = {
      ...signerFact(command),
      signSerial: signSerial(contract, command.signer),
      contentHash: String(contract.agreement?.contentHash),
      documentHash: String(contract.agreement?.documentHash),
    };
    const { signature, ip, userAgent } = command;
    const secret = { signature, ip, userAgent };
    return [draft(command, "SIGNED", signerActor(command.signer), facts, secret)];
  });
}

function revoke(contract: Contract, command: Of<"revoke">): Decision {
  if (contract.state.status === "REVOKED") return nothing;
  if (contract.state.status === "SEALING")
    return refuse("STATE_CONFLICT", "the contract is already signed and verified by everyone");
  return unlessTerminal(contract, () => [
    draft(
      command,
      "REVOKED",
      `partner:${command.owner}`,
      {},
      { reason: command.reason, operator: command.operator },
    ),
  ]);
}

/** Brings a contract that the workflow has finished with to an end that its item can justify. */
function conclude(contract: Contract, command: Of<"conclude">): Decision {
  if (isTerminal(contract) || contract.state.status === "SEALING") return nothing;
  const isLate = (signer: Signer) => !isThrough(signer) && isOver(contract, signer, command.at);
  if (contract.signers.some(isLate)) return { drafts: [expired(command)] };
  if (command.cause === "Sms.Unavailable")
    return { drafts: [failed(command, "SMS_SEND_FAILED", command.cause)] };
  if (command.cause === "Verification.Unavailable")
    return { drafts: [failed(command, "VERIFIER_DOWN", command.cause)] };
  return refuse("NOT_YET", `the contract is ${contract.state.status} and has time left`);
}

/** K49: in whose name the platform sealed, and under what, stands in the chain before the document itself. */
function signDocument(contract: Contract, command: Of<"signDocument">): Decision {
  if (contract.agreement?.signed) return nothing;
  const { status } = contract.state;
  if (status !== "SEALING")
    return refuse("NOT_YET", `the document of a contract that is ${status} stays unsigned`);
  const absent = contract.signers.filter((signer) => !acts(signer));
  const seals = [partyA(command.mandate), ...absent].map(({ number, mandate }) =>
    draft(command, "AUTO_SIGN", "platform", { signer: number, mandate: String(mandate) }),
  );
  return { drafts: [...seals, draft(command, "DOCUMENT_SIGNED", "platform", command.facts)] };
}

/** Stands beside the signers, under number 0. */
const partyA = (mandate: string) => ({ number: 0, mandate });

function seal(contract: Contract, command: Of<"seal">): Decision {
  if (contract.sealed) return nothing;
  const sealing = contract.state.status === "SEALING";
  if (!sealing && !isTerminal(contract))
    return refuse("NOT_YET", `a contract that is ${contract.state.status} cannot be sealed`);
  const sealed = draft(command, "SEALED", "platform", {
    root: command.root,
    treeSize: command.treeSize,
    bundleKey: command.bundleKey,
    logIndex: command.logIndex,
    timestamped: command.timestamped,
  });
  if (!sealing) return { drafts: [sealed] };
  const completed = draft(command, "COMPLETED", "platform", {
    root: command.root,
    credential: command.credential,
  });
  return { drafts: [sealed, completed] };
}

/** C-73: a time-stamp that came after the seal is one more record; the contract's end stays what it is. */
function archive(contract: Contract, command: Of<"archive">): Decision {
  if (!contract.sealed)
    return refuse("NOT_YET", `a contract that is ${contract.state.status} is not sealed yet`);
  if (contract.timestamped) return nothing;
  const { transactionNo, tokenHash } = command;
  const facts = { provider: "TSA", transactionNo, tokenHash };
  return { drafts: [draft(command, "ARCHIVED", "platform", facts)] };
}

/** Everything a signer does before the signature asks the same questions in the same order. */
function beforeSigning(
  contract: Contract,
  command: { readonly at: string; readonly signer: number },
  then: (signer: Signer) => readonly Draft[] | { readonly refused: Refusal },
): Decision {
  const signer = signerOf(contract, command.signer);
  if (isTerminal(contract)) return refuseTerminal(contract);
  if (isOver(contract, signer, command.at))
    return refuse("FLOW_EXPIRED", "the time to sign is over; ask for a new contract");
  if (signer.signedAt !== undefined) return refuse("LINK_USED", "the agreement is already signed");
  if (!isTurnOf(signer, contract.signers))
    return refuse("NOT_READY", "others sign before you; a message follows when it is your turn");
  if (contract.agreement === undefined || signer.linkExpiresAt === undefined)
    return refuse("NOT_READY", "the agreement is still being prepared; try again in a moment");
  if (isPast(signer.linkExpiresAt, command.at))
    return refuse("LINK_EXPIRED", "this link has expired; ask the sender for a new message");
  const outcome = then(signer);
  return "refused" in outcome ? outcome : { drafts: outcome };
}

const isVerifiedFirst = (contract: Contract): boolean =>
  profileOf(contract).gateOrder === "VERIFY_THEN_SIGN";
