import { describe, expect, test } from "vitest";
import { subjectOf } from "../../functions/adapters/contract-items.ts";
import { platformKeys } from "../../functions/adapters/platform-keys.ts";
import { assembleContracts, assembleTemplates, findOwned } from "../../functions/assemble.ts";
import type { CreateRequest } from "../../functions/dialects/native-request.ts";
import { Problem } from "../../functions/domain/problem.ts";
import { contractStarter } from "../../functions/start/start-contract.ts";
import { testWorld } from "../fakes/world.ts";

const partner = {
  clientId: "sandai",
  returnUrls: ["https://partner.example/app", "https://shop.example/"],
};
const request: CreateRequest = {
  requestId: "REQ-1",
  bizScene: "RELATION_BIND",
  userType: "PERSONAL",
  userInfo: { name: "张三", mobile: "13800138000", idCardNo: "310101199001011234" },
};

function stage() {
  const { world, dynamo } = testWorld({ now: () => "2026-11-21T08:00:00.000Z" });
  const contracts = assembleContracts(world);
  const start = contractStarter(
    world,
    contracts,
    platformKeys(world, "platform"),
    assembleTemplates(world),
    [],
  );
  return { start, contracts, dynamo };
}

const problemOf = (outcome: Promise<unknown>): Promise<Problem> =>
  outcome.then(
    () => {
      throw new Error("the request was accepted");
    },
    (cause) => {
      if (cause instanceof Problem) return cause;
      throw cause;
    },
  );

