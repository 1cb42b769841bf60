import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { readWebhook } from "../../client/client.ts";

const secret = `whsec_${Buffer.from("twenty-four bytes of key").toString("base64")}`;
const now = 1_795_000_000_000;
const body = JSON.stringify({ type: "esign.contract.v1.completed", data: { contractId: "CT1" } });

/** A delivery as another library signs it. */
const delivered = (at = now, signingSecret = secret) => ({
  "webhook-id": "CT1-E11",
  "webhook-timestamp": String(Math.floor(at / 1000)),
  "webhook-signature": new Webhook(signingSecret).sign("CT1-E11", new Date(at), body),
});

const other = `whsec_${Buffer.from("some other key altogether").toString("base64")}`;

describe("readWebhook", () => {
  test("A-27: reads what another library of Standard Webhooks signed", () => {
    expect(readWebhook(secret, delivered(), body, now)).toEqual(JSON.parse(body));
  });

  test("accepts any of several signatures while a secret rotates", () => {
    const signatures = [delivered(now, other), delivered()];
    const headers = {
      ...delivered(),
      "webhook-signature": signatures.map((one) => one["webhook-signature"]).join(" "),
    };

    expect(readWebhook(secret, headers, body, now)).toEqual(JSON.parse(body));
  });

  test.each([
    ["another secret", delivered(now, other), body],
    ["another body", delivered(), `${body} `],
    ["another id", { ...delivered(), "webhook-id": "CT2-E11" }, body],
    ["another version of the scheme", { ...delivered(), "webhook-signature": "v2,AAAA" }, body],
    ["a shorter signature", { ...delivered(), "webhook-signature": "v1,AAAA" }, body],
    ["no signature", { ...delivered(), "webhook-signature": undefined }, body],
  ])("refuses %s", (_, headers, text) => {
    expect(() => readWebhook(secret, headers, text, now)).toThrow(
      "webhook refused: no webhook-signature is ours; compare the secret",
    );
  });

  test.each([
    ["five minutes old", now - 301_000],
    ["from five minutes ahead", now + 301_000],
  ])("refuses one that is more than %s", (_, at) => {
    expect(() => readWebhook(secret, delivered(at), body, now)).toThrow(
      "webhook refused: webhook-timestamp is not within 5 minutes of now",
    );
  });
});
