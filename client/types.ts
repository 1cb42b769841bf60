/** Written by `npm run openapi` from the descriptions. */

export type StartContract = {
  /** Yours; names this request for ever */
  readonly requestId: string;
  /** What is signed for */
  readonly bizScene: "RELATION_BIND" | "OPEN_PAYMENT" | "POOLING_AUTH";
  /** A person or a company */
  readonly userType?: "PERSONAL" | "ENTERPRISE";
  /** The one signer; several stand in `signers` instead */
  readonly userInfo?: {
    /** Of the person or the company */
    readonly name: string;
    /** Mainland number the link goes to */
    readonly mobile: string;
    /** GB 11643; required of a person */
    readonly idCardNo?: string;
    /** Unified social credit code, GB 32100 */
    readonly creditCode?: string;
    /** Legal representative; required of a company */
    readonly legalRepName?: string;
    /** The representative's, GB 11643 */
    readonly legalRepIdCardNo?: string;
    /** A person's card is checked by Luhn */
    readonly bankAccountNo?: string;
    /** Holder of the account */
    readonly bankAccountName?: string;
    /** `ICBC`, or twelve digits of the interbank register */
    readonly bankCode?: string;
    /** Part in the flow of funds */
    readonly role?: "HEADQUARTERS" | "STORE" | "RECEIVER";
    /** Your id of the party */
    readonly partyId?: string;
  };
  /** 1 to 20 signers, instead of `userType` and `userInfo` */
  readonly signers?: readonly {
    /** Of the person or the company */
    readonly name: string;
    /** Mainland number the link goes to */
    readonly mobile: string;
    /** GB 11643; required of a person */
    readonly idCardNo?: string;
    /** Unified social credit code, GB 32100 */
    readonly creditCode?: string;
    /** Legal representative; required of a company */
    readonly legalRepName?: string;
    /** The representative's, GB 11643 */
    readonly legalRepIdCardNo?: string;
    /** A person's card is checked by Luhn */
    readonly bankAccountNo?: string;
    /** Holder of the account */
    readonly bankAccountName?: string;
    /** `ICBC`, or twelve digits of the interbank register */
    readonly bankCode?: string;
    /** Part in the flow of funds */
    readonly role?: "HEADQUARTERS" | "STORE" | "RECEIVER";
    /** Your id of the party */
    readonly partyId?: string;
    /** A person or a company */
    readonly userType: "PERSONAL" | "ENTERPRISE";
    /** One group after the other; within a group in any order */
    readonly sequence?: number;
    /** When this signer's time is over, where that is before the contract's */
    readonly deadline?: string;
  }[];
  /** Where the webhook goes: https, a public host, port 443 or 8443 */
  readonly callbackUrl?: string;
  /** Why the money will move */
  readonly scene?: "POOLING" | "BATCH_PAYMENT" | "MEMBER_SETTLEMENT";
  /** Document D's name; must agree with `bizScene` */
  readonly processType?: "RELATION_BINDING" | "OPEN_PAYMENT" | "POOLING_AUTH";
  /** One that the scene allows, else its first */
  readonly agreementType?:
    | "PAYOUT_AUTHORIZATION_AGREEMENT"
    | "SETTLEMENT_POWER_OF_ATTORNEY"
    | "PAYOUT_AUTHORIZATION_LETTER"
    | "POOLING_AUTHORIZATION_AGREEMENT"
    | "RELATION_BINDING_AGREEMENT";
  /** Stands in the agreement */
  readonly fundPurpose?: string;
  /** The template that would be chosen anyway; another is refused */
  readonly smsTemplate?: string;
  /** Where the page leads at the end; on your allow-list */
  readonly returnUrl?: string;
  /** Keep the contract open when SMS fails: you deliver the link */
  readonly allowExternalDelivery?: boolean;
  /** Between which accounts money may move once the contract is complete */
  readonly authorization?: {
    /** A code and no person's number */
    readonly payerAccountNo: string;
    /** Another account than the payer's; left out of `OPEN_PAYMENT` */
    readonly payeeAccountNo?: string;
    /** How much of a source order may be collected, `0.8` */
    readonly maxRatio?: string;
    /** By default 365 days after completion */
    readonly validUntil?: string;
  };
};

export type StartedContract = {
  /** `CT` and 26 characters */
  readonly contractId: string;
  /** Where it stands */
  readonly status: "PROCESSING";
  /** Document A's word for what is waited for */
  readonly nextStep: "AWAITING_SMS_VERIFY";
  /** The signer's link */
  readonly h5Url: string;
  /** Each by number, never by name */
  readonly signers?: readonly {
    readonly signer: number;
    /** The signer's link */
    readonly h5Url?: string;
    /** The contract under which it is sealed for a signer who need not act */
    readonly mandate?: string;
  }[];
  /** When it ends unless it is complete */
  readonly expiresAt: string;
};

export type EndedContract = {
  /** `CT` and 26 characters */
  readonly contractId: string;
  /** As the contract was started */
  readonly requestId: string;
  /** What is signed for */
  readonly bizScene: "RELATION_BIND" | "OPEN_PAYMENT" | "POOLING_AUTH";
  /** A person or a company */
  readonly userType: "PERSONAL" | "ENTERPRISE";
  /** Where it stands */
  readonly status: "PROCESSING" | "SUCCESS" | "FAILED";
  /** Document A's word for the status */
  readonly result: "PROCESSING" | "SUCCESS" | "FAILED" | "SYSTEM_ERROR";
  /** Document A's word for what is waited for */
  readonly nextStep:
    | "GENERATING"
    | "AWAITING_SMS_VERIFY"
    | "AWAITING_SIGN"
    | "AWAITING_AUTH"
    | "NONE";
  /** A fault of ours is being mended */
  readonly needsAttention?: true;
  readonly signStatus: "PENDING" | "SIGNED";
  readonly verificationStatus: "NOT_STARTED" | "REQUESTED" | "PENDING" | "PASSED" | "FAILED";
  /** The signer's link */
  readonly h5Url?: string;
  /** Record of the signature */
  readonly signSerial?: string;
  /** A JWS (ES256) that names nobody */
  readonly verificationCredential?: string;
  /** Until when others may rely on it */
  readonly credentialValidUntil?: string;
  /** Between which accounts money may move once the contract is complete */
  readonly authorization?: {
    /** A code and no person's number */
    readonly payerAccountNo: string;
    /** Another account than the payer's; left out of `OPEN_PAYMENT` */
    readonly payeeAccountNo?: string;
    /** How much of a source order may be collected, `0.8` */
    readonly maxRatio?: string;
    readonly validFrom: string;
    /** By default 365 days after completion */
    readonly validUntil: string;
    readonly withdrawnAt?: string;
  };
  readonly failure?: {
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
  };
  /** Whether a new `requestId` may try again */
  readonly restartAllowed?: boolean;
  readonly agreement?: {
    /** SHA-256 of the wording */
    readonly contentHash: string;
    /** SHA-256 of the PDF */
    readonly documentHash: string;
    readonly signed?: true;
  };
  /** Each by number, never by name */
  readonly signers: readonly {
    readonly signer: number;
    /** One group after the other; within a group in any order */
    readonly sequence: number;
    /** A person or a company */
    readonly userType: "PERSONAL" | "ENTERPRISE";
    /** Part in the flow of funds */
    readonly role?: string;
    /** When this signer's time is over, where that is before the contract's */
    readonly deadline?: string;
    /** The contract under which it is sealed for a signer who need not act */
    readonly mandate?: string;
    readonly signStatus: "PENDING" | "SIGNED" | "REJECTED" | "AUTO";
    readonly verificationStatus: "NOT_STARTED" | "REQUESTED" | "PENDING" | "PASSED" | "FAILED";
    /** Record of the signature */
    readonly signSerial?: string;
    readonly signedAt?: string;
    readonly verifiedAt?: string;
    /** The signer's link */
    readonly h5Url?: string;
  }[];
  readonly records: {
    readonly signSerials: readonly {
      readonly signer: number;
      /** Record of the signature */
      readonly signSerial: string;
      /** Document A's word for the status */
      readonly result: "SIGNED";
      /** SHA-256 of the wording */
      readonly contentHash: string;
      /** SHA-256 of the PDF */
      readonly documentHash: string;
      readonly signedAt: string;
    }[];
    readonly h5Session: {
      readonly sessionId: string;
      readonly signBefore?: string;
      /** When it ends unless it is complete */
      readonly expiresAt: string;
      readonly openedAt: string | null;
    };
    readonly sms: readonly {
      readonly smsId: string;
      readonly signer: number;
      readonly templateId: string;
      /** SHA-256 of the wording */
      readonly contentHash: string;
      /** Where it stands */
      readonly status: "REQUESTED" | "SENT" | "FAILED";
      readonly attempts: number;
      readonly requestedAt: string;
      readonly sentAt?: string;
      readonly provider?: string;
      readonly failureReason?: string;
    }[];
    readonly verifications: readonly {
      readonly verificationKey: string;
      readonly signer: number;
      readonly type: "PAYMENT_VERIFY" | "FACE_VERIFY";
      /** Where it stands */
      readonly status: string;
      readonly verificationId: string | null;
      readonly failReason?: string;
      readonly credentialId?: string;
      /** By default 365 days after completion */
      readonly validUntil?: string;
      readonly requestedAt: string;
      readonly updatedAt: string;
    }[];
  };
  readonly createdAt: string;
  readonly updatedAt: string;
  /** When it ends unless it is complete */
  readonly expiresAt: string;
};

