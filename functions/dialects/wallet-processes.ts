import type { BizScene, FundScene, subjectRoles } from "../domain/words.ts";

/** Which processes document D knows, who takes part in them, and who signs (D-35…D-39, K16). */

export const processTypes = ["RELATION_BINDING", "OPEN_PAYMENT", "POOLING_AUTH"] as const;
export type ProcessType = (typeof processTypes)[number];

export const merchantTypes = ["ENTERPRISE", "INDIVIDUAL"] as const;
type MerchantType = (typeof merchantTypes)[number];

type Side = "payer" | "payee";

export type Process = {
  readonly bizScene: BizScene;
  /** What the payer and the payee may be. */
  readonly payer: readonly MerchantType[];
  readonly payee: readonly MerchantType[];
  /** K16: whoever takes on the duty signs: the bound side, or whose money it is. */
  readonly signatory: Side;
  /** Where the headquarters stands; the agreement names it. */
  readonly headquarters: Side;
  readonly role: (typeof subjectRoles)[number];
};

const anybody = merchantTypes;
const enterprise = ["ENTERPRISE"] as const;

const binding = {
  bizScene: "RELATION_BIND",
  payer: enterprise,
  payee: anybody,
  signatory: "payee",
  headquarters: "payer",
} as const;

/** D-38: whom the money goes to says each relation; the payee of the request is only told. */
const opening = {
  bizScene: "OPEN_PAYMENT",
  payer: enterprise,
  payee: anybody,
  signatory: "payer",
  headquarters: "payer",
  role: "HEADQUARTERS",
} as const;

const processes: Readonly<Record<ProcessType, Readonly<Partial<Record<FundScene, Process>>>>> = {
  RELATION_BINDING: {
    BATCH_PAYMENT: { ...binding, role: "RECEIVER" },
    MEMBER_SETTLEMENT: { ...binding, role: "STORE" },
  },
  POOLING_AUTH: {
    POOLING: {
      bizScene: "POOLING_AUTH",
      payer: anybody,
      payee: enterprise,
      signatory: "payer",
      headquarters: "payee",
      role: "STORE",
    },
  },
  OPEN_PAYMENT: { BATCH_PAYMENT: opening, MEMBER_SETTLEMENT: opening },
};

/** The process of a combination, or undefined for one that does not exist (D-39). */
export const processOf = (processType: ProcessType, scene: FundScene): Process | undefined =>
  processes[processType][scene];

/** The scenes that a process type goes with, for whoever sent another. */
export const scenesOf = (processType: ProcessType): readonly string[] =>
  Object.keys(processes[processType]);

/** Document D's name for what a contract is about, whichever dialect it began in (K01). */
export const processTypeOf = {
  RELATION_BIND: "RELATION_BINDING",
  OPEN_PAYMENT: "OPEN_PAYMENT",
  POOLING_AUTH: "POOLING_AUTH",
} as const satisfies Record<BizScene, ProcessType>;
