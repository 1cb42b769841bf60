import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { beforeAll, expect, test } from "vitest";
import {
  becomes,
  begin,
  evidenceOf,
  type Flow,
  partnerOf,
  requestFor,
  signed,
  webhookOf,
} from "./actors.ts";
import { ownStack } from "./stack.ts";

const stack = ownStack();

/** Values that no log, queue, stream or history may hold, in words that occur nowhere else. */
const persons = {
  personal: {
    name: "司马晓雨",
    idCardNo: "310101199001011234",
    bankAccountNo: "6222021234567890128",
  },
  enterprise: {
    name: "浦江天青餐饮管理公司",
    legalRepName: "欧阳明远",
    bankAccountNo: "1001234567890123456",
  },
} as const;
const typedName = "司马晓雨亲笔";
const reason = "利率与约定不符";

let flows: Flow[];

beforeAll(async () => {
  const personal = await begin(stack, "personal", { userInfo: persons.personal });
  const signer = await personal.signer();
  await signer.read();
  await signer.act("consent", {});
  await signer.act("sign", { signature: { typedName } });
  await signer.showFace();
  await becomes(personal, "COMPLETED");

  const enterprise = await begin(stack, "enterprise", { userInfo: persons.enterprise });
  const representative = await signed(enterprise);
  await representative.confirmDeposit("9.99");
  await representative.confirmDeposit();
  await becomes(enterprise, "COMPLETED");

  const declined = await begin(stack, "personal", { userInfo: persons.personal });
  await (await declined.signer()).act("decline", { reason });
  flows = [personal, enterprise, declined];
  for (const flow of flows) await webhookOf(stack, flow);

  // What is refused is logged, too: those lines may no more hold a person than the others.
  const faulty = requestFor(stack, "personal", {
    bizScene: "SPLIT",
    userInfo: { ...persons.personal, mobile: "1380013800X" },
  });
  await partnerOf(stack)("POST", "/v1/contracts", faulty);
});

/** What plays the outside world knows the persons by itself. */
const theirOwn = /^simulators\//;

const forms = (value: string): Buffer[] => [
  Buffer.from(value),
  Buffer.from(value, "utf16le"),
  Buffer.from(
    JSON.stringify(value)
      .replace(/[^ -~]/g, escaped)
      .slice(1, -1),
  ),
  Buffer.from(encodeURIComponent(value)),
  ...[0, 1, 2].map((shift) => base64Core(value, shift)),
];

const escaped = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** The base64 letters that `value` becomes wherever it stands in a longer text. */
function base64Core(value: string, shift: number): Buffer {
  const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]).toString("base64");
  return Buffer.from(text.replace(/=+$/, "").slice(shift === 0 ? 0 : shift + 1, -2));
}

test("no name, number, phone or spoken reason lies in logs, tables, queues, events or workflow history", () => {
  const secrets = [
    ...Object.values(persons).flatMap((person) => Object.values(person)),
    ...flows.map(({ request }) => request.userInfo.mobile as string),
    "1380013800X",
    typedName,
    reason,
  ];
  const files = readdirSync(stack.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(stack.dataDir, join(parentPath, name)))
    .filter((file) => !theirOwn.test(file));

  const found = files.flatMap((file) => {
    const content = readFileSync(join(stack.dataDir, file));
    return secrets
      .filter((secret) => forms(secret).some((form) => content.includes(form)))
      .map((secret) => `${file}: ${secret}`);
  });

  expect(files).toEqual(
    expect.arrayContaining(["dynamodb.db", "step-functions.db", expect.stringMatching(/\.log$/)]),
  );
  expect(found).toEqual([]);
});

test("the answers to a partner name nobody: ids, codes and hashes only", async () => {
  for (const flow of flows) {
    const answers = JSON.stringify([
      await evidenceOf(flow),
      (await flow.call("GET", `/v1/contracts/${flow.id}`)).body,
      await webhookOf(stack, flow),
    ]);
    for (const value of Object.values(flow.request.userInfo))
      if (/[^A-Z_0-9-]|^\d+$/.test(String(value))) expect(answers).not.toContain(value);
  }
});