export type StartAnswer = StartedContract | EndedContract;

export type Contract = {
  /** `CT` and 26 characters */
  readonly contractId: string;
  /** As the contract was started */
  readonly requestId: string;
  /** What is signed for */
  readonly bizScene: "RELATION_BIND" | "OPEN_PAYMENT" | "POOLING_AUTH";
  /** A person or a company */
  readonly userType: "PERSONAL" | "ENTERPRISE";
  /** Where it stands */
  readonly status:
    | "CREATED"
    | "AWAITING_SIGNATURE"
    | "AWAITING_VERIFICATION"
    | "VERIFYING"
    | "COMPLETED"
    | "FAILED"
    | "TIMED_OUT";
  /** Document A's word for the status */
  readonly result: "PROCESSING" | "SUCCESS" | "FAILED" | "SYSTEM_ERROR";
  /** Document A's word for what is waited for */
  readonly nextStep:
    | "GENERATING"
    | "AWAITING_SMS_VERIFY"
    | "AWAITING_SIGN"
    | "AWAITING_AUTH"
    | "NONE";
  /** A fault of ours is being mended */
  readonly needsAttention?: true;
  readonly signStatus: "PENDING" | "SIGNED";
  readonly verificationStatus: "NOT_STARTED" | "REQUESTED" | "PENDING" | "PASSED" | "FAILED";
  /** The signer's link */
  readonly h5Url?: string;
  /** Record of the signature */
  readonly signSerial?: string;
  /** A JWS (ES256) that names nobody */
  readonly verificationCredential?: string;
  /** Until when others may rely on it */
  readonly credentialValidUntil?: string;
  /** Between which accounts money may move once the contract is complete */
  readonly authorization?: {
    /** A code and no person's number */
    readonly payerAccountNo: string;
    /** Another account than the payer's; left out of `OPEN_PAYMENT` */
    readonly payeeAccountNo?: string;
    /** How much of a source order may be collected, `0.8` */
    readonly maxRatio?: string;
    readonly validFrom: string;
    /** By default 365 days after completion */
    readonly validUntil: string;
    readonly withdrawnAt?: string;
  };
  readonly failure?: {
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
  };
  /** Whether a new `requestId` may try again */
  readonly restartAllowed?: boolean;
  readonly agreement?: {
    /** SHA-256 of the wording */
    readonly contentHash: string;
    /** SHA-256 of the PDF */
    readonly documentHash: string;
    readonly signed?: true;
  };
  /** Each by number, never by name */
  readonly signers: readonly {
    readonly signer: number;
    /** One group after the other; within a group in any order */
    readonly sequence: number;
    /** A person or a company */
    readonly userType: "PERSONAL" | "ENTERPRISE";
    /** Part in the flow of funds */
    readonly role?: string;
    /** When this signer's time is over, where that is before the contract's */
    readonly deadline?: string;
    /** The contract under which it is sealed for a signer who need not act */
    readonly mandate?: string;
    readonly signStatus: "PENDING" | "SIGNED" | "REJECTED" | "AUTO";
    readonly verificationStatus: "NOT_STARTED" | "REQUESTED" | "PENDING" | "PASSED" | "FAILED";
    /** Record of the signature */
    readonly signSerial?: string;
    readonly signedAt?: string;
    readonly verifiedAt?: string;
    /** The signer's link */
    readonly h5Url?: string;
  }[];
  readonly records: {
    readonly signSerials: readonly {
      readonly signer: number;
      /** Record of the signature */
      readonly signSerial: string;
      /** Document A's word for the status */
      readonly result: "SIGNED";
      /** SHA-256 of the wording */
      readonly contentHash: string;
      /** SHA-256 of the PDF */
      readonly documentHash: string;
      readonly signedAt: string;
    }[];
    readonly h5Session: {
      readonly sessionId: string;
      readonly signBefore?: string;
      /** When it ends unless it is complete */
      readonly expiresAt: string;
      readonly openedAt: string | null;
    };
    readonly sms: readonly {
      readonly smsId: string;
      readonly signer: number;
      readonly templateId: string;
      /** SHA-256 of the wording */
      readonly contentHash: string;
      /** Where it stands */
      readonly status: "REQUESTED" | "SENT" | "FAILED";
      readonly attempts: number;
      readonly requestedAt: string;
      readonly sentAt?: string;
      readonly provider?: string;
      readonly failureReason?: string;
    }[];
    readonly verifications: readonly {
      readonly verificationKey: string;
      readonly signer: number;
      readonly type: "PAYMENT_VERIFY" | "FACE_VERIFY";
      /** Where it stands */
      readonly status: string;
      readonly verificationId: string | null;
      readonly failReason?: string;
      readonly credentialId?: string;
      /** By default 365 days after completion */
      readonly validUntil?: string;
      readonly requestedAt: string;
      readonly updatedAt: string;
    }[];
  };
  readonly createdAt: string;
  readonly updatedAt: string;
  /** When it ends unless it is complete */
  readonly expiresAt: string;
};

export type RevokeContract = {
  /** Why */
  readonly reason: string;
  /** Who decided it */
  readonly operator: string;
};

export type RevokedContract = {
  /** `CT` and 26 characters */
  readonly contractId: string;
  /** Where it stands */
  readonly status: "PROCESSING" | "SUCCESS" | "FAILED";
  /** Document A's word for what is waited for */
  readonly nextStep:
    | "GENERATING"
    | "AWAITING_SMS_VERIFY"
    | "AWAITING_SIGN"
    | "AWAITING_AUTH"
    | "NONE";
};

