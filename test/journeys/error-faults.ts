import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { partnerClient } from "../../client/signed-call.ts";
import { eventually, openMessage } from "../../examples/signer.ts";
import { placeKey } from "../../functions/adapters/template-items.ts";
import { seededTemplates } from "../../functions/domain/seeded-templates.ts";
import { awsOf, inTime, type Json, script } from "./actors.ts";
import { agreementOf, begunAgreement, changesOf, signsByFaceAndCode } from "./agreement-actors.ts";
import { type Dialect, type Speaker, speakersOf } from "./error-speakers.ts";
import type { Stack } from "./stack.ts";
import { mobileOf } from "./wallet-actors.ts";

/** What must break before some errors can be met; everything is mended again before the next. */

type Answer = Awaited<ReturnType<Speaker["start"]>>;

/** Longer than a function keeps a secret. */
const secretMs = 6 * 60_000;
/** Longer than a function keeps the active templates. */
const templatesMs = 31_000;

/** The secret with everybody's keys holds no JSON: a fault of ours that nobody named. */
export async function withoutPartners(stack: Stack, speaker: Speaker): Promise<Answer> {
  const secrets = new SecretsManagerClient(awsOf(stack));
  const SecretId = String(stack.environment.PARTNERS_SECRET_ID);
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  const holds = async (text: string) => {
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: text }));
    await stack.advance(secretMs);
  };
  await holds("{");
  try {
    const answer = await speaker.start(speaker.request());
    // B-57: whoever asks learns nothing but the trace id, under which the log has it all.
    const { traceId } = answer.body;
    await eventually(`the log to explain ${traceId}`, async () => {
      return linesOf(stack, traceId, "request failed").length === 1 || undefined;
    });
    return answer;
  } finally {
    await holds(String(SecretString));
  }
}

/**
 * No deployment and no activation leaves a place empty (K29), so one is emptied by hand: an operator's write says
 * that it belongs to the agreement of another scene.
 */
export async function withoutTemplate(stack: Stack, speaker: Speaker): Promise<Answer> {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient(awsOf(stack)));
  const TableName = String(stack.environment.TEMPLATE_TABLE);
  const agreements = seededTemplates.filter(
    ({ state, content }) => state === "ACTIVE" && content.kind === "AGREEMENT",
  );
  const lost = agreements.find(
    ({ selector }) => selector?.bizScene === "RELATION_BIND" && selector.userType === "PERSONAL",
  );
  const other = agreements.find(({ selector }) => selector?.bizScene === "OPEN_PAYMENT");
  if (lost === undefined || other === undefined) throw new Error("the seeded templates changed");
  const Key = placeKey(lost);
  const holder = { holder_id: other.templateId, holder_version: other.version };
  await table.send(new PutCommand({ TableName, Item: { ...Key, ...holder } }));
  await stack.advance(templatesMs);
  try {
    return await speaker.start(speaker.request());
  } finally {
    await table.send(new DeleteCommand({ TableName, Key }));
    await stack.advance(templatesMs);
  }
}

/** Clearing executes and is not heard from, so the order is in between when `change` of its request comes. */
export async function inFlight(
  stack: Stack,
  speaker: Speaker,
  change: (request: Json) => Json,
): Promise<Answer> {
  await script(stack.simulators.clearing, [
    { match: { path: "/split/execute" }, kind: "after" },
    { match: { path: "/split/query/*" }, kind: "status", status: 503 },
  ]);
  try {
    const request = speaker.request();
    await speaker.start(request);
    // An order that is old by now is with the queue: nobody waits for it.
    await stack.advance(10_000);
    return await speaker.start(change(request));
  } finally {
    await script(stack.simulators.clearing, []);
  }
}

/** C-71: the gateway is down for every try, and the client hears it as the end of the contract. */
export async function messageFailed(stack: Stack): Promise<readonly [unknown, unknown]> {
  await script(stack.simulators.sms, [
    { match: { path: "/v1/messages" }, kind: "status", status: 503 },
  ]);
  try {
    const agreement = await begunAgreement(stack);
    const told = await inTime(stack, "the callback", async () =>
      (await changesOf(stack, agreement)).at(-1),
    );
    const { status } = await agreementOf(stack, agreement);
    return [status, told.event.reason];
  } finally {
    await script(stack.simulators.sms, []);
  }
}

/** The receiver wants no callbacks any more, and the contract ends; answers the metric and the code in the log. */
export async function callbackUndelivered(
  stack: Stack,
  speaker: Speaker,
): Promise<readonly [unknown, unknown]> {
  const request = speaker.request();
  const { pathname } = new URL(request.callbackUrl);
  await script(stack.simulators.partner, [
    { match: { path: pathname }, kind: "status", status: 410 },
  ]);
  const counted = linesOf(stack, '"WebhookUndelivered":1').length;
  const { body } = await speaker.start(request);
  const id = body.contractId ?? body.data.processId;
  await revokeAs(stack, id);
  return alarmed(stack, id, "callback undelivered", "WebhookUndelivered", counted);
}

/** No authority answers while a person of the dialect completes a contract. */
export async function archiveFailed(
  stack: Stack,
  dialect: Exclude<Dialect, "T">,
): Promise<readonly [unknown, unknown]> {
  await script(stack.simulators.timestamp, [
    { match: { method: "POST", path: "/" }, kind: "status", status: 503 },
  ]);
  const counted = linesOf(stack, '"TimestampUnavailable":1').length;
  try {
    const id = await completed(stack, dialect);
    return await alarmed(stack, id, "archive failed", "TimestampUnavailable", counted);
  } finally {
    await script(stack.simulators.timestamp, []);
  }
}

async function completed(stack: Stack, dialect: Exclude<Dialect, "T">): Promise<string> {
  if (dialect === "C") {
    const agreement = await begunAgreement(stack);
    await signsByFaceAndCode(stack, agreement);
    return agreement.id;
  }
  const speaker = speakersOf(stack)[dialect];
  const request = speaker.request();
  const { body } = await speaker.start(request);
  const mobile = dialect === "A" ? request.userInfo.mobile : mobileOf(request);
  const person = await openMessage(stack.simulators, mobile);
  await person.read();
  await person.sign();
  await person.showFace();
  return body.contractId ?? body.data.processId;
}

/** Whoever began it may end it, whichever dialect it began in (K01). */
async function revokeAs(stack: Stack, id: string): Promise<void> {
  for (const partner of stack.partners) {
    const call = partnerClient(stack.apiUrl, partner, stack.now);
    const reason = { reason: "cancelled", operator: "ops" };
    if ((await call("POST", `/v1/contracts/${id}/revoke`, reason)).status === 200) return;
  }
  throw new Error(`nobody could revoke ${id}`);
}

/** The metric that an alarm hangs on, once it was counted, and the code that the log gives the contract. */
async function alarmed(
  stack: Stack,
  id: string,
  message: string,
  metric: string,
  before: number,
): Promise<readonly [unknown, unknown]> {
  const line = await inTime(stack, `${message} in the log`, async () =>
    linesOf(stack, id, message).at(-1),
  );
  const counted = linesOf(stack, `"${metric}":1`).length > before;
  return [counted ? metric : "nothing counted", JSON.parse(line).code];
}

const linesOf = (stack: Stack, ...parts: readonly string[]): string[] =>
  readdirSync(stack.logs)
    .flatMap((file) => readFileSync(join(stack.logs, file), "utf8").split("\n"))
    .filter((line) => parts.every((part) => line.includes(part)));
