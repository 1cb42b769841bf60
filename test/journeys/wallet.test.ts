import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { pooling } from "../dialects/wallet-given.ts";
import {
  type Json,
  messagesTo,
  newMobile,
  partnerOf,
  pendingVerification,
  type verificationsOf,
} from "./actors.ts";
import { tiancaiOf } from "./money-actors.ts";
import { sharedStack } from "./stack.ts";
import {
  beginProcess,
  callbackOf,
  callbacksOf,
  initiate,
  mobileOf,
  processBecomes,
  processOf,
  signerOf,
  tellProcess,
  walletClient,
  walletRequest,
} from "./wallet-actors.ts";

const stack = sharedStack();
const flowOf = (id: string) => ({ id }) as Parameters<typeof verificationsOf>[1];

test("D-49 D-06 D-07 D-11 D-12 D-25…D-29: a receiver is bound as sequence 5.1 shows, from the initiation to the activated relation", async () => {
  const process = await beginProcess(stack, "enterprise");
  expect(process.started.body).toEqual({
    code: "SUCCESS",
    message: "签约流程已发起",
    data: {
      processId: expect.stringMatching(/^CT\w{26}$/),
      status: "SMS_SENT",
      h5PageUrl: expect.stringContaining("/h5/"),
      expiredAt: expect.stringMatching(/Z$/),
    },
  });
  const [message] = await messagesTo(stack, mobileOf(process.request));
  expect(message.text).toContain(process.started.body.data.h5PageUrl);

  const signer = await signerOf(stack, process);
  expect(await signer.read()).toContain("北京天财餐饮有限公司（总部）");
  await signer.sign();
  const { verificationId } = await pendingVerification(stack, flowOf(process.id));
  const waiting = await processBecomes(process, "VERIFICATION_PENDING");
  expect(waiting.protocolInfo.signedAt).toMatch(/Z$/);
  await signer.confirmDeposit();

  const done = await processBecomes(process, "COMPLETED");
  expect(done).toMatchObject({
    processId: process.id,
    businessType: "TIANCAI_SPLIT_ACCOUNT",
    scene: "BATCH_PAYMENT",
    processType: "RELATION_BINDING",
    payerInfo: { merchantNo: "M100001", accountNo: "ACC100001" },
    payeeInfo: {
      merchantNo: "M100002",
      bankCardInfo: { cardNo: "6228***********8901", bankCode: "ICBC" },
      contactInfo: { name: "张*", idCardNo: "110***********1234" },
    },
    protocolInfo: {
      protocolId: `PR${process.id.slice(2)}`,
      protocolName: "关系绑定协议",
      downloadUrl: expect.stringContaining(`/v1/contracts/${process.id}/agreement?`),
    },
    verificationInfo: {
      verificationId,
      type: "REMITTANCE",
      status: "SUCCESS",
      verifiedAt: expect.stringMatching(/Z$/),
    },
    failureReason: null,
    createdAt: expect.stringMatching(/Z$/),
    updatedAt: expect.stringMatching(/Z$/),
  });
  expect((await callbackOf(stack, process)).event).toEqual({
    eventId: expect.stringContaining(process.id),
    type: "SIGNING_PROCESS_COMPLETED",
    timestamp: expect.stringMatching(/Z$/),
    payload: {
      processId: process.id,
      requestId: process.request.requestId,
      businessType: "TIANCAI_SPLIT_ACCOUNT",
      scene: "BATCH_PAYMENT",
      processType: "RELATION_BINDING",
      status: "COMPLETED",
      payerMerchantNo: "M100001",
      payeeMerchantNo: "M100002",
      protocolId: `PR${process.id.slice(2)}`,
      verificationId,
      fundPurpose: "股东分红",
    },
  });
});