describe("starting a contract", () => {
  test("A-31, B-12, B-28: the same request finds the first contract and writes nothing", async () => {
    const { start, dynamo } = stage();
    const first = await start(partner, request);
    const stored = JSON.stringify(dynamo.items("chain"));

    const second = await start(partner, { ...request, userInfo: { ...request.userInfo } });

    expect(first.isNew).toBe(true);
    expect(second).toEqual({ contract: first.contract, isNew: false });
    expect(JSON.stringify(dynamo.items("chain"))).toBe(stored);
  });

  test("another partner's equal requestId is another contract", async () => {
    const { start } = stage();
    const first = await start(partner, request);

    const other = await start({ clientId: "wallet", returnUrls: [] }, request);

    expect(other.isNew).toBe(true);
    expect(other.contract.id).not.toBe(first.contract.id);
  });

  test("B-56: the same requestId with another body is a conflict that names the fields, not their values", async () => {
    const { start } = stage();
    const { contract } = await start(partner, request);
    const changed = {
      ...request,
      userInfo: { ...request.userInfo, name: "李四" },
      fundPurpose: "归集",
    };

    const problem = await problemOf(start(partner, changed));

    expect(problem).toMatchObject({
      code: "IDEMPOTENCY_CONFLICT",
      data: { contractId: contract.id },
    });
    expect(problem.fields.map(({ field }) => field).sort()).toEqual(["fundPurpose", "userInfo"]);
    expect(problem.message).toMatch(/use a new requestId/);
    expect(JSON.stringify([problem.message, problem.fields])).not.toMatch(/李四|张三|归集/);
  });

  test("no personal value lies open in what is stored", async () => {
    const { start, dynamo } = stage();

    await start(partner, request);

    expect(JSON.stringify([dynamo.items("flow"), dynamo.items("chain")])).not.toMatch(
      /张三|13800138000|310101199001011234/,
    );
  });

  test("B-32, B-49, D-52: without a text the start is refused, counted for the alarm, and nothing is stored", async () => {
    const { world, dynamo } = testWorld({ now: () => "2026-11-21T08:00:00.000Z" });
    const counted: string[] = [];
    const templates = assembleTemplates(world);
    const start = contractStarter(
      { ...world, count: (metric) => counted.push(metric) },
      assembleContracts(world),
      platformKeys(world, "platform"),
      {
        ...templates,
        active: async () => (await templates.active()).filter(({ category }) => category !== "SMS"),
      },
      [],
    );

    const problem = await problemOf(start(partner, request));

    expect(problem.code).toBe("TEMPLATE_UNAVAILABLE");
    expect(problem.message).toContain("SMS RELATION_BIND/PERSONAL/RELATION_BINDING_AGREEMENT");
    expect(counted).toEqual(["TemplateFault"]);
    expect(dynamo.items("flow")).toEqual([]);
  });

  test("K07, B-18: a message that was the right one is so for ever, another is refused at the first request", async () => {
    const { start } = stage();
    const named = { ...request, smsTemplate: "SMS.RELATION_BIND.PERSONAL" };
    const { contract } = await start(partner, named);

    const other = { ...request, requestId: "REQ-2", smsTemplate: "SMS.POOLING_AUTH.PERSONAL" };
    const problem = await problemOf(start(partner, other));

    expect(await start(partner, named)).toEqual({ contract, isNew: false });
    expect(problem.fields.map(({ field }) => field)).toEqual(["smsTemplate"]);
  });

  test("a callback to where we must not send is refused before anything is stored", async () => {
    const { start, dynamo } = stage();

    const problem = await problemOf(
      start(partner, { ...request, callbackUrl: "http://10.0.0.1/" }),
    );

    expect(problem.fields).toEqual([{ field: "callbackUrl", message: "must use https" }]);
    expect(dynamo.items("flow")).toEqual([]);
  });

  test("K42: an end that has passed is refused, but a request that came in time is answered again for ever", async () => {
    let now = "2026-11-21T08:00:00.000Z";
    const { world, dynamo } = testWorld({ now: () => now });
    const contracts = assembleContracts(world);
    const start = contractStarter(
      world,
      contracts,
      platformKeys(world, "platform"),
      assembleTemplates(world),
      [],
    );
    const validUntil = "2026-11-21T09:00:00Z";
    const authorization = { payerAccountNo: "ACC1", payeeAccountNo: "ACC2", validUntil };
    const first = await start(partner, { ...request, authorization });
    const stored = dynamo.items("flow").length;
    now = "2026-11-21T09:00:00.000Z";

    const again = await start(partner, { ...request, authorization });
    const late = start(partner, { ...request, requestId: "REQ-2", authorization });

    expect(again).toEqual({ contract: first.contract, isNew: false });
    expect((await problemOf(late)).fields).toEqual([
      { field: "authorization.validUntil", message: "must lie in the future" },
    ]);
    expect(dynamo.items("flow")).toHaveLength(stored);
  });

  test("K42: what is to be authorised is a public fact of the first entry, and part of the request", async () => {
    const { start, contracts } = stage();
    const authorization = { payerAccountNo: "ACC1", payeeAccountNo: "ACC2" };
    const { contract } = await start(partner, { ...request, authorization });

    const other = { ...authorization, payeeAccountNo: "ACC3" };
    const problem = await problemOf(start(partner, { ...request, authorization: other }));

    const [first] = await contracts.history(contract.id);
    expect(first?.entry.facts).toMatchObject(authorization);
    expect(problem.fields.map(({ field }) => field)).toEqual(["authorization"]);
  });

  test.each([
    "https://partner.example/app",
    "https://partner.example/app/done?order=1",
    "https://shop.example/anything",
  ])("%s lies below a registered return URL", async (returnUrl) => {
    expect(await stage().start(partner, { ...request, returnUrl })).toMatchObject({ isNew: true });
  });

  test.each([
    "https://partner.example/",
    "https://partner.example/apple",
    "https://partner.example/app/../admin",
    "https://partner.example.evil.example/app",
    "https://partner.example:8443/app",
    "http://partner.example/app",
    "javascript:alert(1)",
  ])("%s does not, and the partner is told who registers them", async (returnUrl) => {
    const problem = await problemOf(stage().start(partner, { ...request, returnUrl }));

    expect(problem.fields).toEqual([
      {
        field: "returnUrl",
        message: "is not below a registered return URL of yours; operations registers them",
      },
    ]);
  });
});

