import type { Status } from "./contract.ts";
import type { Entry, Facts, Step } from "./evidence.ts";
import { bizTypes, type OrderStep } from "./transaction.ts";
import { bizScenes, fundScenes } from "./words.ts";

/**
 * One figure of the business monitoring (D-63). Its dimensions are words of ours, never an id or a partner:
 * every combination is a metric that costs, and with OTHER for what no list of ours has they are 240 at most.
 */
export type Measure = {
  readonly name:
    | "ContractEnded"
    | "ContractSeconds"
    | "StepSeconds"
    | "OrderEnded"
    | "OrderSeconds";
  readonly value: number;
  readonly unit: "Count" | "Seconds";
  readonly dimensions: Readonly<Record<string, string>>;
};

/** How a contract ended, by the entry that ended it. */
const contractOutcomes: Readonly<Partial<Record<string, Status>>> = {
  COMPLETED: "COMPLETED",
  FAILED: "FAILED",
  EXPIRED: "EXPIRED",
  DECLINED: "REJECTED",
  REVOKED: "REVOKED",
} satisfies Partial<Record<Step, Status>>;

/** How an order ended. REFUSED is what intake turned away itself, FAILED what was taken in and came to nothing. */
const orderOutcomes: Readonly<Partial<Record<string, string>>> = {
  ORDER_SUCCEEDED: "SUCCEEDED",
  ORDER_FAILED: "FAILED",
  ORDER_REFUSED: "REFUSED",
} satisfies Partial<Record<OrderStep, string>>;

export const endsContract = ({ step }: Pick<Entry<string>, "step">): boolean =>
  contractOutcomes[step] !== undefined;

/** A part's end is none: what the partner asked for is the batch, and that ends with its last part (K40). */
export const endsOrder = ({ step, contractId }: Pick<Entry<string>, "step" | "contractId">) =>
  orderOutcomes[step] !== undefined && !contractId.includes("-");

/**
 * What the chain of a contract tells of its life: how it ended, the seconds from its creation if it completed, and
 * the seconds of each step that was reached, by scene. Empty while it has not ended; what came later changes nothing.
 */
export function contractMeasures(entries: readonly Entry<string>[]): readonly Measure[] {
  const [first] = entries;
  const end = entries.find(endsContract);
  const outcome = end && contractOutcomes[end.step];
  if (first === undefined || end === undefined || outcome === undefined) return [];
  const lived = entries.slice(0, entries.indexOf(end) + 1);
  const scene = {
    bizScene: known(bizScenes, first.facts.bizScene),
    fundScene: known([...fundScenes, "NONE"], first.facts.scene ?? "NONE"),
  };
  return [
    count("ContractEnded", { ...scene, outcome }),
    ...(outcome === "COMPLETED" ? [seconds("ContractSeconds", first, end, scene)] : []),
    ...stepsOf(lived).map(({ step, from, to }) =>
      seconds("StepSeconds", from, to, { ...scene, step }),
    ),
  ];
}

/** What the chain of an order tells: how it ended, and the seconds from its reception unless it never began. */
export function orderMeasures(entries: readonly Entry<string>[]): readonly Measure[] {
  const [first] = entries;
  const end = entries.find(endsOrder);
  const outcome = end && orderOutcomes[end.step];
  if (first === undefined || end === undefined || outcome === undefined) return [];
  // What a refused request calls its type is the caller's own text.
  const of = { bizType: known(bizTypes, first.facts.bizType), outcome };
  return [
    count("OrderEnded", of),
    ...(outcome === "REFUSED" ? [] : [seconds("OrderSeconds", first, end, of)]),
  ];
}

type Moment = Pick<Entry<string>, "at">;
type StepName = "INVITED" | "OPENED" | "SIGNED" | "VERIFIED" | "SEALED";
type Passed = { readonly step: StepName; readonly from: Moment; readonly to: Moment };

/**
 * The way from one moment to the next: the invitation counts from the creation, a signer's moments from the one before
 * in the order in which they came (profiles close the gates in either order), the seal from the last gate.
 */
function stepsOf(entries: readonly Entry<string>[]): readonly Passed[] {
  const reached = entries.flatMap((entry) => {
    const step = stepOf(entry);
    return step === undefined ? [] : [{ step, signer: signerOf(entry.facts), at: entry.at }];
  });
  const [created, end] = [entries[0], entries.at(-1)];
  const invited = reached.find(({ step }) => step === "INVITED");
  const lastGate = reached.findLast(({ step }) => step === "SIGNED" || step === "VERIFIED");
  const steps: Passed[] =
    created && invited ? [{ step: "INVITED", from: created, to: invited }] : [];
  for (const own of Map.groupBy(reached, ({ signer }) => signer).values()) {
    // Messages and links are opened again and again; the first time counts.
    const firsts = own.filter(({ step }, at) => own.findIndex((one) => one.step === step) === at);
    for (const [at, { step, ...to }] of firsts.entries()) {
      const from = firsts[at - 1];
      // Who opens the link before the gateway has answered was invited earlier than we know.
      if (from !== undefined && step !== "INVITED") steps.push({ step, from, to });
    }
  }
  if (lastGate && end?.step === "COMPLETED")
    steps.push({ step: "SEALED", from: lastGate, to: end });
  return steps;
}

/** The step that an entry completes for its signer. */
function stepOf({ step, facts }: Entry<string>): Exclude<StepName, "SEALED"> | undefined {
  switch (step) {
    case "SMS_SENT":
    case "LINK_ISSUED":
      return "INVITED";
    case "SMS_FAILED":
      // B-35: others deliver the link, so the person is asked all the same.
      return facts.keepAlive === true ? "INVITED" : undefined;
    case "LINK_OPENED":
      return "OPENED";
    case "SIGNED":
      return "SIGNED";
    case "AUTH_RESULT":
      return facts.result === "SUCCESS" ? "VERIFIED" : undefined;
    default:
      return undefined;
  }
}

/** Messages from the time of one signer do not say whom they are for. */
const signerOf = ({ signer }: Facts): number => Number(signer ?? 1);

const count = (name: Measure["name"], dimensions: Measure["dimensions"]): Measure => ({
  name,
  value: 1,
  unit: "Count",
  dimensions,
});

/** Entries are dated by several machines; clocks that differ must not make a time negative, which ends percentiles. */
const seconds = (
  name: Measure["name"],
  from: Moment,
  to: Moment,
  dimensions: Measure["dimensions"],
): Measure => ({
  name,
  value: Math.max(0, (Date.parse(to.at) - Date.parse(from.at)) / 1000),
  unit: "Seconds",
  dimensions,
});

/** The bound of every dimension: a word that no list of ours has is OTHER. */
const known = (words: readonly string[], word: unknown): string =>
  words.find((one) => one === word) ?? "OTHER";