export type WithdrawnContract = {
  /** `CT` and 26 characters */
  readonly contractId: string;
  /** Where it stands */
  readonly status: "PROCESSING" | "SUCCESS" | "FAILED";
  /** Document A's word for what is waited for */
  readonly nextStep:
    | "GENERATING"
    | "AWAITING_SMS_VERIFY"
    | "AWAITING_SIGN"
    | "AWAITING_AUTH"
    | "NONE";
  /** Between which accounts money may move once the contract is complete */
  readonly authorization: {
    /** A code and no person's number */
    readonly payerAccountNo: string;
    /** Another account than the payer's; left out of `OPEN_PAYMENT` */
    readonly payeeAccountNo?: string;
    /** How much of a source order may be collected, `0.8` */
    readonly maxRatio?: string;
    readonly validFrom: string;
    /** By default 365 days after completion */
    readonly validUntil: string;
    readonly withdrawnAt?: string;
  };
};

export type SentMessage = {
  /** `CT` and 26 characters */
  readonly contractId: string;
  readonly smsId: string;
  /** Where it stands */
  readonly status: "SENT";
};

export type Evidence = {
  /** `CT` and 26 characters */
  readonly contractId: string;
  readonly evidenceChainId: string;
  /** Merkle root over the sealed chain */
  readonly root: string;
  readonly treeSize: number;
  readonly sealed: boolean;
  readonly leaves: readonly {
    readonly evidenceId: string;
    readonly index: number;
    readonly step: string;
    readonly evidenceType: string;
    readonly leafHash: string;
    readonly timestamp: string;
    readonly actor: string;
    /** Ids, codes and hashes: no personal value */
    readonly stepData: {
      readonly [name: string]: string | number | boolean;
    };
    readonly commitments: {
      readonly [name: string]: string;
    };
    readonly prev: string;
    /** Path from this leaf to `root` (RFC 6962, 2.1.1) */
    readonly proof?: readonly string[];
    readonly disclosures?: readonly {
      /** Of the person or the company */
      readonly name: string;
      readonly salt: string;
      readonly value: string;
    }[];
  }[];
  readonly anchors: readonly {
    readonly provider: "LOCAL_CA" | "BLOCKCHAIN" | "TSA";
    /** Where it stands */
    readonly status: "SUCCESS" | "PENDING";
    readonly at?: string;
    readonly logIndex?: number;
  }[];
  /** Good for five minutes */
  readonly bundleUrl?: string;
};

export type LogLeaves = {
  readonly from: number;
  readonly leaves: readonly string[];
};

export type InclusionProof = {
  readonly leafHash: string;
  readonly index: number;
  readonly size: number;
  readonly hashes: readonly string[];
};

export type ConsistencyProof = {
  readonly from: number;
  readonly to: number;
  readonly hashes: readonly string[];
};

export type KnownDocument = {
  readonly known: true;
  /** `CT` and 26 characters */
  readonly contractId: string;
  readonly kind: "SIGNED_DOCUMENT" | "AGREEMENT";
  /** Where it stands */
  readonly status:
    | "CREATED"
    | "AWAITING_SIGNATURE"
    | "AWAITING_VERIFICATION"
    | "VERIFYING"
    | "COMPLETED"
    | "FAILED"
    | "TIMED_OUT";
  readonly sealedAt: string;
  /** Merkle root over the sealed chain */
  readonly root: string;
  readonly logIndex: number;
  readonly timestamped: boolean;
};

export type ContractEnded = {
  readonly type:
    | "esign.contract.v1.completed"
    | "esign.contract.v1.failed"
    | "esign.contract.v1.expired"
    | "esign.contract.v1.rejected"
    | "esign.contract.v1.revoked";
  readonly timestamp: string;
  /** Which contract, and how */
  readonly data: {
    /** `CT` and 26 characters */
    readonly contractId: string;
    /** As the contract was started */
    readonly requestId: string;
    readonly eventId: string;
    /** Place in the evidence chain */
    readonly sequence: number;
    /** Where it stands */
    readonly status: "PROCESSING" | "SUCCESS" | "FAILED";
    readonly state:
      | "CREATED"
      | "AWAITING_SIGNATURE"
      | "AWAITING_VERIFICATION"
      | "VERIFYING"
      | "COMPLETED"
      | "FAILED"
      | "TIMED_OUT";
    readonly evidenceChainId?: string;
    /** Why */
    readonly reason?: string;
  };
};

export type Description = {
  readonly openapi: "3.1.1";
  readonly [name: string]: unknown;
};

export type Problem = {
  readonly code:
    | "B40001"
    | "B41301"
    | "B41501"
    | "B40002"
    | "B40003"
    | "B50003"
    | "B40101"
    | "B40301"
    | "B40401"
    | "REQUEST_DUPLICATED"
    | "B40901"
    | "B41001"
    | "B40902"
    | "B42901"
    | "B42201"
    | "B50201"
    | "B50202"
    | "B50203"
    | "B50000";
  readonly message: string;
  /** Each faulty field, by its path */
  readonly errors?: readonly {
    readonly field: string;
    readonly message: string;
  }[];
  /** What the caller may use */
  readonly data?: {
    readonly [name: string]: unknown;
  };
  /** The number to name when something is to be looked up */
  readonly traceId: string;
};

export type InitiateAgreement = {
  /** Yours; with `bizType` it names one thing for ever */
  readonly bizId: string;
  /** What it is about */
  readonly bizType: "RELATIONSHIP_AGREEMENT" | "PAYER_AUTHORIZATION_AGREEMENT";
  /** An agreement with an active version */
  readonly templateId: string;
  /** Stands over the agreement */
  readonly title: string;
  /** Values of the template's own variables, all that it requires */
  readonly variables: {
    readonly [name: string]: string;
  };
  /** The parties: as many as the template allows */
  readonly signers: readonly {
    /** Your id of the party; a party signs once */
    readonly partyId: string;
    /** Pays or receives */
    readonly partyType: "RECEIVER" | "PAYER";
    /** Of the person; masked in answers */
    readonly name: string;
    /** GB 11643 */
    readonly idCardNo: string;
    /** Mainland number the link goes to */
    readonly mobile: string;
    /** `FACE_AND_SMS`: face, code, drawn signature. `CA_CERT`: face, then a certificate alone */
    readonly signMethod: "FACE_AND_SMS" | "CA_CERT";
    /** `H5_LINK` sends nothing: you deliver the link */
    readonly notifyType?: "SMS" | "H5_LINK";
    /** 1 signs first; equal numbers sign at the same time */
    readonly sequence: number;
    /** The party's own end, where it is before the contract's */
    readonly deadline?: string;
  }[];
  /** Hears of every change: https, a public host */
  readonly callbackUrl: string;
  /** What comes back on every callback */
  readonly webhookConfig?: {
    /** `Authorization`, and names of your own that begin with `X-`; ten at most */
    readonly headers?: {
      readonly [name: string]: string;
    };
  };
  /** 1 to 90 */
  readonly expireDays?: number;
  /** Which archive is shown; all providers archive always */
  readonly archiveConfig?: {
    /** Whether one is shown */
    readonly needArchive: boolean;
    /** Which */
    readonly archiveProvider?: "TSA" | "BLOCKCHAIN";
  };
  /** A face check of yours that must be of one of the signers */
  readonly relatedVerificationId?: string;
};