test("D-68 D-34: the agreement can be fetched by the link of the query, signed in the end, by nobody without it", async () => {
  const process = await beginProcess(stack, "person");
  const { downloadUrl } = (await processOf(process)).protocolInfo;

  const pdf = await fetch(downloadUrl);
  const forged = await fetch(downloadUrl.replace(/signature=\w{4}/, "signature=0000"));

  expect([pdf.status, pdf.headers.get("content-type")]).toEqual([200, "application/pdf"]);
  expect((await pdf.text()).slice(0, 5)).toBe("%PDF-");
  expect(forged.status).toBe(410);
  const signer = await signerOf(stack, process);
  await signer.sign();
  await signer.showFace();
  const { protocolInfo } = await processBecomes(process, "COMPLETED");
  expect(await (await fetch(protocolInfo.downloadUrl)).text()).toContain("/Type /Sig");
});

test("D-37 D-42 K16 K42: an individual business that lets its balance be swept signs as payer, receives a micro-deposit, and lets a collection through", async () => {
  const accountNo = `ACC${randomInt(10 ** 12)}`;
  const contactInfo = { ...pooling.payerInfo.contactInfo, mobile: newMobile() };
  const payerInfo = { ...pooling.payerInfo, accountNo, contactInfo };
  const process = await beginProcess(stack, "pooling", { payerInfo });

  const signer = await signerOf(stack, process);
  await signer.sign();

  const { challenge } = await pendingVerification(stack, flowOf(process.id));
  expect(challenge).toMatchObject({
    method: "MICRO_DEPOSIT",
    scene: "POOLING",
    subject: { name: "李四", bankAccountName: "李四", bankCode: "ICBC" },
  });
  await signer.confirmDeposit();
  await processBecomes(process, "COMPLETED");
  const { body } = await partnerOf(stack, "D")("GET", `/v1/contracts/${process.id}`);
  expect(body.authorization).toMatchObject({
    payerAccountNo: accountNo,
    payeeAccountNo: "ACC100001",
    maxRatio: "0.8",
  });
  const collected = await collect(accountNo, "80.00");
  expect(collected.body).toMatchObject({ code: "SUCCESS", data: { status: "SUCCESS" } });
  expect((await collect(`${accountNo}9`, "80.00")).status).toBe(403);
});

/** Tiancai sweeps the balance of a store to its headquarters. */
function collect(payerAccountNo: string, amount: string) {
  return tiancaiOf(stack).process("COLLECTION", {
    bizOrderNo: "B-1",
    payerInfo: { accountNo: payerAccountNo },
    receiverInfo: { accountNo: "ACC100001" },
    amount,
    extInfo: { sourceOrderNo: `S-${payerAccountNo}`, sourceOrderAmount: "100.00" },
  });
}

test("K34: operations read a process as document D's tables", async () => {
  const { id, request } = await beginProcess(stack, "enterprise");
  const file = join(stack.logs, "..", "stack.json");

  const { stdout } = await promisify(execFile)(process.execPath, [
    ...["bin/ops.ts", "process", id, "--stack", file],
  ]);

  expect(stdout).toContain(`"request_id": "${request.requestId}"`);
  expect(stdout).toContain('"signatory_a": "拉卡拉支付股份有限公司"');
  expect(stdout).toContain('"signatory_b": "上海天财门店"');
  expect(stdout).toContain(`SMS_RECORD           ${id}-M1`);
});

test("D-38 K16: who opens payment signs as payer, reached at the only contact the request names, and the chain says so", async () => {
  const process = await beginProcess(stack, "opening");

  const path = `/v1/contracts/${process.id}/evidence`;
  const { leaves } = (await partnerOf(stack, "D")("GET", path)).body;

  expect(leaves[0].stepData).toMatchObject({
    profile: "wallet",
    processType: "OPEN_PAYMENT",
    subjectRole: "HEADQUARTERS",
    subjectId: "M100001",
    signatory: "payer",
    contactRule: "payeeInfo.contactInfo",
  });
  expect(leaves[0].stepData).toMatchObject({ initiatorMerchantNo: "M100001" });
});

