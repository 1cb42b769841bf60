/**
 * An amount in fen, a hundredth of a yuan: an integer of at most 15 digits, which a double holds exactly.
 * Nothing here divides or multiplies fractions, so nothing can be rounded (K43).
 */
export type Fen = number & { readonly __brand: "Fen" };

/** 13 digits of yuan and 2 of fen (requirements 3.3). */
const largestFen = 999_999_999_999_999;

const written = /^(0|[1-9]\d{0,12})(?:\.(\d{1,2}))?$/;

const wanted =
  'must be an amount in yuan: digits with at most 13 before the point and 2 behind it, such as "12.34"';

/**
 * Reads an amount above 0 as it came over the wire. A JSON number is good only if its shortest decimal
 * form is: 0.1 + 0.2 shows its tail there, and 1e21 its exponent. The fault never quotes the value.
 */
export function readAmount(value: unknown): { readonly fen: Fen } | { readonly fault: string } {
  const text = typeof value === "number" ? String(value) : value;
  const match = typeof text === "string" ? written.exec(text) : null;
  if (match === null) return { fault: wanted };
  const [, yuan = "", decimals = ""] = match;
  const fen = Number(yuan + decimals.padEnd(2, "0"));
  return fen > 0 ? { fen: fen as Fen } : { fault: "must be more than 0" };
}

/** Yuan with both decimals, whatever the partner wrote: `12.30`. */
export function formatAmount(fen: Fen): string {
  const digits = String(fen).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** The exact sum, or nothing if it has more than 15 digits. */
export function sumFen(amounts: readonly Fen[]): Fen | undefined {
  let sum = 0;
  for (const amount of amounts) {
    sum += amount;
    // Asked after every step: two amounts of 15 digits still add up exactly, a thousand may not.
    if (sum > largestFen) return undefined;
  }
  return sum as Fen;
}
