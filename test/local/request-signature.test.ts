import { describe, expect, test } from "vitest";
import {
  checkSignature,
  requestSignature,
  signedHeaders,
} from "../../lib/local/simulators/request-signature.ts";

const client = { clientId: "qianyue", secret: "s3cret-for-tests" };

describe("request signature", () => {
  // Computed once with python3 hmac and, the first, again with openssl dgst -hmac.
  test("a POST without query has the signature that other tools compute", () => {
    const request = {
      method: "POST",
      path: "/v1/messages",
      search: "",
      body: '{"text":"签约"}',
    };

    const signature = requestSignature(client.secret, request, "1763700000000", "0123456789abcdef");

    expect(signature).toBe("8d842107a44b03bb36d9e5b31e9d8ace6e141ec4aea68de00d5bde3a14131d7e");
  });

  test("query pairs are sorted as they were sent, without decoding", () => {
    const request = {
      method: "GET",
      path: "/v1/contracts/CT%20A",
      search: "b=%E7%AD%BE&a=2&a=10",
      body: "",
    };

    const signature = requestSignature(
      client.secret,
      request,
      "1763700000000",
      "nonce_nonce-nonce",
    );

    expect(signature).toBe("1b4feeb4d276685c5ac3829a19fb2e0c279b9bb4b53c027aaf0e0a47c92cec06");
  });

  test.each([
    ["another body", { body: "{}" }, "X-Signature does not match"],
    ["another client", { headers: { "x-client-id": "stranger" } }, "no such client"],
    ["a short nonce", { headers: { "x-nonce": "short" } }, "X-Nonce must be"],
    ["no timestamp", { headers: { "x-timestamp": "" } }, "X-Timestamp must be"],
    ["an old timestamp", { headers: { "x-timestamp": "1763699699999" } }, "5 minutes off"],
    ["a cut signature", { headers: { "x-signature": "8d84" } }, "X-Signature does not match"],
  ])("%s is refused", (_, change, reason) => {
    const request = { method: "POST", path: "/v1/messages", search: "", body: "{ }" };
    const headers = signedHeaders(client, request, 1763700000000, "0123456789abcdef");
    const changed = {
      ...request,
      ...change,
      headers: { ...headers, ...("headers" in change ? change.headers : {}) },
    };

    const check = checkSignature(changed, [client], 1763700000000);

    expect(check).toMatchObject({ valid: false, reason: expect.stringContaining(reason) });
  });
});
