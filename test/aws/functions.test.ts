import { describe, expect, test } from "vitest";
import { routes } from "../../lib/aws/routes.ts";
import { functionsOf, has, policiesOf, resourcesOf, synthesize } from "./synthesized.ts";

const template = synthesize();
const functions = functionsOf(template);
const allowed = (action: string) =>
  functions
    .filter(({ statements }) => statements.some((one) => has(one, action)))
    .map(({ name }) => name)
    .sort();

describe("functions", () => {
  test("each has a role, a log group and a policy of its own", () => {
    const distinct = (key: "role" | "logGroup") => new Set(functions.map((one) => one[key])).size;

    expect(functions).toHaveLength(new Set(routes.map(({ file }) => file)).size + 16);
    expect(distinct("role")).toBe(functions.length);
    expect(distinct("logGroup")).toBe(functions.length);
  });

  test("only what knows no resources may stand on *", () => {
    const stars = policiesOf(template)
      .flatMap(({ statements }) => statements)
      .filter(({ Resource }) => [Resource].flat().includes("*"))
      .flatMap(({ Action }) => Action);

    expect([...new Set(stars)].sort()).toEqual([
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DescribeLogGroups",
      "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
      "xray:GetSamplingRules",
      "xray:GetSamplingTargets",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]);
  });

  test.each([
    ["kms:Sign", ["seal-evidence"]],
    [
      "kms:GenerateDataKey",
      [
        "archive-again",
        "create-contract",
        "generate-agreement",
        "initiate-agreement",
        "initiate-face",
        "initiate-process",
        "seal-evidence",
        "send-process-sms",
        "start-from-event",
      ],
    ],
    ["s3:PutObject", ["archive-again", "generate-agreement", "seal-evidence"]],
    [
      "s3:GetObject",
      [
        "archive-again",
        "download-agreement",
        "download-bundle",
        "generate-agreement",
        "seal-evidence",
        "verify-contract",
      ],
    ],
    ["states:StartExecution", ["drive-workflow"]],
    ["states:SendTaskSuccess", ["drive-workflow"]],
    ["events:PutEvents", ["publish-events"]],
    [
      "sqs:ReceiveMessage",
      [
        "archive-again",
        "check-face",
        "clear-transaction",
        "deliver-face-result",
        "deliver-order-result",
        "deliver-webhook",
      ],
    ],
    ["sqs:ChangeMessageVisibility", ["clear-transaction"]],
    ["dynamodb:GetRecords", ["drive-workflow", "publish-events"]],
    ["dynamodb:DeleteItem", []],
    ["s3:DeleteObject", []],
  ])("%s is allowed to nobody but %j", (action, holders) => {
    expect(allowed(action)).toEqual(holders);
  });

  test("evidence can be appended and read, never updated", () => {
    const onChain = functions.flatMap(({ statements }) =>
      statements.filter(({ Resource }) =>
        /TablesEvidenceChain\w+","Arn"/.test(JSON.stringify(Resource)),
      ),
    );

    const actions = new Set(onChain.flatMap(({ Action }) => Action));
    // One statement may speak of both tables when their actions are the same.
    expect([...actions].sort()).toEqual(["dynamodb:PutItem", "dynamodb:Query"]);
  });

  test("each is told what it may use, and nothing else", () => {
    const told = Object.fromEntries(
      functions.map(({ name, environment }) => [name, Object.keys(environment).sort().join(" ")]),
    );

    const contracts = "CONTRACT_FLOW_TABLE DATA_KEY_ID EVIDENCE_CHAIN_TABLE";
    const faces = "DATA_KEY_ID EVIDENCE_CHAIN_TABLE FACE_VERIFICATION_TABLE";
    const links = `${contracts} PLATFORM_SECRET_ID PUBLIC_BASE_URL`;
    expect(told).toEqual({
      "initiate-process":
        "ALLOWED_CALLBACK_HOSTS CONTRACT_FLOW_TABLE DATA_KEY_ID EVIDENCE_CHAIN_TABLE GUARD_TABLE IDENTITY_CHECK PARTNERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL TEMPLATE_TABLE",
      "send-process-sms":
        "ALLOWED_CALLBACK_HOSTS CONTRACT_FLOW_TABLE DATA_KEY_ID EVIDENCE_CHAIN_TABLE GUARD_TABLE IDENTITY_CHECK PARTNERS_SECRET_ID PEERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL SMS_GATEWAY_URL TEMPLATE_TABLE",
      "get-process":
        "CONTRACT_FLOW_TABLE DATA_KEY_ID EVIDENCE_CHAIN_TABLE GUARD_TABLE PARTNERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL",
      "receive-process-verification":
        "CONTRACT_FLOW_TABLE DATA_KEY_ID EVIDENCE_CHAIN_TABLE GUARD_TABLE PEERS_SECRET_ID",
      "download-agreement":
        "CONTRACT_FLOW_TABLE DATA_KEY_ID DOCUMENT_BUCKET EVIDENCE_CHAIN_TABLE PLATFORM_SECRET_ID PUBLIC_BASE_URL",
      "create-contract":
        "ALLOWED_CALLBACK_HOSTS CONTRACT_FLOW_TABLE DATA_KEY_ID EVIDENCE_CHAIN_TABLE GUARD_TABLE IDENTITY_CHECK PARTNERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL TEMPLATE_TABLE",
      "get-contract": `${contracts} GUARD_TABLE PARTNERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL`,
      "get-evidence": `${contracts} GUARD_TABLE PARTNERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL`,
      "download-bundle":
        "CONTRACT_FLOW_TABLE DATA_KEY_ID EVIDENCE_BUCKET EVIDENCE_CHAIN_TABLE PLATFORM_SECRET_ID PUBLIC_BASE_URL",
      "resend-sms": `${contracts} GUARD_TABLE PARTNERS_SECRET_ID PEERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL SMS_GATEWAY_URL TEMPLATE_TABLE`,
      "revoke-contract": `${contracts} GUARD_TABLE PARTNERS_SECRET_ID`,
      "withdraw-authorization": `${contracts} GUARD_TABLE PARTNERS_SECRET_ID`,
      "receive-verification": `${contracts} GUARD_TABLE PEERS_SECRET_ID`,
      "show-signing-page": `${links} TEMPLATE_TABLE`,
      "open-link": links,
      "give-consent": links,
      "send-otp": `${contracts} PEERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL SMS_GATEWAY_URL`,
      "check-otp": links,
      "sign-agreement": links,
      "submit-verification": `${contracts} PEERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL VERIFICATION_URL`,
      "decline-contract": links,
      "get-checkpoint": "LOG_TABLE",
      "get-log-key": "LOG_TABLE",
      "list-leaves": "LOG_TABLE",
      "prove-inclusion": "LOG_TABLE",
      "prove-consistency": "LOG_TABLE",
      "get-openapi": "PUBLIC_BASE_URL",
      "follow-short-link": "CONTRACT_FLOW_TABLE GUARD_TABLE PLATFORM_SECRET_ID PUBLIC_BASE_URL",
      "initiate-agreement":
        "ALLOWED_CALLBACK_HOSTS CONTRACT_FLOW_TABLE DATA_KEY_ID EVIDENCE_CHAIN_TABLE FACE_VERIFICATION_TABLE GUARD_TABLE IDENTITY_CHECK PARTNERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL TEMPLATE_TABLE",
      "get-agreement": `${contracts} GUARD_TABLE PARTNERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL`,
      "revoke-agreement": `${contracts} GUARD_TABLE PARTNERS_SECRET_ID`,
      "renew-sign-url": `${contracts} GUARD_TABLE PARTNERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL`,
      "verify-contract":
        "CONTRACT_FLOW_TABLE DATA_KEY_ID EVIDENCE_BUCKET EVIDENCE_CHAIN_TABLE GUARD_TABLE PARTNERS_SECRET_ID",
      "show-verify-page": "",
      "download-verifier": "",
      "find-document": contracts,
      "process-transaction":
        "ACCOUNT_CODE CLEARING_URL CONTRACT_FLOW_TABLE EVIDENCE_CHAIN_TABLE GUARD_TABLE PARTNERS_SECRET_ID PEERS_SECRET_ID PLATFORM_SECRET_ID TRANSACTION_ORDER_TABLE",
      "query-transaction":
        "EVIDENCE_CHAIN_TABLE GUARD_TABLE PARTNERS_SECRET_ID PLATFORM_SECRET_ID TRANSACTION_ORDER_TABLE",
      "list-orders": "EVIDENCE_CHAIN_TABLE GUARD_TABLE PARTNERS_SECRET_ID TRANSACTION_ORDER_TABLE",
      "close-order":
        "ACCOUNT_CODE CLEARING_URL CONTRACT_FLOW_TABLE EVIDENCE_CHAIN_TABLE GUARD_TABLE PARTNERS_SECRET_ID PEERS_SECRET_ID TRANSACTION_ORDER_TABLE",
      "clear-transaction":
        "ACCOUNT_CODE CLEARING_QUEUE_URL CLEARING_URL CONTRACT_FLOW_TABLE EVIDENCE_CHAIN_TABLE GUARD_TABLE PEERS_SECRET_ID TRANSACTION_ORDER_TABLE",
      "deliver-order-result":
        "ALLOWED_CALLBACK_HOSTS CONTRACT_FLOW_TABLE PARTNERS_SECRET_ID WEBHOOK_DLQ_URL WEBHOOK_QUEUE_URL",
      "generate-agreement":
        "CONTRACT_FLOW_TABLE DATA_KEY_ID DOCUMENT_BUCKET EVIDENCE_CHAIN_TABLE PUBLIC_BASE_URL TEMPLATE_TABLE",
      "invite-signer": `${contracts} PEERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL SMS_GATEWAY_URL TEMPLATE_TABLE`,
      "verify-identity": `${contracts} PEERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL VERIFICATION_URL`,
      "seal-evidence":
        "CA_KEY_ID CONTRACT_FLOW_TABLE DATA_KEY_ID DOCUMENT_BUCKET EVIDENCE_BUCKET EVIDENCE_CHAIN_TABLE LOG_ORIGIN LOG_TABLE SIGNING_KEY_ID TIMESTAMP_ROOTS TIMESTAMP_URLS",
      "drive-workflow": `${contracts} STATE_MACHINE_ARN`,
      "publish-events": "CONTRACT_FLOW_TABLE DATA_KEY_ID EVENT_BUS_NAME EVIDENCE_CHAIN_TABLE",
      "deliver-webhook": `ALLOWED_CALLBACK_HOSTS ${contracts} PARTNERS_SECRET_ID WEBHOOK_DLQ_URL WEBHOOK_QUEUE_URL`,
      "mark-system-error": contracts,
      "archive-again":
        "CONTRACT_FLOW_TABLE DATA_KEY_ID EVIDENCE_BUCKET EVIDENCE_CHAIN_TABLE TIMESTAMP_ROOTS TIMESTAMP_URLS",
      "start-from-event":
        "ALLOWED_CALLBACK_HOSTS CONTRACT_FLOW_TABLE DATA_KEY_ID EVIDENCE_CHAIN_TABLE IDENTITY_CHECK PARTNERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL TEMPLATE_TABLE",
      "save-template": "GUARD_TABLE PARTNERS_SECRET_ID TEMPLATE_TABLE",
      "list-templates": "GUARD_TABLE PARTNERS_SECRET_ID TEMPLATE_TABLE",
      "get-template": "GUARD_TABLE PARTNERS_SECRET_ID TEMPLATE_TABLE",
      "activate-template": "GUARD_TABLE PARTNERS_SECRET_ID TEMPLATE_TABLE",
      "update-template": "PARTNERS_SECRET_ID TEMPLATE_TABLE",
      "record-verification": `${contracts} PEERS_SECRET_ID`,
      "initiate-face":
        "ALLOWED_CALLBACK_HOSTS CONTRACT_FLOW_TABLE DATA_KEY_ID EVIDENCE_CHAIN_TABLE FACE_VENDORS_SECRET_ID FACE_VERIFICATION_TABLE GUARD_TABLE IDENTITY_CHECK PARTNERS_SECRET_ID PLATFORM_SECRET_ID PUBLIC_BASE_URL",
      "get-face": `${faces} GUARD_TABLE PARTNERS_SECRET_ID`,
      "receive-face-result":
        "DATA_KEY_ID EVIDENCE_CHAIN_TABLE FACE_VENDORS_SECRET_ID FACE_VERIFICATION_TABLE GUARD_TABLE PLATFORM_SECRET_ID PUBLIC_BASE_URL",
      "show-face-page": `${faces} PLATFORM_SECRET_ID PUBLIC_BASE_URL`,
      "start-face":
        "DATA_KEY_ID EVIDENCE_CHAIN_TABLE FACE_VENDORS_SECRET_ID FACE_VERIFICATION_TABLE PLATFORM_SECRET_ID PUBLIC_BASE_URL",
      "check-face":
        "DATA_KEY_ID EVIDENCE_CHAIN_TABLE FACE_CHECK_QUEUE_URL FACE_VENDORS_SECRET_ID FACE_VERIFICATION_TABLE PLATFORM_SECRET_ID PUBLIC_BASE_URL",
      "deliver-face-result": `ALLOWED_CALLBACK_HOSTS ${faces} PARTNERS_SECRET_ID WEBHOOK_DLQ_URL WEBHOOK_QUEUE_URL`,
    });
  });

  test("A-38: a step outlives its longest outside call, an API function stays below the gateway's 29 s", () => {
    const timeouts = (kind: string) =>
      functions.filter((one) => one.kind === kind).map(({ timeout }) => timeout);

    expect(Math.min(...timeouts("steps"))).toBeGreaterThan(3 * (3 + 5));
    expect(Math.max(...timeouts("api"))).toBeLessThan(29);
    expect(Math.min(...timeouts("api"))).toBeGreaterThan(5);
  });

  test("logs end after their retention, all of them", () => {
    for (const group of resourcesOf(template, "AWS::Logs::LogGroup")) {
      expect(group.Properties.RetentionInDays, group.id).toBe(180);
    }
  });
});