export type InitiatedAgreement = {
  /** `CT` and 26 characters */
  readonly contractId: string;
  /** Where it stands */
  readonly status:
    | "CREATED"
    | "PARTIAL_SIGNED"
    | "SIGNED"
    | "FAILED"
    | "REJECTED"
    | "REVOKED"
    | "EXPIRED";
  /** One for each party */
  readonly signTasks: readonly SignTask[];
  readonly archiveInfo: {
    /** Begins with the contract's id */
    readonly archiveId: string;
    /** Where it stands */
    readonly status: "PENDING" | "SUCCESS" | "FAILED" | "CANCELLED";
    readonly provider: "TSA" | "BLOCKCHAIN" | "LOCAL_CA";
    readonly archiveTime: string | null;
    /** The evidence bundle; good for five minutes */
    readonly certificateUrl: string | null;
  } | null;
};

export type Agreement = {
  /** `CT` and 26 characters */
  readonly contractId: string;
  /** Yours; with `bizType` it names one thing for ever */
  readonly bizId: string;
  /** Stands over the agreement */
  readonly title: string;
  /** Where it stands */
  readonly status:
    | "CREATED"
    | "PARTIAL_SIGNED"
    | "SIGNED"
    | "FAILED"
    | "REJECTED"
    | "REVOKED"
    | "EXPIRED";
  /** The parties: as many as the template allows */
  readonly signers: readonly {
    /** Your id of the party; a party signs once */
    readonly partyId: string | null;
    /** Of the person; masked in answers */
    readonly name: string | null;
    /** `FACE_AND_SMS`: face, code, drawn signature. `CA_CERT`: face, then a certificate alone */
    readonly signMethod: "FACE_AND_SMS" | "CA_CERT" | null;
    readonly signStatus: "PENDING" | "SIGNED" | "REJECTED";
    readonly signedAt: string | null;
    /** Record of the signature, or the vendor's of the check */
    readonly transactionNo: string | null;
    readonly ipAddress: string | null;
    readonly deviceInfo: string | null;
  }[];
  /** The PDF; good for five minutes */
  readonly documentUrl: string | null;
  readonly archiveInfo: {
    /** Begins with the contract's id */
    readonly archiveId: string;
    /** Where it stands */
    readonly status: "PENDING" | "SUCCESS" | "FAILED" | "CANCELLED";
    readonly provider: "TSA" | "BLOCKCHAIN" | "LOCAL_CA";
    readonly archiveTime: string | null;
    /** The evidence bundle; good for five minutes */
    readonly certificateUrl: string | null;
  } | null;
  readonly createdAt: string;
  readonly expiresAt: string;
};

export type RevokeAgreement = {
  /** Why */
  readonly reason: string;
  /** Who decided it */
  readonly operator: string;
};

export type RevokedAgreement = {
  /** `CT` and 26 characters */
  readonly contractId: string;
  /** Where it stands */
  readonly status:
    | "CREATED"
    | "PARTIAL_SIGNED"
    | "SIGNED"
    | "FAILED"
    | "REJECTED"
    | "REVOKED"
    | "EXPIRED";
};

export type RenewSignUrl = {
  /** Your id of the party; a party signs once */
  readonly partyId: string;
};

export type SignTask = {
  /** Your id of the party; a party signs once */
  readonly partyId: string | null;
  /** The page */
  readonly signUrl: string;
  /** The same, short enough for a message */
  readonly shortUrl: string;
  /** `shortUrl` as an SVG in a data URL */
  readonly qrCode: string;
  readonly expiresAt: string;
};

export type VerifyContract =
  | {
      /** By what the contract is found */
      readonly method: "CONTRACT_ID";
      /** `CT` and 26 characters */
      readonly contractId: string;
    }
  | {
      /** By what the contract is found */
      readonly method: "FILE_HASH";
      /** `sha256:` and the hash of the signed PDF or of the agreement */
      readonly fileHash: string;
      /** Begins with the contract's id */
      readonly archiveId?: string;
    };

export type VerifiedContract = {
  readonly valid: boolean;
  /** `CT` and 26 characters */
  readonly contractId: string;
  readonly signatureInfo: readonly {
    readonly signer: string;
    readonly signTime: string;
    readonly certificateIssuer: string | null;
    readonly validFrom: string | null;
    readonly validTo: string | null;
  }[];
  readonly archiveInfo: {
    readonly archived: boolean;
    readonly archiveTime: string | null;
    readonly timestampAuthority: string | null;
  };
};

export type ContractStatusChanged = {
  readonly eventType: "ContractStatusChangedEvent";
  readonly eventId: string;
  /** Place in the evidence chain; only grows */
  readonly sequence: number;
  /** `CT` and 26 characters */
  readonly contractId: string;
  /** Yours; with `bizType` it names one thing for ever */
  readonly bizId: string;
  /** What it is about */
  readonly bizType: "RELATIONSHIP_AGREEMENT" | "PAYER_AUTHORIZATION_AGREEMENT";
  /** Where it stands */
  readonly status:
    | "CREATED"
    | "PARTIAL_SIGNED"
    | "SIGNED"
    | "FAILED"
    | "REJECTED"
    | "REVOKED"
    | "EXPIRED";
  /** Why */
  readonly reason?: string;
  readonly occurredAt: string;
};

export type InitiateFace = {
  /** Yours; with `bizType` it names one thing for ever */
  readonly bizId: string;
  /** What it is about */
  readonly bizType: "RELATIONSHIP_BINDING" | "PAYER_AUTHORIZATION";
  /** The person */
  readonly userInfo: {
    /** Of the person; masked in answers */
    readonly name: string;
    /** GB 11643 */
    readonly idCardNo: string;
    /** Mainland number the link goes to */
    readonly mobile?: string;
  };
  /** Hears of every change: https, a public host */
  readonly callbackUrl: string;
  /** What comes back on every callback */
  readonly webhookConfig?: {
    /** `Authorization`, and names of your own that begin with `X-`; ten at most */
    readonly headers?: {
      readonly [name: string]: string;
    };
  };
  /** 1 to 1440 */
  readonly expireMinutes?: number;
  /** How our page looks */
  readonly uiConfig?: {
    /** Stands over our page */
    readonly title?: string;
    /** Accepted and not loaded */
    readonly logoUrl?: string;
    /** Of our page, `#1890ff` */
    readonly themeColor?: string;
  };
  /** `SDK` answers `sdkConfig` for the vendor's SDK instead of leading through our page */
  readonly mode?: "H5" | "SDK";
  /** The flow on whose behalf the check is made */
  readonly origin?: string;
};

export type InitiatedFace = {
  readonly verificationId: string;
  /** Where it stands */
  readonly status: "PENDING" | "PROCESSING" | "SUCCESS" | "FAILED" | "EXPIRED";
  readonly verificationUrl: string;
  readonly expiresAt: string;
  readonly sdkConfig?: {
    readonly appId: string;
    readonly nonce: string;
    readonly signature: string;
  };
};

export type Face = {
  readonly verificationId: string;
  /** Yours; with `bizType` it names one thing for ever */
  readonly bizId: string;
  /** Where it stands */
  readonly status: "PENDING" | "PROCESSING" | "SUCCESS" | "FAILED" | "EXPIRED";
  /** The person */
  readonly userInfo: {
    /** Of the person; masked in answers */
    readonly name: string;
    /** GB 11643 */
    readonly idCardNo: string;
  } | null;
  /** 0 to 1, where the vendor gives one */
  readonly score: number | null;
  /** Record of the signature, or the vendor's of the check */
  readonly transactionNo: string | null;
  readonly verifiedAt: string | null;
  readonly failReason: string | null;
};