describe("starting a contract that several sign", () => {
  const several: CreateRequest = {
    requestId: "REQ-2",
    bizScene: "RELATION_BIND",
    signers: [
      {
        userType: "ENTERPRISE",
        name: "上海测试有限公司",
        mobile: "13900139000",
        legalRepName: "李四",
        role: "HEADQUARTERS",
        partyId: "HQ-1",
      },
      {
        userType: "PERSONAL",
        name: "张三",
        mobile: "13800138000",
        idCardNo: "310101199001011234",
        partyId: "RCV-1",
        sequence: 2,
        deadline: "2026-11-22T08:00:00Z",
      },
    ],
  };

  test("K17, C-48: the first entry names each signer's group, method and rule, and no person", async () => {
    const { start, contracts, dynamo } = stage();

    const { contract } = await start(partner, several);

    const [first] = await contracts.history(contract.id);
    expect(first?.entry.facts).toMatchObject({
      userType: "ENTERPRISE",
      method: "MICRO_DEPOSIT",
      subjectId: "HQ-1",
      signer1: "1 ENTERPRISE MICRO_DEPOSIT HEADQUARTERS - -",
      signer2: "2 PERSONAL FACE - 2026-11-22T08:00:00.000Z -",
      signer2Id: "RCV-1",
      signer2Rule: "a person shows the face",
      profile: "native",
    });
    expect(Object.keys(first?.entry.commitments ?? {})).toContain("signer2.mobile");
    expect(JSON.stringify(dynamo.items("chain"))).not.toMatch(/张三|13800138000|310101/);
    expect(JSON.stringify(dynamo.items("flow"))).not.toMatch(/张三|13800138000|310101/);
    const { details } = await contracts.readDetails(contract.id);
    expect(subjectOf(details, 2)).toMatchObject({ name: "张三", idNumber: "310101199001011234" });
    expect(details.others?.[0]?.smsTemplate).toBe("SMS.RELATION_BIND.PERSONAL");
    expect(await contracts.read(contract.id)).toEqual(contract);
  });

  test("C-23: a deadline that is over is refused by its place, and a replay of the request is not", async () => {
    const { start } = stage();
    const late = structuredClone(several) as typeof several & { signers: { deadline?: string }[] };
    late.signers[1]!.deadline = "2026-11-21T07:59:59Z";

    const { fields } = await problemOf(start(partner, late));

    expect(fields).toEqual([{ field: "signers.1.deadline", message: "must lie in the future" }]);
    const first = await start(partner, several);
    expect(await start(partner, several)).toEqual({ ...first, isNew: false });
  });

  test("K49: without a mandate of the headquarters everybody signs", async () => {
    const { start } = stage();

    const { contract } = await start(partner, {
      ...several,
      authorization: { payerAccountNo: "ACC100001", payeeAccountNo: "ACC100003" },
    });

    expect(contract.signers.map(({ mandate }) => mandate)).toEqual([undefined, undefined]);
  });
});

describe("finding a partner's contract", () => {
  test.each(["", "-E0", "-M1", "-H1", "-S1", "-V1F", "-V2M", "-C1", "-A1F", "-S2", "-C60"])(
    "B-43: by its id with %j behind it",
    async (suffix) => {
      const { start, contracts } = stage();
      const { contract } = await start(partner, request);

      expect(await findOwned(contracts, "sandai", contract.id + suffix)).toEqual(contract);
    },
  );

  test("another partner's contract answers exactly like none", async () => {
    const { start, contracts } = stage();
    const { contract } = await start(partner, request);
    const asked = ["CT00000000000000000000000000", "", undefined, "CT0", "x".repeat(5000)];

    const foreign = await problemOf(findOwned(contracts, "wallet", contract.id));
    const absent = await Promise.all(
      asked.map((id) => problemOf(findOwned(contracts, "wallet", id))),
    );

    expect(foreign.code).toBe("NOT_FOUND");
    for (const problem of absent)
      expect([problem.code, problem.message, problem.data]).toEqual([
        foreign.code,
        foreign.message,
        foreign.data,
      ]);
  });
});