test("K01: what was begun in document D's words is the same contract in ours, and the other way round", async () => {
  const process = await beginProcess(stack, "person");
  const call = partnerOf(stack, "D");
  const native = await call("POST", "/v1/contracts", {
    requestId: process.request.requestId,
    bizScene: "RELATION_BIND",
    userType: "PERSONAL",
    userInfo: { name: "张三", mobile: "13900000001", idCardNo: "310101199001011234" },
  });

  const theirs = await call("GET", `/v1/contracts/${process.id}`);
  const ours = await processOf({ call: walletClient(stack), id: native.body.contractId });

  expect(theirs.body).toMatchObject({
    contractId: process.id,
    bizScene: "RELATION_BIND",
    userType: "PERSONAL",
    status: "AWAITING_SIGNATURE",
    expiresAt: process.started.body.data.expiredAt,
  });
  expect(native.body.contractId).not.toBe(process.id);
  expect(ours).toMatchObject({
    processType: "RELATION_BINDING",
    businessType: "TIANCAI_SPLIT_ACCOUNT",
    payerInfo: null,
    payeeInfo: null,
  });
});

test("a process of another partner answers exactly like none at all", async () => {
  const process = await beginProcess(stack, "person");
  const path = (id: string) => `/api/v1/esign/process/${id}`;

  const foreign = await partnerOf(stack)("GET", path(process.id));
  const absent = await process.call("GET", path(`CT${"0".repeat(26)}`));

  expect([foreign.status, foreign.body.code]).toEqual([404, "PROCESS_NOT_FOUND"]);
  expect({ ...absent.body, traceId: "" }).toEqual({ ...foreign.body, traceId: "" });
});

test("D-01 K12: a partner of another dialect may not initiate, and nobody without a signature", async () => {
  const request = walletRequest(stack, "person");

  const other = await partnerOf(stack)("POST", "/api/v1/esign/process/initiate", request);
  const unsigned = await initiate(stack, request, { "x-signature": "0".repeat(64) });

  expect([other.status, other.body.code]).toEqual([403, "FORBIDDEN"]);
  expect([unsigned.status, unsigned.body.code]).toEqual([401, "SIGNATURE_INVALID"]);
});

test("D-50: a faulty request is answered with every faulty field", async () => {
  const request = walletRequest(stack, "person", { fundPurpose: "", scene: "LOAN" });

  const { status, body } = await initiate(stack, request);

  expect([status, body.code]).toEqual([400, "PARAM_INVALID"]);
  expect(body.errors.map(({ field }: Json) => field).sort()).toEqual(["fundPurpose", "scene"]);
});

test("B-11 K20: the wallet's callback tells the end only", async () => {
  const process = await beginProcess(stack, "person");
  const signer = await signerOf(stack, process);
  await signer.sign();
  await signer.showFace();

  await callbackOf(stack, process);

  expect(await callbacksOf(stack, process)).toHaveLength(1);
});

test("D-09 K51: the verification system may tell its result in document D's words", async () => {
  const process = await beginProcess(stack, "person");
  await (await signerOf(stack, process)).sign();
  await processBecomes(process, "VERIFICATION_PENDING");
  const { verificationId } = await pendingVerification(stack, flowOf(process.id));
  const result = {
    verificationId,
    processId: process.id,
    status: "SUCCESS",
    verifiedAt: new Date(stack.now()).toISOString(),
    failureReason: null,
    evidence: {},
  };

  const forged = await tellProcess(stack, result, "guessed");
  const foreign = await tellProcess(stack, { ...result, verificationId: "VR-OF-ANOTHER" });
  const told = await tellProcess(stack, result);
  const again = await tellProcess(stack, result);

  expect([forged.status, forged.body.code]).toEqual([401, "CALLBACK_TOKEN_INVALID"]);
  expect([foreign.status, foreign.body.code]).toEqual([400, "PARAM_INVALID"]);
  expect(told.body).toEqual({ code: "SUCCESS", message: "回调处理成功" });
  expect(again.status).toBe(200);
  await processBecomes(process, "COMPLETED");
});
