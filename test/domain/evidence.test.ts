import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { evolve } from "../../functions/domain/contract.ts";
import {
  chainFaults,
  commitment,
  type Entry,
  entryBytes,
  evidenceType,
  firstPrev,
  leafHash,
} from "../../functions/domain/evidence.ts";
import { contractOf, entryOf, flowCreated, type Happened, passed } from "./given.ts";

const chainOf = (history: readonly Happened[]): Entry[] =>
  history.map((one, index) =>
    entryOf(index === 0 ? undefined : contractOf(history.slice(0, index)), one),
  );
const chain = chainOf(passed);
const changed = (index: number, change: Partial<Entry>): Entry[] =>
  chain.map((entry, at) => (at === index ? { ...entry, ...change } : entry));

describe("canonical entries", () => {
  const bytesOf = (facts: Entry["facts"]): string =>
    entryBytes({ ...entryOf(undefined, { step: "FLOW_CREATED" }), facts }).toString("utf8");

  test("A-26: the bytes are those of RFC 8785: sorted names, its numbers, its escapes", () => {
    const facts = {
      "€": "Euro Sign",
      "\r": "Carriage Return",
      "1": "One",
      a: Number("333333333.33333329"),
    };

    expect(bytesOf(facts)).toContain(
      '"facts":{"\\r":"Carriage Return","1":"One","a":333333333.3333333,"€":"Euro Sign"}',
    );
    expect(bytesOf({ n: 1e30, m: 4.5, o: 2e-3, p: 1e-27 })).toContain(
      '"facts":{"m":4.5,"n":1e+30,"o":0.002,"p":1e-27}',
    );
    expect(bytesOf({ text: '€$\u000f\nA\'B"\\\\"/' })).toContain(
      String.raw`"text":"€$\u000f\nA'B\"\\\\\"/"`,
    );
  });

  test("A-26: the order in which facts were written does not matter", () => {
    expect(bytesOf({ a: 1, b: 2 })).toBe(bytesOf({ b: 2, a: 1 }));
  });

  test("A-26: what has no canonical form is refused rather than hashed", () => {
    expect(() => bytesOf({ text: "\ud800" })).toThrow();
    expect(() => bytesOf({ number: Number.NaN })).toThrow();
  });

  test("A-26: a leaf is sha256(0x00 ‖ entry) of RFC 6962 section 2.1", () => {
    const [first] = chain;
    if (first === undefined) throw new Error("empty chain");
    const expected = createHash("sha256")
      .update(Buffer.concat([Buffer.of(0), entryBytes(first)]))
      .digest("hex");

    expect(leafHash(first)).toBe(expected);
  });

  test("A-15: a commitment is sha256(salt ‖ value) and tells nothing without the salt", () => {
    const salt = "00112233445566778899aabbccddeeff";
    const expected = createHash("sha256")
      .update(Buffer.from(salt, "hex"))
      .update("张三")
      .digest("hex");

    expect(commitment(salt, "张三")).toBe(expected);
    expect(commitment(salt.replace("0", "1"), "张三")).not.toBe(expected);
  });

  test("A-14: the steps of document A are among ours, each with its type", () => {
    const types = ["CONTRACT_GENERATED", "SMS_SENT", "AUTH_REQUESTED", "AUTH_RESULT"] as const;

    expect(types.map(evidenceType)).toEqual([
      "PROTOCOL",
      "SMS_RECORD",
      "VERIFICATION_REQUEST",
      "VERIFICATION_RESULT",
    ]);
  });
});

describe("checking a chain", () => {
  test("A-26: a whole chain has no fault; its entries stand in order and name the one before", () => {
    expect(chainFaults(chain)).toEqual([]);
    expect(chain.map(({ index }) => index)).toEqual(chain.map((_, index) => index));
    expect(chain[0]?.prev).toBe(firstPrev);
  });

  test("A-26: whatever is changed in an entry, its successor no longer follows it", () => {
    const forgeries: Partial<Entry>[] = [
      { at: "2026-11-21T08:00:00.001Z" },
      { actor: "nobody" },
      { step: "LINK_OPENED" },
      { evidenceType: "FLOW" },
      { facts: { signer: 2 } },
      { commitments: { name: "00" } },
    ];

    for (const forgery of forgeries)
      expect(chainFaults(changed(4, forgery))).toEqual([
        "entry 5 does not follow the entry before it",
      ]);
  });

  test("A-26: a removed, doubled or moved entry is named", () => {
    expect(chainFaults(chain.toSpliced(3, 1))[0]).toBe("entry 3 says it is number 4");
    expect(chainFaults(chain.toSpliced(3, 0, chain[3] as Entry))[0]).toBe(
      "entry 4 says it is number 3",
    );
  });

  test("A-26: an entry of another contract is named", () => {
    expect(chainFaults(changed(2, { contractId: "CT-other" }))[0]).toBe(
      "entry 2 belongs to CT-other",
    );
  });

  test("A-26: a disclosed value that is not what was committed to is named", () => {
    const salt = "00".repeat(16);
    const [first] = chainOf([flowCreated()]);
    const committed = { ...(first as Entry), commitments: { name: commitment(salt, "张三") } };
    const faults = (name: string, value: string) =>
      chainFaults([committed], { 0: [{ name, salt, value }] });

    expect(faults("name", "张三")).toEqual([]);
    expect(faults("name", "李四")).toEqual([
      "entry 0: the disclosed name is not what was committed to",
    ]);
    expect(faults("mobile", "13800138000")).toEqual([
      "entry 0: the disclosed mobile is not what was committed to",
    ]);
  });
});

test("a chain begins with its creation and has only one", () => {
  expect(() => contractOf([{ step: "SIGNED" }])).toThrow("a chain cannot begin with SIGNED");
  const again = entryOf(contractOf(passed), flowCreated());
  expect(() => evolve(contractOf(passed), again)).toThrow("cannot be created twice");
});
