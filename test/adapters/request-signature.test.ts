import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  requestSignature,
  sameSignature,
  signedHeaders,
  transactionSignature,
} from "../../functions/adapters/request-signature.ts";
import type { World } from "../../functions/world.ts";

const secret = "partner-secret-0001";

describe("a request signature", () => {
  // Computed once with Python's hmac and hashlib, the first also with `openssl dgst -sha256 -hmac`.
  test.each([
    {
      method: "POST",
      path: "/v1/contracts",
      query: "",
      timestamp: "1763700000000",
      nonce: "0123456789abcdef",
      body: '{"name":"张三"}',
      signature: "a50c1a6fb1471f71ac7255473640aadb65e882cdacb14ca881b22fed802c7fbf",
    },
    {
      method: "GET",
      path: "/v1/contracts/CT0/evidence",
      query: "view=raw&a=1",
      timestamp: "1763700000000",
      nonce: "nonce_nonce-nonce",
      body: "",
      signature: "04255dbf529a14f756f6ba56234652f6318b7ce0083213db22c532828b9dc154",
    },
    {
      method: "POST",
      path: "/v1/contracts/CT0/sms",
      query: "",
      timestamp: "1763700000000",
      nonce: "A".repeat(64),
      body: "",
      signature: "8fe655a7e9cb279389d9838e2f15b7964f89a50f7698ea6954d6bbac91de4f36",
    },
  ])("of $method $path?$query is the one that other tools compute", ({ signature, ...parts }) => {
    const signed = { ...parts, body: Buffer.from(parts.body) };

    expect(requestSignature(secret, signed)).toBe(signature);
  });

  test("sorts the query's pairs as they were written, and leaves their order out of it", () => {
    const parts = { method: "GET", path: "/", timestamp: "1", nonce: "n", body: Buffer.alloc(0) };
    const of = (query: string) => requestSignature(secret, { ...parts, query });

    expect(of("b=1&a=2&a=10&a=")).toBe(of("a=10&a=&b=1&a=2"));
    expect(of("a=%20")).not.toBe(of("a=+"));
    expect(of("a=1&a=1")).not.toBe(of("a=1"));
  });

  test("of our own calls carries a fresh nonce and covers what leaves", () => {
    const world = {
      now: () => "2026-11-21T08:00:00.123Z",
      randomBytes: (size: number) => Buffer.alloc(size, 7),
    } as Pick<World, "now" | "randomBytes"> as World;
    const body = '{"to":"13800138000"}';

    const headers = signedHeaders(
      world,
      { clientId: "qianyue", secret },
      "POST",
      "https://sms.example/base/v1/messages?b=2&a=%E7%AD%BE",
      body,
    );

    // The signature is Python's, over a=%E7%AD%BE&b=2 and the hash of the body.
    expect(headers).toEqual({
      "x-client-id": "qianyue",
      "x-timestamp": "1795248000123",
      "x-nonce": "07".repeat(16),
      "x-signature": "d7981c14f6cc109a9128fb4c7f54b182b221fe73603c5956de17d4e861a3e39d",
    });
  });
});

describe("document T's signature", () => {
  const text =
    "tiancai\nREQ-1\n1795000000000\nSPLIT\nb3a5f8b84a3957710c194d04e4cb150fe95dfeddf5bb2d5388a08dd21f3f0c71";

  // Computed with `openssl dgst -sha256 -hmac` and `openssl dgst -sm3 -hmac`.
  test.each([
    ["HMAC-SHA256", "a681079829585d1d534f2a9f9cc6683eab94cfbba9c24887425fd54d176c6af4"],
    ["HMAC-SM3", "fc695208e58efa71ffd5746171cb182067c4f35b175bb493e0e3369994066215"],
  ] as const)("by %s is the one that openssl computes", (signType, signature) => {
    expect(transactionSignature("app-secret-0123456789", text, signType)).toBe(signature);
  });
});

describe("comparing signatures", () => {
  const expected = "a50c1a6fb1471f71ac7255473640aadb65e882cdacb14ca881b22fed802c7fbf";

  test("accepts exactly the expected text", () => {
    expect(sameSignature(expected, expected)).toBe(true);
  });

  test.each([
    ["nothing", ""],
    ["one character", "a"],
    ["63 characters", expected.slice(1)],
    ["65 characters", `${expected}0`],
    ["upper case", expected.toUpperCase()],
    ["base64", Buffer.from(expected, "hex").toString("base64")],
    ["another alphabet", "签".repeat(64)],
    ["a space behind", `${expected} `],
    ["half a surrogate pair", `${expected.slice(1)}\ud800`],
  ])("refuses %s", (_, given) => {
    expect(sameSignature(expected, given)).toBe(false);
  });

  test("refuses every other text and never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), (given) => {
        fc.pre(given !== expected);
        expect(sameSignature(expected, given)).toBe(false);
      }),
    );
  });
});
