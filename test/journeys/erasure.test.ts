import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { eventually } from "../../examples/signer.ts";
import { subjectEraser } from "../../functions/evidence/erase-subject.ts";
import { lambdaWorld, type World } from "../../functions/world.ts";
import { becomes, begin, contractOf, evidenceOf, partnerOf, signed, stepsOf } from "./actors.ts";
import { sharedStack } from "./stack.ts";

const stack = sharedStack();

/** An identity number and a name that occur nowhere else, so that a trace of them is a trace of this person. */
const idCardNo = `310101${1950 + randomInt(50)}0${1 + randomInt(9)}1${randomInt(10)}${String(randomInt(1000)).padStart(3, "0")}X`;
const name = "慕容霜华";

/** An operator at a terminal: the environment that stack.json names, and the stack's clock. */
const operatorWorld = (): World => ({
  ...lambdaWorld,
  now: () => new Date(stack.now()).toISOString(),
  environment: (variable) => stack.environment[variable],
  aws: {
    endpoint: stack.environment.AWS_ENDPOINT_URL,
    region: stack.environment.AWS_REGION,
    credentials: { accessKeyId: "operator", secretAccessKey: "local" },
  },
});

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test("a person who asks to be forgotten leaves proofs that hold and nothing readable", async () => {
  const flow = await begin(stack, "personal", { userInfo: { name, idCardNo } });
  await (await signed(flow)).showFace();
  await becomes(flow, "COMPLETED");
  const before = await evidenceOf(flow);

  const erased = await subjectEraser(operatorWorld())(idCardNo, "li.wei");

  // K03: the verification system had the face checked by us, as a client of its own.
  expect(erased).toEqual([flow.id, expect.stringMatching(/^VR/)]);
  const after = await evidenceOf(flow);
  expect(after.root).toBe(before.root);
  expect(await stepsOf(flow)).toContain("ERASED");
  const files = unzipSync(new Uint8Array(await (await fetch(after.bundleUrl)).arrayBuffer()));
  expect(Object.keys(files)).toContain("seal/statement.json");
  expect(Object.keys(files).filter((file) => /\.pdf$|disclosures|signer/.test(file))).toEqual([]);
  // The data lies beside the logs; the simulators are other people's houses.
  const folder = dirname(stack.logs);
  for (const file of filesBelow(folder).filter((path) => !path.includes("simulators"))) {
    const content = readFileSync(file);
    expect(content.includes(name), file).toBe(false);
    expect(content.includes(idCardNo), file).toBe(false);
  }
});

test("a contract that was erased can still be queried and answered again, without its values", async () => {
  const flow = await begin(stack, "enterprise", {
    userInfo: { creditCode: undefined, mobile: "13500000001" },
  });
  await flow.call("POST", `/v1/contracts/${flow.id}/revoke`, { reason: "r", operator: "o" });
  await becomes(flow, "FAILED").catch(() => undefined);
  await eventually("the seal", async () => (await evidenceOf(flow)).sealed || undefined);

  await subjectEraser(operatorWorld())("13500000001", "li.wei");

  expect((await contractOf(flow)).status).toBe("FAILED");
  const again = await partnerOf(stack)("POST", "/v1/contracts", flow.request);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
});

test("nobody is forgotten in the middle of signing", async () => {
  const flow = await begin(stack, "enterprise", {
    userInfo: { creditCode: undefined, mobile: "13500000002" },
  });

  const refusal = subjectEraser(operatorWorld())("13500000002", "li.wei");

  await expect(refusal).rejects.toThrow(`contract ${flow.id}: revoke the contract`);
});
