import { describe, expect, test } from "vitest";
import {
  readInitiateRequest,
  readRenewal,
  readRevocation,
} from "../../functions/dialects/agreement-request.ts";
import { agreementStart, templateFaults } from "../../functions/dialects/agreement-start.ts";
import { Problem } from "../../functions/domain/problem.ts";
import { seededTemplates } from "../../functions/domain/seeded-templates.ts";
import { literal } from "./agreement-given.ts";

/** The fields that reading a changed payload names. */
function refusedOf(body: unknown, check: "strict" | "format" = "format"): readonly string[] {
  try {
    readInitiateRequest(body, check);
  } catch (cause) {
    if (cause instanceof Problem) return cause.fields.map(({ field }) => field);
    throw cause;
  }
  return [];
}

const [signer] = literal.signers;
const withSigner = (change: object) => ({ ...literal, signers: [{ ...signer, ...change }] });
const collection = seededTemplates.find(
  ({ templateId }) => templateId === literal.templateId,
) as (typeof seededTemplates)[number];

describe("reading a start", () => {
  test("C-05 C-06 K24: document C's literal payload, whose number also has the right check digit", () => {
    expect(readInitiateRequest(literal, "format")).toEqual(literal);
    expect(readInitiateRequest(literal, "strict")).toEqual(literal);
  });

  test("C-57 K24: strict refuses a wrong check digit, and nothing asks for Luhn", () => {
    const wrong = withSigner({ idCardNo: "310101199001011235" });

    expect(refusedOf(wrong, "format")).toEqual([]);
    expect(refusedOf(wrong, "strict")).toEqual(["signers.0.idCardNo"]);
  });

  test("C-05 C-50: seven days and a message unless it says otherwise", () => {
    const { expireDays: _days, archiveConfig: _archive, webhookConfig: _config, ...rest } = literal;
    const { notifyType: _type, ...party } = signer;

    const read = readInitiateRequest({ ...rest, signers: [party] }, "format");

    expect(read.expireDays).toBe(7);
    expect(read.signers[0]?.notifyType).toBe("SMS");
    expect(read.archiveConfig).toBeUndefined();
  });

  test.each(["bizId", "bizType", "templateId", "title", "variables", "signers", "callbackUrl"])(
    "C-05 C-65: %s is required",
    (field) => {
      const { [field as "bizId"]: _left, ...rest } = literal;

      expect(refusedOf(rest)).toEqual([field]);
    },
  );

  test.each(["partyId", "partyType", "name", "idCardNo", "mobile", "signMethod", "sequence"])(
    "C-06 C-65: %s of a signer is required",
    (field) => {
      expect(refusedOf(withSigner({ [field]: undefined }))).toEqual([`signers.0.${field}`]);
    },
  );

  test.each([
    ["bizId", { bizId: "x".repeat(65) }],
    ["bizId", { bizId: "REL 1" }],
    ["bizType", { bizType: "RELATIONSHIP_BINDING" }],
    ["title", { title: "长".repeat(257) }],
    ["variables.payer Name", { variables: { "payer Name": "x" } }],
    ["variables.payerName", { variables: { payerName: 7 } }],
    ["variables.payerName", { variables: { payerName: "a\u202eb" } }],
    ["signers", { signers: [] }],
    ["callbackUrl", { callbackUrl: "/callback" }],
    ["webhookConfig.headers.Host", { webhookConfig: { headers: { Host: "x" } } }],
    ["expireDays", { expireDays: 0 }],
    ["expireDays", { expireDays: 91 }],
    ["expireDays", { expireDays: 1.5 }],
    [
      "archiveConfig.archiveProvider",
      { archiveConfig: { needArchive: true, archiveProvider: "IPFS" } },
    ],
    ["surprise", { surprise: true }],
  ])("C-65: a wrong %s is named", (field, change) => {
    expect(refusedOf({ ...literal, ...change })).toEqual([field]);
  });

  test.each([
    ["partyType", "WITNESS"],
    ["name", " "],
    ["idCardNo", "123"],
    ["mobile", "12345"],
    ["signMethod", "PASSWORD"],
    ["notifyType", "MAIL"],
    ["sequence", 0],
    ["sequence", 21],
    ["deadline", "tomorrow"],
  ])("C-35 C-57 C-65: a signer's wrong %s is named: %j", (field, value) => {
    expect(refusedOf(withSigner({ [field]: value }))).toEqual([`signers.0.${field}`]);
  });

  test("C-24: a party has one place in a contract, and hears of it beside every other fault", () => {
    const twice = { ...literal, expireDays: 0, signers: [signer, signer] };

    expect(refusedOf(twice).toSorted()).toEqual(["expireDays", "signers.1.partyId"]);
  });

  test("C-65: a body of any other shape is refused without a crash", () => {
    for (const body of [null, 7, "text", [], { signers: "x" }, { signers: [null] }])
      expect(refusedOf(body).length).toBeGreaterThan(0);
  });
});

