import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isBankCard,
  isCreditCode,
  isMainlandMobile,
  isResidentId,
} from "../../functions/domain/identity-numbers.ts";

// Computed outside this program, from the weight tables printed in the standards.
const residentIds = [
  "34052419800101001X",
  "11010519491231002X",
  "310101199001011234",
  "440304200002290014",
  "530102192005080013",
];
const permits = ["810000198502140036", "830000199912310016", "91131019850214003X"];
const creditCodes = [
  "91350100M000100Y43",
  "9144030071526726XG",
  "91110000600037341L",
  "12100000400010000L",
];
const creditCodesEndingInZero = ["91110108MA00000070", "91110108MA00000360"];
const bankCards = ["6228480012345678903", "6222020200012345670", "621700001000000004"];

const changed = (value: string, place: number, letter: string): string =>
  value.slice(0, place) + letter + value.slice(place + 1);

describe("resident identity numbers", () => {
  test.each([...residentIds, ...permits])("A-29: %s is valid", (value) => {
    expect(isResidentId(value, "strict")).toBe(true);
  });

  test("any one changed digit is noticed", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...residentIds, ...permits),
        fc.nat(16),
        fc.constantFrom(..."0123456789"),
        (value, place, digit) => {
          fc.pre(value[place] !== digit);
          expect(isResidentId(changed(value, place, digit), "strict")).toBe(false);
        },
      ),
    );
  });

  test.each([
    ["30 February", "110105199002300014"],
    ["29 February 1900, which was no leap year", "110105190002290010"],
    ["month 13", "110105199013010010"],
    ["a day of the 17th century", "110105169901010010"],
    ["a province that does not exist", "990105"],
    ["15 digits", "110105900101001"],
    ["a small x", "34052419800101001x"],
    ["a space", " 310101199001011234"],
    ["full-width digits", "３10101199001011234"],
    ["nothing", ""],
  ])("refuses %s in both modes", (_what, value) => {
    expect(isResidentId(value, "strict")).toBe(false);
    expect(isResidentId(value, "format")).toBe(false);
  });

  test("K24: the sample of document D has a wrong check digit and passes by its format only", () => {
    expect(isResidentId("110101199001011234", "strict")).toBe(false);
    expect(isResidentId("110101199001011234", "format")).toBe(true);
    expect(isResidentId("110101199001011237", "strict")).toBe(true);
  });
});

describe("unified social credit codes", () => {
  test.each([...creditCodes, ...creditCodesEndingInZero])("A-30: %s is valid", (value) => {
    expect(isCreditCode(value, "strict")).toBe(true);
  });

  test("any one changed character is noticed", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...creditCodes, ...creditCodesEndingInZero),
        fc.nat(17),
        fc.constantFrom(..."0123456789ABCDEFGHJKLMNPQRTUWXY"),
        (value, place, letter) => {
          fc.pre(value[place] !== letter);
          expect(isCreditCode(changed(value, place, letter), "strict")).toBe(false);
        },
      ),
    );
  });

  test("K24: the format mode forgives the check digit and nothing else", () => {
    expect(isCreditCode("91350100M000100Y44", "format")).toBe(true);
    expect(isCreditCode("91350100M000100Y44", "strict")).toBe(false);
    expect(isCreditCode("91350100I000100Y43", "format")).toBe(false);
    expect(isCreditCode("91350100m000100y43", "format")).toBe(false);
    expect(isCreditCode("91350100M000100Y4", "format")).toBe(false);
  });
});

describe("mobile and bank card numbers", () => {
  test("a mainland mobile number has 11 digits and begins with 13 to 19", () => {
    expect(isMainlandMobile("13800138000")).toBe(true);
    expect(isMainlandMobile("19912345678")).toBe(true);
    expect(isMainlandMobile("12800138000")).toBe(false);
    expect(isMainlandMobile("+8613800138000")).toBe(false);
    expect(isMainlandMobile("1380013800")).toBe(false);
    expect(isMainlandMobile("13800138000\n")).toBe(false);
  });

  test.each(bankCards)("the bank card %s is valid", (value) => {
    expect(isBankCard(value, "strict")).toBe(true);
  });

  test("any one changed digit of a bank card is noticed", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...bankCards),
        fc.nat(17),
        fc.constantFrom(..."0123456789"),
        (value, place, digit) => {
          fc.pre(value[place] !== digit);
          expect(isBankCard(changed(value, place, digit), "strict")).toBe(false);
        },
      ),
    );
  });

  test("K24: the bank card of document D fails Luhn and passes by its format only", () => {
    expect(isBankCard("6228480012345678901", "strict")).toBe(false);
    expect(isBankCard("6228480012345678901", "format")).toBe(true);
    expect(isBankCard("62284800123", "format")).toBe(false);
  });
});