export type FaceChecked = {
  readonly eventId: string;
  /** Place in the chain of the check */
  readonly sequence: number;
  readonly verificationId: string;
  /** Yours; with `bizType` it names one thing for ever */
  readonly bizId: string;
  /** Where it stands */
  readonly status: "PENDING" | "PROCESSING" | "SUCCESS" | "FAILED" | "EXPIRED";
  /** 0 to 1, where the vendor gives one */
  readonly score: number | null;
  /** Record of the signature, or the vendor's of the check */
  readonly transactionNo: string | null;
  readonly verifiedAt: string | null;
  readonly failReason: string | null;
};

export type SaveTemplate = {
  /** The template */
  readonly templateId: string;
  /** Of the template; never used twice */
  readonly version: string;
  /** Of the person; masked in answers */
  readonly name: string;
  /** What kind of text it is */
  readonly category: "RELATIONSHIP_AGREEMENT" | "PAYER_AUTHORIZATION_AGREEMENT" | "SMS" | "H5";
  /** Component JSON, the HTML subset, or the text of a message */
  readonly content:
    | string
    | {
        readonly [name: string]: unknown;
      };
  /** The template's own variables */
  readonly variableDefinitions?: readonly {
    /** Stands in the text as `{{key}}` */
    readonly key: string;
    /** Of the person; masked in answers */
    readonly name: string;
    /** Whether a request must name it */
    readonly required: boolean;
    /** What a preview shows */
    readonly sample: string;
  }[];
  /** How many may sign, and how */
  readonly signerConfig?: {
    /** At least this many */
    readonly minSigners: number;
    /** At most this many */
    readonly maxSigners: number;
    /** How they sign */
    readonly defaultSignMethods: readonly ("FACE_AND_SMS" | "CA_CERT")[];
  };
  /** Whether it is the one that is chosen */
  readonly active?: boolean;
  /** The contracts it is chosen for; without one it is asked for by its id */
  readonly selector?: {
    /** What is signed for */
    readonly bizScene: "RELATION_BIND" | "OPEN_PAYMENT" | "POOLING_AUTH";
    /** A person or a company */
    readonly userType: "PERSONAL" | "ENTERPRISE";
    /** Which agreement of the scene; else all */
    readonly agreementType?:
      | "PAYOUT_AUTHORIZATION_AGREEMENT"
      | "SETTLEMENT_POWER_OF_ATTORNEY"
      | "PAYOUT_AUTHORIZATION_LETTER"
      | "POOLING_AUTHORIZATION_AGREEMENT"
      | "RELATION_BINDING_AGREEMENT";
    /** Why the money will move; else all */
    readonly scene?: "POOLING" | "BATCH_PAYMENT" | "MEMBER_SETTLEMENT";
  };
  /** The page that a message leads to */
  readonly h5TemplateName?: string;
};

export type ActivateTemplate = {
  /** Of the template; never used twice */
  readonly version: string;
};

export type TemplateSummary = {
  /** The template */
  readonly templateId: string;
  /** Of the person; masked in answers */
  readonly name: string;
  /** Of the template; never used twice */
  readonly version: string;
  /** What kind of text it is */
  readonly category: "RELATIONSHIP_AGREEMENT" | "PAYER_AUTHORIZATION_AGREEMENT" | "SMS" | "H5";
  /** The template's own variables */
  readonly variableDefinitions: readonly {
    /** Stands in the text as `{{key}}` */
    readonly key: string;
    /** Of the person; masked in answers */
    readonly name: string;
    /** Whether a request must name it */
    readonly required: boolean;
    /** What a preview shows */
    readonly sample: string;
  }[];
  /** How many may sign, and how */
  readonly signerConfig: {
    /** At least this many */
    readonly minSigners: number;
    /** At most this many */
    readonly maxSigners: number;
    /** How they sign */
    readonly defaultSignMethods: readonly ("FACE_AND_SMS" | "CA_CERT")[];
  };
  /** Whether it is the one that is chosen */
  readonly active: boolean;
  readonly state: "DRAFT" | "ACTIVE" | "RETIRED";
  /** The contracts it is chosen for; without one it is asked for by its id */
  readonly selector?: {
    /** What is signed for */
    readonly bizScene: "RELATION_BIND" | "OPEN_PAYMENT" | "POOLING_AUTH";
    /** A person or a company */
    readonly userType: "PERSONAL" | "ENTERPRISE";
    /** Which agreement of the scene; else all */
    readonly agreementType?: string;
    /** Why the money will move; else all */
    readonly scene?: "POOLING" | "BATCH_PAYMENT" | "MEMBER_SETTLEMENT";
  };
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedBy: string;
  readonly updatedAt: string;
};

export type Template = {
  /** The template */
  readonly templateId: string;
  /** Of the person; masked in answers */
  readonly name: string;
  /** Of the template; never used twice */
  readonly version: string;
  /** What kind of text it is */
  readonly category: "RELATIONSHIP_AGREEMENT" | "PAYER_AUTHORIZATION_AGREEMENT" | "SMS" | "H5";
  /** The template's own variables */
  readonly variableDefinitions: readonly {
    /** Stands in the text as `{{key}}` */
    readonly key: string;
    /** Of the person; masked in answers */
    readonly name: string;
    /** Whether a request must name it */
    readonly required: boolean;
    /** What a preview shows */
    readonly sample: string;
  }[];
  /** How many may sign, and how */
  readonly signerConfig: {
    /** At least this many */
    readonly minSigners: number;
    /** At most this many */
    readonly maxSigners: number;
    /** How they sign */
    readonly defaultSignMethods: readonly ("FACE_AND_SMS" | "CA_CERT")[];
  };
  /** Whether it is the one that is chosen */
  readonly active: boolean;
  readonly state: "DRAFT" | "ACTIVE" | "RETIRED";
  /** The contracts it is chosen for; without one it is asked for by its id */
  readonly selector?: {
    /** What is signed for */
    readonly bizScene: "RELATION_BIND" | "OPEN_PAYMENT" | "POOLING_AUTH";
    /** A person or a company */
    readonly userType: "PERSONAL" | "ENTERPRISE";
    /** Which agreement of the scene; else all */
    readonly agreementType?: string;
    /** Why the money will move; else all */
    readonly scene?: "POOLING" | "BATCH_PAYMENT" | "MEMBER_SETTLEMENT";
  };
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedBy: string;
  readonly updatedAt: string;
  readonly contentType: "HTML" | "COMPONENT_JSON" | "TEXT";
  /** Component JSON, the HTML subset, or the text of a message */
  readonly content: string;
  /** The page that a message leads to */
  readonly h5TemplateName?: string;
};

