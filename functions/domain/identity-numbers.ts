/**
 * `strict` checks check digits, for production; `format` checks the shape only, because the literal
 * sample payloads of the design documents carry numbers whose check digits are wrong (K24).
 */
export type IdentityCheck = "strict" | "format";

/**
 * Resident identity number of GB 11643-1999, upper-case X, 18 characters; the 15-digit numbers
 * ended in 2013. Regions 81 to 83 are residence permits of Hong Kong, Macao and Taiwan citizens,
 * 9 begins a foreigner's permanent residence permit. The birth date is a real day in both modes.
 */
export function isResidentId(value: string, check: IdentityCheck): boolean {
  if (!residentId.test(value) || !isRealDate(value.slice(6, 14))) return false;
  return check === "format" || residentCheckDigit(value) === value[17];
}

/** Unified social credit code of GB 32100-2015: 18 characters, without I, O, S, V and Z. */
export function isCreditCode(value: string, check: IdentityCheck): boolean {
  if (!creditCode.test(value)) return false;
  return check === "format" || creditCheckDigit(value) === value[17];
}

/** Mainland mobile number: 11 digits without country code. */
export const isMainlandMobile = (value: string): boolean => /^1[3-9]\d{9}$/.test(value);

/** Bank card number of ISO/IEC 7812: 12 to 19 digits, the last by Luhn. Company accounts have no such digit. */
export function isBankCard(value: string, check: IdentityCheck): boolean {
  if (!/^\d{12,19}$/.test(value)) return false;
  return check === "format" || luhnSum(value) % 10 === 0;
}

// The first two digits are the provinces of GB/T 2260, the permits 81 to 83, or a foreigner's 9.
const residentId =
  /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9\d)\d{4}(?:18|19|20)\d{6}\d{3}[\dX]$/;

const creditCode = /^[1-9A-HJ-NPQRTUWXY][\dA-HJ-NPQRTUWXY]\d{6}[\dA-HJ-NPQRTUWXY]{10}$/;

function isRealDate(yyyymmdd: string): boolean {
  const [year, month, day] = [yyyymmdd.slice(0, 4), yyyymmdd.slice(4, 6), yyyymmdd.slice(6)];
  const iso = `${year}-${month}-${day}`;
  const time = Date.parse(`${iso}T00:00:00Z`);
  // Date.parse rolls 30 February over to March instead of refusing it.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(iso);
}

/** ISO 7064 MOD 11-2: the weight of a place is 2 to its distance from the right end. */
function residentCheckDigit(value: string): string {
  let sum = 0;
  for (let place = 0; place < 17; place++) sum += Number(value[place]) * 2 ** (17 - place);
  const digit = (12 - (sum % 11)) % 11;
  return digit === 10 ? "X" : String(digit);
}

const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/** GB 32100 chapter 5: modulus 31, the weight of a place is 3 to its distance from the left end. */
function creditCheckDigit(value: string): string | undefined {
  let sum = 0;
  let weight = 1;
  for (let place = 0; place < 17; place++) {
    sum += creditAlphabet.indexOf(value.charAt(place)) * weight;
    weight = (weight * 3) % 31;
  }
  // The outer remainder turns 31 into 0: a published library refuses every such code.
  return creditAlphabet[(31 - (sum % 31)) % 31];
}

function luhnSum(digits: string): number {
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum;
}
