import * as z from "zod";
import type { Journal } from "./journal.ts";
import { json, type WireAnswer, type WireRequest, type WireResponse } from "./wire.ts";

/** A month: long enough to let an answer come after every deadline of the product. */
const longestDelayMs = 30 * 24 * 3_600_000;
/** A body nobody should read to the end. */
const largestBodyBytes = 64 * 1024 * 1024;
const mostRules = 100;

const callbackFault = z.strictObject({
  /** That many identical copies follow the first. */
  duplicate: z.int().min(1).max(20).optional(),
  delayMs: z.int().min(0).max(longestDelayMs).optional(),
  /** The attempt is lost on its way; the next one follows the usual back-off. */
  drop: z.boolean().optional(),
  forgeSignature: z.boolean().optional(),
  /** Sends a well-signed result to this contract id instead. */
  otherContract: z.string().min(1).max(64).optional(),
});

/** Faults that only some systems can play, because they need to know what the request means. */
const ownFaultKinds = ["late", "processing", "otherOrder"] as const;
export type OwnFaultKind = (typeof ownFaultKinds)[number];
export type OwnFaults = Partial<
  Record<OwnFaultKind, (request: WireRequest, rule: FaultRule) => WireResponse>
>;

const faultRule = z
  .strictObject({
    match: z
      .strictObject({
        method: z.string().optional(),
        /** `*` stands for anything. */
        path: z.string().startsWith("/").max(200).optional(),
      })
      .default({}),
    /** How often the rule strikes; for ever if absent. */
    times: z.int().min(1).max(1_000_000).optional(),
    kind: z.enum(["before", "after", "status", "delay", "malformed", ...ownFaultKinds]).optional(),
    status: z.int().min(200).max(599).optional(),
    delayMs: z.int().min(0).max(longestDelayMs).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.string().optional(),
    bodyBytes: z.int().min(1).max(largestBodyBytes).optional(),
    callback: callbackFault.optional(),
  })
  .superRefine((rule, context) => {
    const wrong = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: [field], message });
    if ((rule.kind === undefined) === (rule.callback === undefined)) {
      wrong("kind", "give either kind (a fault of an answer) or callback (a fault of a callback)");
    }
    if (rule.kind === "status" && rule.status === undefined) wrong("status", "is missing");
    if (takesTime.includes(rule.kind) && rule.delayMs === undefined) wrong("delayMs", "is missing");
  });

const takesTime: readonly unknown[] = ["delay", "late", "processing"];

export const faultScript = z.array(faultRule).max(mostRules);
export type FaultRule = z.infer<typeof faultRule>;
export type CallbackFault = z.infer<typeof callbackFault>;

/** The script is kept with the state, so that a fault outlives a restart. */
const script = { kind: "fault-script", id: "script" } as const;

export function readFaults(journal: Journal): FaultRule[] {
  return journal.read<FaultRule[]>(script.kind, script.id) ?? [];
}

export function writeFaults(journal: Journal, rules: readonly FaultRule[]): void {
  journal.write(script.kind, script.id, rules);
}

/** The first rule of that sort which matches and is not used up; taking it uses it once. */
export function takeFault(
  journal: Journal,
  sort: "kind" | "callback",
  method: string,
  path: string,
): FaultRule | undefined {
  const rules = readFaults(journal);
  const struck = rules.find((rule) => rule[sort] !== undefined && matches(rule, method, path));
  if (struck?.times !== undefined) {
    const left = struck.times - 1;
    const rest = rules.flatMap((rule) =>
      rule !== struck ? [rule] : left > 0 ? [{ ...rule, times: left }] : [],
    );
    writeFaults(journal, rest);
  }
  return struck;
}

/**
 * Answers `request` the way `rule` wants. `delayMs` may be added to every common kind; it passes before the effect.
 * `after` with a status lets the effect happen and answers that status instead of cutting the connection.
 */
export async function answerWithFault(
  rule: FaultRule,
  request: WireRequest,
  system: {
    readonly handle: (request: WireRequest) => WireAnswer;
    readonly ownFaults?: OwnFaults;
  },
  wait: (ms: number) => Promise<void>,
): Promise<WireResponse> {
  const ownFault = ownFaultOf(rule, system.ownFaults);
  if (ownFault !== undefined) return ownFault(request, rule);
  if (rule.delayMs !== undefined) await wait(rule.delayMs);
  if (rule.kind === "before") return "cut";
  if (rule.kind === "status") return scriptedAnswer(rule);
  const answer = system.handle(request);
  if (rule.kind === "after") return rule.status === undefined ? "cut" : scriptedAnswer(rule);
  if (rule.kind === "malformed") return { ...answer, body: rule.body ?? '{"broken":' };
  return answer;
}

export const isOwnFault = (kind: FaultRule["kind"]): kind is OwnFaultKind =>
  ownFaultKinds.some((own) => own === kind);

const ownFaultOf = ({ kind }: FaultRule, faults: OwnFaults = {}) =>
  isOwnFault(kind) ? faults[kind] : undefined;

function scriptedAnswer(rule: FaultRule): WireAnswer {
  const status = rule.status ?? 500;
  const plain = json(status, {
    code: "SCRIPTED_FAULT",
    message: `the fault script says ${status}`,
  });
  const body = rule.bodyBytes === undefined ? rule.body : Buffer.alloc(rule.bodyBytes, "x");
  return {
    status,
    headers: { ...plain.headers, ...rule.headers },
    body: body ?? plain.body ?? "",
  };
}

function matches(rule: FaultRule, method: string, path: string): boolean {
  const pattern = rule.match.path;
  if (rule.match.method !== undefined && rule.match.method.toUpperCase() !== method) return false;
  if (pattern === undefined) return true;
  const literal = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${pattern.split("*").map(literal).join(".*")}$`).test(path);
}