export type TemplateWithVersions = {
  /** The template */
  readonly templateId: string;
  /** Of the person; masked in answers */
  readonly name: string;
  /** Of the template; never used twice */
  readonly version: string;
  /** What kind of text it is */
  readonly category: "RELATIONSHIP_AGREEMENT" | "PAYER_AUTHORIZATION_AGREEMENT" | "SMS" | "H5";
  /** The template's own variables */
  readonly variableDefinitions: readonly {
    /** Stands in the text as `{{key}}` */
    readonly key: string;
    /** Of the person; masked in answers */
    readonly name: string;
    /** Whether a request must name it */
    readonly required: boolean;
    /** What a preview shows */
    readonly sample: string;
  }[];
  /** How many may sign, and how */
  readonly signerConfig: {
    /** At least this many */
    readonly minSigners: number;
    /** At most this many */
    readonly maxSigners: number;
    /** How they sign */
    readonly defaultSignMethods: readonly ("FACE_AND_SMS" | "CA_CERT")[];
  };
  /** Whether it is the one that is chosen */
  readonly active: boolean;
  readonly state: "DRAFT" | "ACTIVE" | "RETIRED";
  /** The contracts it is chosen for; without one it is asked for by its id */
  readonly selector?: {
    /** What is signed for */
    readonly bizScene: "RELATION_BIND" | "OPEN_PAYMENT" | "POOLING_AUTH";
    /** A person or a company */
    readonly userType: "PERSONAL" | "ENTERPRISE";
    /** Which agreement of the scene; else all */
    readonly agreementType?: string;
    /** Why the money will move; else all */
    readonly scene?: "POOLING" | "BATCH_PAYMENT" | "MEMBER_SETTLEMENT";
  };
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedBy: string;
  readonly updatedAt: string;
  readonly contentType: "HTML" | "COMPONENT_JSON" | "TEXT";
  /** Component JSON, the HTML subset, or the text of a message */
  readonly content: string;
  /** The page that a message leads to */
  readonly h5TemplateName?: string;
  readonly versions: readonly string[];
};

export type Templates = {
  readonly templates: readonly TemplateSummary[];
};

export type AgreementProblem = {
  readonly code:
    | 40001
    | 41301
    | 41501
    | 40003
    | 40101
    | 40301
    | 40401
    | 40002
    | 40901
    | 40004
    | 40005
    | 42901
    | 40006
    | 50001
    | 50000;
  readonly message: string;
  /** Each faulty field, by its path */
  readonly errors?: readonly {
    readonly field: string;
    readonly message: string;
  }[];
  /** What exists already */
  readonly data?: {
    readonly [name: string]: unknown;
  };
  /** The number to name when something is to be looked up */
  readonly traceId: string;
};

export type InitiateProcess = {
  /** Yours; names this process for ever */
  readonly requestId: string;
  /** The one there is */
  readonly businessType: "TIANCAI_SPLIT_ACCOUNT";
  /** Why the money will move */
  readonly scene: "POOLING" | "BATCH_PAYMENT" | "MEMBER_SETTLEMENT";
  /** What is signed for; goes with some scenes only */
  readonly processType: "RELATION_BINDING" | "OPEN_PAYMENT" | "POOLING_AUTH";
  /** Who pays */
  readonly payerInfo: {
    /** The wallet's number of the merchant */
    readonly merchantNo: string;
    /** As registered */
    readonly merchantName: string;
    /** `INDIVIDUAL` signs as the person in `contactInfo` */
    readonly merchantType: "ENTERPRISE" | "INDIVIDUAL";
    /** A code and no person's number; what the contract authorises */
    readonly accountNo: string;
    /** Where a micro-deposit goes */
    readonly bankCardInfo?: {
      /** 8 to 32 digits; a person's card is checked by Luhn */
      readonly cardNo: string;
      /** Holder of the card */
      readonly accountName: string;
      /** `ICBC`, or twelve digits of the interbank register */
      readonly bankCode: string;
    };
    /** What kind of account */
    readonly accountType: "TIANCAI_RECEIVE_ACCOUNT";
    /** Who is reached, and signs */
    readonly contactInfo?: {
      /** Of the person */
      readonly name: string;
      /** GB 11643; required of an `INDIVIDUAL` who signs */
      readonly idCardNo?: string;
      /** Mainland number the link goes to */
      readonly mobile: string;
    };
  };
  /** Who receives */
  readonly payeeInfo: {
    /** The wallet's number of the merchant */
    readonly merchantNo: string;
    /** As registered */
    readonly merchantName: string;
    /** `INDIVIDUAL` signs as the person in `contactInfo` */
    readonly merchantType: "ENTERPRISE" | "INDIVIDUAL";
    /** A code and no person's number; what the contract authorises */
    readonly accountNo: string;
    /** Where a micro-deposit goes */
    readonly bankCardInfo?: {
      /** 8 to 32 digits; a person's card is checked by Luhn */
      readonly cardNo: string;
      /** Holder of the card */
      readonly accountName: string;
      /** `ICBC`, or twelve digits of the interbank register */
      readonly bankCode: string;
    };
    /** What kind of account */
    readonly accountType: "TIANCAI_RECEIVE_ACCOUNT" | "TIANCAI_RECEIVER_ACCOUNT";
    /** Who is reached, and signs */
    readonly contactInfo: {
      /** Of the person */
      readonly name: string;
      /** GB 11643; required of an `INDIVIDUAL` who signs */
      readonly idCardNo?: string;
      /** Mainland number the link goes to */
      readonly mobile: string;
    };
  };
  /** On whose behalf the wallet asks */
  readonly initiatorInfo: {
    /** The wallet's number of the merchant */
    readonly merchantNo: string;
    /** As registered */
    readonly merchantName: string;
  };
  /** Stands in the agreement */
  readonly fundPurpose: string;
  /** Where the end is told: https, a public host */
  readonly callbackUrl: string;
  /** What else was agreed */
  readonly extInfo?: {
    /** How much of an order may be collected, `0.8` */
    readonly orderAggregationMaxRatio?: string;
  };
};

export type InitiatedProcess = {
  readonly code: "SUCCESS";
  readonly message: string;
  /** The process, where there is one */
  readonly data: {
    /** `CT` and 26 characters; the contract's id */
    readonly processId: string;
    readonly status:
      | "INIT"
      | "SMS_SENT"
      | "PROTOCOL_SIGNED"
      | "VERIFICATION_PENDING"
      | "VERIFICATION_SUCCESS"
      | "COMPLETED"
      | "FAILED"
      | "EXPIRED";
    /** The signer's link */
    readonly h5PageUrl: string;
    /** When the process ends unless it is complete */
    readonly expiredAt: string;
  };
};

