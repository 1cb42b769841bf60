import { describe, expect, test } from "vitest";
import { eventually } from "../../examples/signer.ts";
import { inTime } from "./actors.ts";
import {
  type Agreement,
  agreementBecomes,
  agreementCall,
  begunAgreement,
  changesOf,
  codeSentTo,
  comesTo,
  party,
  payer,
  personOf,
  pressed,
  signsByHand,
  verified,
} from "./agreement-actors.ts";
import { ownStack, type Stack } from "./stack.ts";

const stack = ownStack();
const minute = 60_000;
const day = 24 * 60 * minute;

const renew = (from: Stack, { id }: Agreement, partyId: string) =>
  agreementCall(from, "POST", `/api/v1/contract/${id}/sign-url`, { partyId });

describe("C-50: links end", () => {
  test("C-38 C-50 C-68 K28 K48: a shown link is over after half an hour, and opens again when the client asks", async () => {
    const agreement = await begunAgreement(stack, { signers: [party({ notifyType: "H5_LINK" })] });
    const person = personOf(stack, agreement);
    await comesTo(person, "sign");

    await stack.advance(30 * minute);

    expect(await person.screen()).toBe("linkExpired");
    expect((await person.act("consent", {})).status).toBe(410);
    const renewed = await renew(stack, agreement, "RECEIVER_001");
    expect(renewed.status).toBe(200);
    expect(renewed.body).toMatchObject({ signUrl: agreement.tasks[0].signUrl });
    expect(Date.parse(renewed.body.expiresAt) - stack.now()).toBeGreaterThan(29 * minute);
    expect(await person.screen()).toBe("sign");
    const nobody = await renew(stack, agreement, "NOBODY");
    expect([nobody.status, nobody.body.code]).toEqual([400, 40001]);
  });

  test("K28: a link whose turn has not come cannot be renewed", async () => {
    const agreement = await begunAgreement(stack, { signers: [party(), payer()] });

    const { status, body } = await renew(stack, agreement, "PAYER_001");

    expect([status, body.code]).toEqual([409, 40901]);
  });

  test("C-39: a code is good for five minutes; a new one signs", async () => {
    const agreement = await begunAgreement(stack);
    const person = personOf(stack, agreement);
    await verified(person);
    const { mobile } = agreement.request.signers[0];
    const old = await codeSentTo(stack, person, mobile);

    await stack.advance(5 * minute);

    expect((await person.act("code", { code: old })).status).toBe(409);
    const code = await codeSentTo(stack, person, mobile);
    await pressed(person, "code", { code });
    await signsByHand(person);
    await agreementBecomes(stack, agreement, "SIGNED");
  });

  test("C-44 C-52 C-68: expireDays end it for everybody; the client hears EXPIRED and the short link is gone", async () => {
    const agreement = await begunAgreement(stack, { expireDays: 2 });
    await comesTo(personOf(stack, agreement), "sign");

    await stack.advance(2 * day);

    await inTime(stack, "the callback", async () => {
      const told = await changesOf(stack, agreement);
      return told.at(-1)?.event.status === "EXPIRED" ? told : undefined;
    });
    await agreementBecomes(stack, agreement, "EXPIRED");
    const { status } = await fetch(agreement.tasks[0].shortUrl, { redirect: "manual" });
    expect(status).toBe(404);
    const renewed = await renew(stack, agreement, "RECEIVER_001");
    expect([renewed.status, renewed.body.code]).toEqual([400, 40004]);
  });

  test("C-06: a party's own deadline ends it earlier", async () => {
    const deadline = new Date(stack.now() + day).toISOString();
    const agreement = await begunAgreement(stack, { signers: [party({ deadline })] });

    await stack.advance(day);

    await inTime(stack, "the end", async () =>
      (await agreementCall(stack, "GET", `/api/v1/contract/${agreement.id}`)).body.status ===
      "EXPIRED"
        ? true
        : undefined,
    );
  });
});

test("C-51: from one address thirty short links a minute are tried, and not one more", async () => {
  const tried = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      fetch(`${stack.apiUrl}/s/${String(n).padStart(10, "0")}`, { redirect: "manual" }),
    ),
  );

  const statuses = tried.map(({ status }) => status);
  // The minute may turn while they are under way.
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  expect(statuses.filter((status) => status === 404).length).toBeLessThan(60);
  const agreement = await begunAgreement(stack);
  const blocked = await fetch(agreement.tasks[0].shortUrl, { redirect: "manual" });
  expect(blocked.status).toBe(429);
  expect(Number(blocked.headers.get("retry-after"))).toBeGreaterThan(0);
  await stack.advance(minute);
  await eventually("the way to be free again", async () => {
    const { status } = await fetch(agreement.tasks[0].shortUrl, { redirect: "manual" });
    return status === 302 ? true : undefined;
  });
});
