import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { depthLimit, JsonRefused, parseJson } from "../functions/json.ts";

const parse = (text: string) => parseJson(Buffer.from(text));

/** What parseJson says against `text`. */
function refusalOf(body: string | Uint8Array): string {
  try {
    parseJson(typeof body === "string" ? Buffer.from(body) : body);
  } catch (cause) {
    if (cause instanceof JsonRefused) return cause.message;
    throw cause;
  }
  return "accepted";
}

/** Documents as a partner writes them: nested at most twelve deep, any well-formed text. */
const text = fc.string({ unit: "binary" }).filter((value) => value.isWellFormed());
const { document } = fc.letrec((tie) => ({
  document: fc.oneof(
    { maxDepth: 12, depthSize: "small" },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("document"), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      tie("document"),
      { maxKeys: 4 },
    ),
  ),
}));

describe("a body that has one meaning", () => {
  test("is read as JSON.parse reads it", () => {
    fc.assert(
      fc.property(document, fc.constantFrom(0, 2, "\t"), (value, indent) => {
        const written = JSON.stringify(value, null, indent);
        expect(parse(written)).toEqual(JSON.parse(written));
      }),
    );
  });

  test.each([
    ['{"a":1,"b":{"a":2}}', { a: 1, b: { a: 2 } }],
    ['[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ['{"a":"a","b":"a"}', { a: "a", b: "a" }],
    ['{"a" \n:"{\\"a\\":1,\\"a\\":2}"}', { a: '{"a":1,"a":2}' }],
    ['"\\ud83d\\ude00"', "😀"],
    ['"\\\\ud800"', "\\ud800"],
  ])("%s holds no duplicate", (body, value) => {
    expect(parse(body)).toEqual(value);
  });

  test(`may nest ${depthLimit} levels`, () => {
    expect(refusalOf("[".repeat(depthLimit) + "]".repeat(depthLimit))).toBe("accepted");
  });
});

describe("a body that two parties could read differently is refused", () => {
  test.each([
    ["the same key twice", '{"amount":"1","amount":"2"}', /key "amount" appears twice/],
    ["the same key through an escape", '{"a":1,"\\u0061":2}', /key "a" appears twice/],
    ["the same key in an inner object", '[{"b":{"a":1,"a":1}}]', /appears twice/],
    ["the same empty key", '{"":1,"":2}', /appears twice/],
    ["__proto__", '{"__proto__":{"admin":true}}', /__proto__ is not allowed/],
    ["__proto__ through an escape", '{"__proto\\u005f_":1}', /__proto__ is not allowed/],
    ["a high surrogate alone", '{"name":"\\ud800"}', /position 8 holds half of a surrogate pair/],
    ["a low surrogate alone", '["\\uDFFF"]', /half of a surrogate pair/],
    ["a surrogate alone in a key", '{"\\udc00":1}', /half of a surrogate pair/],
    ["a byte-order mark", "\ufeff{}", /not valid JSON/],
    ["nothing at all", "", /not valid JSON/],
    ["two documents", "{}{}", /not valid JSON at position 2/],
    ["a key that is no string", '{"\\x":1}', /position 1 is not a JSON string/],
    ["a comment", '{/*a*/"a":1}', /not valid JSON/],
  ])("%s", (_, body, reason) => {
    expect(refusalOf(body)).toMatch(reason);
  });

  test.each([
    ["a byte that begins nothing", [0x22, 0xff, 0x22]],
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
    ["a surrogate in UTF-8", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["half a character", [0x22, 0xe7, 0xad, 0x22]],
  ])("%s is not valid UTF-8", (_, bytes) => {
    expect(refusalOf(Uint8Array.from(bytes))).toBe("the body is not valid UTF-8");
  });

  test("the message quotes no value, for values are personal", () => {
    expect(refusalOf('{"name":"张三" 110101}')).toBe("the body is not valid JSON at position 13");
  });
});

describe("a number is what was written, or it is refused", () => {
  test.each([
    "0",
    "-0",
    "0.10",
    "1.50",
    "12.34",
    "1e2",
    "1E+2",
    "100e-2",
    "0e400",
    "0.000e-99999999999999999999",
    "9007199254740991",
    "9007199254740992",
    "9007199254740992000e-3",
    "9999999999999.99",
    "0.30000000000000004",
    "1.7976931348623157e308",
    "5e-324",
    "1e21",
    "1000000000000000000000",
    `0.${"0".repeat(300)}1e301`,
    `1${"0".repeat(300)}`,
  ])("K43: %s is kept", (literal) => {
    expect(parse(`{"amount":${literal}}`)).toEqual({ amount: Number(literal) });
  });

  test.each([
    "99999999999.999999999",
    "9007199254740993",
    "-9007199254740993",
    "9007199254740993e0",
    "0.1000000000000000055511151231257827",
    "12.340000000000000001",
    "1e400",
    "-1e400",
    "1e-400000000",
    "1e99999999999999999999999999",
    "1e-99999999999999999999999999",
    "4.9e-324",
    "1.7976931348623158e308",
    "1" + "0".repeat(400),
  ])("K43: %s would be another number to JavaScript", (literal) => {
    expect(refusalOf(`{"amount":${literal}}`)).toBe(
      "the number at position 10 cannot be kept exactly; write fewer digits, or send a string",
    );
    expect(refusalOf(`[1,${literal}]`)).toContain("position 3 cannot be kept exactly");
    expect(refusalOf(literal)).toContain("position 0 cannot be kept exactly");
  });

  test("digits inside a string are nobody's number", () => {
    expect(parse('{"9007199254740993":"9007199254740993 1e400"}')).toEqual({
      "9007199254740993": "9007199254740993 1e400",
    });
  });

  test.each(["1e", "1.2.3.4.5.6.7.8.9", "--1", "1-1e5", "00000000000000001", "1e+-5", "1.e5"])(
    "%s is no number and refused as such",
    (literal) => {
      expect(refusalOf(`[${literal}]`)).toMatch(/not valid JSON/);
    },
  );

  test("K43: a decimal is kept exactly when its double writes the same decimal", () => {
    const digits = fc.stringMatching(/^[1-9]\d{0,24}$/);
    fc.assert(
      fc.property(digits, fc.integer({ min: -30, max: 30 }), (significant, power) => {
        const literal = `${significant}e${power}`;
        // Both sides as integers over a common power of ten.
        const scaled = (text: string): bigint => {
          const [mantissa = "", exponent = "0"] = text.split("e");
          const [whole = "", fraction = ""] = mantissa.split(".");
          return BigInt(whole + fraction) * 10n ** BigInt(Number(exponent) - fraction.length + 80);
        };
        const same = scaled(literal) === scaled(String(Number(literal)));

        expect(refusalOf(`[${literal}]`) === "accepted").toBe(same);
      }),
    );
  });
});

describe("a hostile body costs no more than an honest one of its length", () => {
  /** Quadratic work on these takes seconds; linear work about a millisecond. */
  const patienceMs = 500;

  test.each([
    ["a million brackets", "[".repeat(1_000_000)],
    ["64 KB of escaped quotes without an end", `"${'\\"'.repeat(32_000)}`],
    ["64 KB of escaped quotes", `"${'\\"'.repeat(32_000)}"`],
    ["64 KB of backslashes without an end", `"${"\\".repeat(64_001)}`],
    ["64 KB of quotes", '"'.repeat(64_000)],
    ["64 KB of space behind a string", `"a"${" ".repeat(64_000)}x`],
    ["8,000 strings in a row", '"a"    '.repeat(8_000)],
    ["a number of 64,000 digits", "9".repeat(64_000)],
    ["a number of 64,000 zeros and a one", `[1${"0".repeat(63_990)}1]`],
    ["a fraction of 64,000 zeros", `[0.${"0".repeat(64_000)}1e-9]`],
    ["an exponent of 64,000 digits", `[1e${"9".repeat(64_000)}]`],
    ["64 KB of points and signs", "1.".repeat(16_000) + "1-".repeat(16_000)],
    ["9,000 large exponents", `[${"1e-400,".repeat(9_000)}0]`],
    ["3,000 numbers of 20 digits", `[${"10000000000000000000,".repeat(3_000)}0]`],
    ["one string of 64 KB", JSON.stringify("签".repeat(21_000))],
  ])("%s", (_, body) => {
    const begun = performance.now();

    refusalOf(body);

    expect(performance.now() - begun).toBeLessThan(patienceMs);
  });
});