test("C-09: a revocation says why and who", () => {
  expect(readRevocation({ reason: "用户要求取消", operator: "system_admin" })).toEqual({
    reason: "用户要求取消",
    operator: "system_admin",
  });
  expect(() => readRevocation({ reason: "", operator: "x" })).toThrow("reason must not be empty");
});

test("K28: a renewal names the party", () => {
  expect(() => readRenewal({})).toThrow("partyId");
});

describe("what it asks of the core", () => {
  const start = agreementStart(readInitiateRequest(literal, "format"), collection);

  test("C-06 C-37 C-48: signers in their groups, told and signing as the request says", () => {
    const request = readInitiateRequest(
      {
        ...literal,
        signers: [
          signer,
          { ...signer, partyId: "P2", partyType: "PAYER", signMethod: "CA_CERT", sequence: 2 },
          { ...signer, partyId: "P3", notifyType: "H5_LINK", sequence: 2 },
        ],
      },
      "format",
    );

    const { request: asked, ways } = agreementStart(request, collection);

    expect(asked.signers?.map(({ partyId, role, sequence }) => [partyId, role, sequence])).toEqual([
      ["RECEIVER_001", "RECEIVER", 1],
      ["P2", "HEADQUARTERS", 2],
      ["P3", "RECEIVER", 2],
    ]);
    expect(ways).toEqual([
      { method: "FACE", signMethod: "FACE_AND_SMS" },
      { method: "FACE", signMethod: "CA_CERT" },
      { method: "FACE", signMethod: "FACE_AND_SMS", notifyType: "H5_LINK" },
    ]);
  });

  test("C-22: bizId is the request's name, and facts hold nobody", () => {
    expect(start.request.requestId).toBe("REL_202310270001");
    expect(start.facts).toEqual({ bizType: "RELATIONSHIP_AGREEMENT" });
    expect(start.flowSeconds).toBe(7 * 24 * 3600);
  });

  test("C-34 C-56: the template's variables are filled; what is optional and left out is struck", () => {
    const loose = {
      ...collection,
      variableDefinitions: [
        ...collection.variableDefinitions,
        { key: "remark", name: "备注", required: false, sample: "无" },
      ],
    };

    const { ownWords } = agreementStart(readInitiateRequest(literal, "format"), loose);

    expect(ownWords).toEqual({
      title: literal.title,
      variables: { ...literal.variables, remark: "/" },
    });
  });

  test("C-56: what does not fit the template is named, one by one", () => {
    const { payerName: _left, ...variables } = literal.variables;
    const signers = readInitiateRequest(literal, "format").signers;

    const faults = [
      ...templateFaults(
        {
          variables: { ...variables, colour: "red" },
          signers: [...signers, ...signers, ...signers],
        },
        collection,
      ),
    ];

    expect(faults).toEqual([
      { field: "variables.payerName", message: "is required by TEMPLATE_COLLECTION_V1" },
      { field: "variables.colour", message: "is no variable of TEMPLATE_COLLECTION_V1" },
      { field: "signers", message: "must be 1 to 2 for TEMPLATE_COLLECTION_V1" },
    ]);
  });
});