export type Process = {
  readonly code: "SUCCESS";
  readonly message: string;
  /** The process, where there is one */
  readonly data: {
    /** `CT` and 26 characters; the contract's id */
    readonly processId: string;
    /** The one there is */
    readonly businessType: "TIANCAI_SPLIT_ACCOUNT";
    /** Why the money will move */
    readonly scene: "POOLING" | "BATCH_PAYMENT" | "MEMBER_SETTLEMENT" | null;
    /** What is signed for; goes with some scenes only */
    readonly processType: "RELATION_BINDING" | "OPEN_PAYMENT" | "POOLING_AUTH";
    readonly status:
      | "INIT"
      | "SMS_SENT"
      | "PROTOCOL_SIGNED"
      | "VERIFICATION_PENDING"
      | "VERIFICATION_SUCCESS"
      | "COMPLETED"
      | "FAILED"
      | "EXPIRED";
    /** Who pays */
    readonly payerInfo: {
      /** The wallet's number of the merchant */
      readonly merchantNo: string;
      /** As registered */
      readonly merchantName: string;
      /** `INDIVIDUAL` signs as the person in `contactInfo` */
      readonly merchantType: "ENTERPRISE" | "INDIVIDUAL";
      /** A code and no person's number; what the contract authorises */
      readonly accountNo: string;
      /** What kind of account */
      readonly accountType: string;
      /** Where a micro-deposit goes */
      readonly bankCardInfo?: {
        /** 8 to 32 digits; a person's card is checked by Luhn */
        readonly cardNo: string;
        /** Holder of the card */
        readonly accountName: string;
        /** `ICBC`, or twelve digits of the interbank register */
        readonly bankCode: string;
      };
      /** Who is reached, and signs */
      readonly contactInfo?: {
        /** Of the person */
        readonly name: string;
        /** GB 11643; required of an `INDIVIDUAL` who signs */
        readonly idCardNo?: string;
        /** Mainland number the link goes to */
        readonly mobile: string;
      };
    } | null;
    /** Who receives */
    readonly payeeInfo: {
      /** The wallet's number of the merchant */
      readonly merchantNo: string;
      /** As registered */
      readonly merchantName: string;
      /** `INDIVIDUAL` signs as the person in `contactInfo` */
      readonly merchantType: "ENTERPRISE" | "INDIVIDUAL";
      /** A code and no person's number; what the contract authorises */
      readonly accountNo: string;
      /** What kind of account */
      readonly accountType: string;
      /** Where a micro-deposit goes */
      readonly bankCardInfo?: {
        /** 8 to 32 digits; a person's card is checked by Luhn */
        readonly cardNo: string;
        /** Holder of the card */
        readonly accountName: string;
        /** `ICBC`, or twelve digits of the interbank register */
        readonly bankCode: string;
      };
      /** Who is reached, and signs */
      readonly contactInfo?: {
        /** Of the person */
        readonly name: string;
        /** GB 11643; required of an `INDIVIDUAL` who signs */
        readonly idCardNo?: string;
        /** Mainland number the link goes to */
        readonly mobile: string;
      };
    } | null;
    /** The agreement, once generated */
    readonly protocolInfo: {
      readonly protocolId: string;
      readonly protocolName: string;
      readonly signedAt: string | null;
      /** Good for five minutes */
      readonly downloadUrl: string | null;
    } | null;
    readonly verificationInfo: {
      readonly verificationId: string | null;
      readonly type: "REMITTANCE" | "FACE";
      readonly status: "PENDING" | "SUCCESS" | "FAILED";
      /** Whether the verification system has taken it over */
      readonly dispatch: "NOT_SENT" | "ACKED";
      readonly verifiedAt: string | null;
    } | null;
    /** Why it failed */
    readonly failureReason: string | null;
    readonly createdAt: string;
    readonly updatedAt: string;
  };
};

export type ProcessEnded = {
  readonly eventId: string;
  readonly type: "SIGNING_PROCESS_COMPLETED" | "SIGNING_PROCESS_FAILED";
  readonly timestamp: string;
  readonly payload: {
    /** `CT` and 26 characters; the contract's id */
    readonly processId: string;
    /** Yours; names this process for ever */
    readonly requestId: string;
    /** The one there is */
    readonly businessType: "TIANCAI_SPLIT_ACCOUNT";
    /** Why the money will move */
    readonly scene: "POOLING" | "BATCH_PAYMENT" | "MEMBER_SETTLEMENT";
    /** What is signed for; goes with some scenes only */
    readonly processType: "RELATION_BINDING" | "OPEN_PAYMENT" | "POOLING_AUTH";
    readonly status: "COMPLETED" | "FAILED";
    /** Whether a failed process expired */
    readonly processStatus?: "FAILED" | "EXPIRED";
    /** Why it failed */
    readonly failureReason?: string;
    readonly payerMerchantNo: string;
    readonly payeeMerchantNo: string;
    readonly protocolId: string | null;
    readonly verificationId: string | null;
    /** Stands in the agreement */
    readonly fundPurpose: string;
  };
};

export type WalletProblem = {
  readonly code:
    | "PARAM_INVALID"
    | "TEMPLATE_NOT_FOUND"
    | "SIGNATURE_INVALID"
    | "FORBIDDEN"
    | "PROCESS_NOT_FOUND"
    | "REQUEST_DUPLICATED"
    | "STATE_CONFLICT"
    | "PROCESS_EXPIRED"
    | "RATE_LIMITED"
    | "SMS_SEND_FAILED"
    | "VERIFICATION_SERVICE_ERROR"
    | "INTERNAL_ERROR";
  readonly message: string;
  /** Each faulty field, by its path */
  readonly errors?: readonly {
    readonly field: string;
    readonly message: string;
  }[];
  /** The process, where there is one */
  readonly data?: {
    readonly [name: string]: unknown;
  };
  /** The number to name when something is to be looked up */
  readonly traceId: string;
};

export type ProcessTransaction =
  | {
      /** Yours; names this instruction for ever */
      readonly requestId: string;
      /** Your client id */
      readonly appId: string;
      /** Lowercase hex HMAC over five lines */
      readonly signature: string;
      /** Milliseconds since 1970, within 5 minutes of ours */
      readonly timestamp: number;
      /** What the HMAC is made with */
      readonly signType?: "HMAC-SHA256" | "HMAC-SM3";
      /** What is asked for */
      readonly bizType: "SPLIT";
      /** The instruction */
      readonly bizData: {
        /** Your order */
        readonly bizOrderNo: string;
        /** Who pays */
        readonly payerInfo: {
          /** A code and no person's number */
          readonly accountNo: string;
          /** For your own records */
          readonly accountName?: string;
        };
        /** Yuan above 0 with at most two decimals, best as text; nothing is ever rounded */
        readonly amount: string | number;
        /** Who receives; of a batch each with an amount, adding up to the whole */
        readonly receiverInfo: {
          /** A code and no person's number */
          readonly accountNo: string;
          /** For your own records */
          readonly accountName?: string;
        };
        /** Up to 16 fields of your own */
        readonly extInfo?: {
          readonly [name: string]: string | number | boolean;
        };
      };
    }
  | {
      /** Yours; names this instruction for ever */
      readonly requestId: string;
      /** Your client id */
      readonly appId: string;
      /** Lowercase hex HMAC over five lines */
      readonly signature: string;
      /** Milliseconds since 1970, within 5 minutes of ours */
      readonly timestamp: number;
      /** What the HMAC is made with */
      readonly signType?: "HMAC-SHA256" | "HMAC-SM3";
      /** What is asked for */
      readonly bizType: "COLLECTION";
      /** The instruction */
      readonly bizData: {
        /** Your order */
        readonly bizOrderNo: string;
        /** Who pays */
        readonly payerInfo: {
          /** A code and no person's number */
          readonly accountNo: string;
          /** For your own records */
          readonly accountName?: string;
        };
        /** Yuan above 0 with at most two decimals, best as text; nothing is ever rounded */
        readonly amount: string | number;
        /** Who receives; of a batch each with an amount, adding up to the whole */
        readonly receiverInfo: {
          /** A code and no person's number */
          readonly accountNo: string;
          /** For your own records */
          readonly accountName?: string;
        };
        /** Up to 16 fields of your own */
        readonly extInfo?: {
          /** The order that is collected of; needed where a ratio was agreed */
          readonly sourceOrderNo?: string;
          /** How large that order is */
          readonly sourceOrderAmount?: string | number;
          readonly [name: string]: unknown;
        };
      };
    }
  | {
      /** Yours; names this instruction for ever */
      readonly requestId: string;
      /** Your client id */
      readonly appId: string;
      /** Lowercase hex HMAC over five lines */
      readonly signature: string;
      /** Milliseconds since 1970, within 5 minutes of ours */
      readonly timestamp: number;
      /** What the HMAC is made with */
      readonly signType?: "HMAC-SHA256" | "HMAC-SM3";
      /** What is asked for */
      readonly bizType: "BATCH_PAY";
      /** The instruction */
      readonly bizData: {
        /** Your order */
        readonly bizOrderNo: string;
        /** Who pays */
        readonly payerInfo: {
          /** A code and no person's number */
          readonly accountNo: string;
          /** For your own records */
          readonly accountName?: string;
        };
        /** Yuan above 0 with at most two decimals, best as text; nothing is ever rounded */
        readonly amount: string | number;
        /** Who receives; of a batch each with an amount, adding up to the whole */
        readonly receiverInfo: readonly {
          /** A code and no person's number */
          readonly accountNo: string;
          /** For your own records */
          readonly accountName?: string;
          /** Yuan above 0 with at most two decimals, best as text; nothing is ever rounded */
          readonly amount: string | number;
        }[];
        /** Up to 16 fields of your own */
        readonly extInfo?: {
          readonly [name: string]: string | number | boolean;
        };
      };
    }
  | {
      /** Yours; names this instruction for ever */
      readonly requestId: string;
      /** Your client id */
      readonly appId: string;
      /** Lowercase hex HMAC over five lines */
      readonly signature: string;
      /** Milliseconds since 1970, within 5 minutes of ours */
      readonly timestamp: number;
      /** What the HMAC is made with */
      readonly signType?: "HMAC-SHA256" | "HMAC-SM3";
      /** What is asked for */
      readonly bizType: "BATCH_PAY";
      /** The instruction */
      readonly bizData: {
        /** Your order */
        readonly bizOrderNo: string;
        /** Who pays */
        readonly payerInfo: {
          /** A code and no person's number */
          readonly accountNo: string;
          /** For your own records */
          readonly accountName?: string;
        };
        /** Yuan above 0 with at most two decimals, best as text; nothing is ever rounded */
        readonly amount: string | number;
        /** Who receives; of a batch each with an amount, adding up to the whole */
        readonly receiverInfo: {
          /** 1 to 500, no account twice */
          readonly receivers: readonly {
            /** A code and no person's number */
            readonly accountNo: string;
            /** For your own records */
            readonly accountName?: string;
            /** Yuan above 0 with at most two decimals, best as text; nothing is ever rounded */
            readonly amount: string | number;
          }[];
        };
        /** Up to 16 fields of your own */
        readonly extInfo?: {
          readonly [name: string]: string | number | boolean;
        };
      };
    };

