import type { Message, Title } from "./messages.ts";

/** One thing somebody says about a contract, and whether the evidence bears it out. */
export type Claim = {
  readonly title: Title;
  /**
   * `erased`: a person had these values destroyed; the proofs around them stand. `unchecked`: this
   * evidence, or what the reader gave along with it, cannot answer.
   */
  readonly status: "holds" | "fails" | "erased" | "unchecked";
  readonly says: Said;
  /** File, entry or revision at fault. */
  readonly culprit?: string;
};

/** A message and what fills its {places}. */
export type Said = {
  readonly message: Message;
  readonly values: Readonly<Record<string, string | number>>;
};

export type Report = {
  readonly kind: "bundle" | "pdf" | "unknown";
  readonly verdict: "holds" | "fails" | "unchecked";
  readonly claims: readonly Claim[];
};

/** Evidence that does not hold: what is wrong, and where. */
export class Broken extends Error {
  override readonly name = "Broken";
  readonly says: Said;
  readonly culprit: string;

  constructor(culprit: string, message: Message, values: Said["values"] = {}) {
    super(`${culprit}: ${message} ${JSON.stringify(values)}`);
    this.culprit = culprit;
    this.says = { message, values };
  }
}

export function refuse(
  isBad: boolean,
  culprit: string,
  message: Message,
  values?: Said["values"],
): void {
  if (isBad) throw new Broken(culprit, message, values);
}

const said = (message: Message, values: Said["values"] = {}): Said => ({ message, values });

export const holds = (title: Title, message: Message, values?: Said["values"]): Claim => ({
  title,
  status: "holds",
  says: said(message, values),
});

/** A claim that fails before anything was looked at. */
export const fails = (
  title: Title,
  culprit: string,
  message: Message,
  values?: Said["values"],
): Claim => ({ title, status: "fails", says: said(message, values), culprit });

export const erased = (title: Title, culprit: string): Claim => ({
  title,
  status: "erased",
  says: said("erased"),
  culprit,
});

export const unchecked = (title: Title, message: Message, values?: Said["values"]): Claim => ({
  title,
  status: "unchecked",
  says: said(message, values),
});

/**
 * The claim that `check` makes; what breaks in it makes the claim fail and never ends the program.
 * `subject` is the culprit when not even the reader of it could say more.
 */
export async function attempt(
  title: Title,
  subject: string,
  check: () => Promise<Claim>,
): Promise<Claim> {
  try {
    return await check();
  } catch (cause) {
    if (cause instanceof Broken)
      return { title, status: "fails", says: cause.says, culprit: cause.culprit };
    // Garbage has endless ways to break a reader; whichever it was, nothing is proven.
    const why = cause instanceof Error ? cause.message : String(cause);
    return { title, status: "fails", says: said("unreadable", { why }), culprit: subject };
  }
}

export function verdictOf(claims: readonly Claim[]): Report["verdict"] {
  const has = (status: Claim["status"]) => claims.some((claim) => claim.status === status);
  if (claims.length === 0 || has("fails")) return "fails";
  return has("unchecked") ? "unchecked" : "holds";
}