export type ProcessedTransaction = {
  readonly code: "SUCCESS";
  readonly message: string;
  /** The order as far as it is known */
  readonly data: {
    /** Yours; names this instruction for ever */
    readonly requestId: string;
    /** Ours: `TO` and 26 characters */
    readonly transactionOrderNo: string;
    readonly status: "PROCESSING" | "SUCCESS" | "FAILED";
    /** Clearing's, of an executed order */
    readonly clearingOrderNo?: string;
    /** Why it failed */
    readonly errorCode?: string;
    /** The same for a person */
    readonly errorMessage?: string;
    /** The payments of a batch that were begun */
    readonly items?: readonly {
      readonly part: number;
      /** A code and no person's number */
      readonly accountNo: string;
      /** Yuan above 0 with at most two decimals, best as text; nothing is ever rounded */
      readonly amount: string;
      readonly status: "PROCESSING" | "SUCCESS" | "FAILED";
      /** Clearing's, of an executed order */
      readonly clearingOrderNo?: string;
      /** Why it failed */
      readonly errorCode?: string;
    }[];
  };
};

export type FailedTransaction = {
  readonly code: string;
  readonly message: string;
  /** The order as far as it is known */
  readonly data: {
    /** Yours; names this instruction for ever */
    readonly requestId: string;
    /** Ours: `TO` and 26 characters */
    readonly transactionOrderNo: string;
    readonly status: "PROCESSING" | "SUCCESS" | "FAILED";
    /** Clearing's, of an executed order */
    readonly clearingOrderNo?: string;
    /** Why it failed */
    readonly errorCode?: string;
    /** The same for a person */
    readonly errorMessage?: string;
    /** The payments of a batch that were begun */
    readonly items?: readonly {
      readonly part: number;
      /** A code and no person's number */
      readonly accountNo: string;
      /** Yuan above 0 with at most two decimals, best as text; nothing is ever rounded */
      readonly amount: string;
      readonly status: "PROCESSING" | "SUCCESS" | "FAILED";
      /** Clearing's, of an executed order */
      readonly clearingOrderNo?: string;
      /** Why it failed */
      readonly errorCode?: string;
    }[];
  };
  /** Each faulty field, by its path */
  readonly errors?: readonly {
    readonly field: string;
    readonly message: string;
  }[];
};

export type RefusedTransaction = FailedTransaction | TransactionProblem;

export type Transaction = {
  readonly code: "SUCCESS";
  readonly message: string;
  /** The order as far as it is known */
  readonly data: {
    /** Yours; names this instruction for ever */
    readonly requestId: string;
    /** Ours: `TO` and 26 characters */
    readonly transactionOrderNo: string;
    readonly status: "PROCESSING" | "SUCCESS" | "FAILED";
    /** Clearing's, of an executed order */
    readonly clearingOrderNo?: string;
    /** Why it failed */
    readonly errorCode?: string;
    /** The same for a person */
    readonly errorMessage?: string;
    /** The payments of a batch that were begun */
    readonly items?: readonly {
      readonly part: number;
      /** A code and no person's number */
      readonly accountNo: string;
      /** Yuan above 0 with at most two decimals, best as text; nothing is ever rounded */
      readonly amount: string;
      readonly status: "PROCESSING" | "SUCCESS" | "FAILED";
      /** Clearing's, of an executed order */
      readonly clearingOrderNo?: string;
      /** Why it failed */
      readonly errorCode?: string;
    }[];
    /** What is asked for */
    readonly bizType: string;
    /** Clearing has yet to say whether it moved the money */
    readonly outcomeUnknown?: true;
    readonly createdTime: string;
    readonly updatedTime: string;
  };
};

export type TransactionEnded = {
  readonly type: string;
  /** When it ended */
  readonly timestamp: string;
  /** The order as far as it is known */
  readonly data: {
    readonly eventId: string;
    /** Yours; names this instruction for ever */
    readonly requestId: string;
    /** Ours: `TO` and 26 characters */
    readonly transactionOrderNo: string;
    readonly sequence: number;
    readonly status: string;
    /** Clearing's, of an executed order */
    readonly clearingOrderNo?: string;
    /** Why it failed */
    readonly errorCode?: string;
  };
};

export type TransactionProblem = {
  readonly code:
    | "INVALID_PARAMETER"
    | "MISSING_PARAMETER"
    | "SYSTEM_ERROR"
    | "UNSUPPORTED_BIZ_TYPE"
    | "INVALID_SIGNATURE"
    | "INVALID_APPID"
    | "INVALID_TIMESTAMP"
    | "FORBIDDEN"
    | "ORDER_NOT_FOUND"
    | "DUPLICATE_REQUEST"
    | "REQUEST_PROCESSING"
    | "STATE_CONFLICT"
    | "RATE_LIMITED"
    | "AUTHORIZATION_REQUIRED"
    | "AUTHORIZATION_EXCEEDED"
    | "DOWNSTREAM_SERVICE_ERROR";
  readonly message: string;
  /** Each faulty field, by its path */
  readonly errors?: readonly {
    readonly field: string;
    readonly message: string;
  }[];
  /** The order as far as it is known */
  readonly data?: {
    readonly [name: string]: unknown;
  };
  /** The number to name when something is to be looked up */
  readonly traceId: string;
};
