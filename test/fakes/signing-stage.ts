import { createHash } from "node:crypto";
import type { APIGatewayProxyEvent, DynamoDBStreamEvent } from "aws-lambda";
import type { Details } from "../../functions/adapters/contract-items.ts";
import { requestSignature } from "../../functions/adapters/request-signature.ts";
import { advance } from "../../functions/advance.ts";
import { build as decline } from "../../functions/api/decline-contract.ts";
import { build as consent } from "../../functions/api/give-consent.ts";
import { build as receiveVerification } from "../../functions/api/receive-verification.ts";
import { build as revoke } from "../../functions/api/revoke-contract.ts";
import { build as sign } from "../../functions/api/sign-agreement.ts";
import { assembleContracts, assembleLinks } from "../../functions/assemble.ts";
import { defaultAgreementType } from "../../functions/domain/agreement-types.ts";
import type { ContractId } from "../../functions/domain/contract.ts";
import type { Command } from "../../functions/domain/decide.ts";
import type { Draft } from "../../functions/domain/drafts.ts";
import { leafHash } from "../../functions/domain/evidence.ts";
import { merkleRoot } from "../../functions/domain/merkle-tree.ts";
import { rosterFacts } from "../../functions/domain/signer.ts";
import { smsTemplates } from "../../functions/domain/sms-templates.ts";
import { contractSealer, type SealMakers } from "../../functions/evidence/seal-contract.ts";
import { build as inviteSigner } from "../../functions/steps/invite-signer.ts";
import { build as verifyIdentity } from "../../functions/steps/verify-identity.ts";
import { build as driveWorkflow } from "../../functions/workers/drive-workflow.ts";
import type { HttpRequest, HttpResponse } from "../../functions/world.ts";
import { type Actor, actorTime, type Choose, type Turns, turns } from "./explorer.ts";
import type { TaskResult } from "./step-functions.ts";
import { partner, testWorld, verificationPeer } from "./world.ts";

export const contractId = `CT${"7".repeat(26)}` as ContractId;
export const verificationId = "VR1";

const createdAt = "2026-11-21T08:00:00.000Z";
export const noon = "2026-11-21T12:00:00.000Z";
const expiresAt = "2026-11-28T08:00:00.000Z";
export const justBeforeExpiry = "2026-11-28T07:59:59.999Z";
const justAfterExpiry = "2026-11-28T08:00:05.000Z";

export type Stage = Awaited<ReturnType<typeof signingStage>>;
export type Run = ReturnType<Stage["begin"]>;

/** Paper and log are made elsewhere; here it matters when, and how often, they are asked for. */
const plainMakers: SealMakers = {
  signDocument: async () => ({ mandate: "standing", facts: { signedHash: "e".repeat(64) } }),
  sealBundle: async ({ entries }) => ({
    facts: {
      root: merkleRoot(entries.map(leafHash)),
      treeSize: entries.length,
      bundleKey: "evidence/bundle",
      logIndex: 0,
      timestamped: true,
    },
    items: [],
  }),
  issueCredential: async () => "header.claims.signature",
};

/** Real handlers, steps and stream consumer over fakes; a contract brought to a state, many runs from there. */
export async function signingStage(setup: readonly Command[], signers = 1, profile = "native") {
  const { world, dynamo, stepFunctions } = testWorld({
    now: () => actorTime(noon),
    http: async (request) => {
      const answer = answerOutside(request);
      asked.add(JSON.parse(answer.body).verificationId);
      for (const tell of waiting.splice(0)) tell();
      return answer;
    },
  });
  let asked = new Set<string>();
  let waiting: (() => void)[] = [];
  const contracts = assembleContracts(world);
  const { keys } = assembleLinks(world);
  const built = {
    inviteSigner: inviteSigner(world),
    verifyIdentity: verifyIdentity(world),
    sealEvidence: contractSealer(world, contracts, plainMakers),
    driveWorkflow: driveWorkflow(world),
    receiveVerification: receiveVerification(world),
    revoke: revoke(world),
    sign: sign(world),
    decline: decline(world),
    consent: consent(world),
  };
  const tokens = await Promise.all(
    Array.from({ length: signers }, (_, index) => keys.linkToken(contractId, index + 1)),
  );
  await contracts.create(
    contractId,
    { ...flowCreated, facts: { ...factsFor(signers), profile } },
    details,
    [],
  );
  for (const command of setup) {
    const outcome = await advance(contracts, contractId, command);
    if ("refused" in outcome) throw new Error(`setup: ${command.type}: ${outcome.refused.message}`);
  }
  const saved = dynamo.save();
  return { contracts, dynamo, empty: dynamo.reset, begin };

  /** A fresh run from the saved state; a machine may die `crashes` times after a write. */
  function begin(crashes = 0) {
    dynamo.restore(saved);
    stepFunctions.reset();
    asked = new Set();
    waiting = [];
    const stage = turns(crashes);
    // Nobody else uses this nonce: its write needs no turn.
    dynamo.gate = async (call) =>
      call.writes[0]?.startsWith("guard/") ? undefined : stage.gate(call);
    stepFunctions.gate = stage.gate;
    const run = {
      stage,
      answers: [] as number[],
      workflow: { cause: "still running" as string },
      start(name: string, at: string, work: () => Promise<unknown>): void {
        stage.start({ name, at }, work);
      },
      execution: (from: "InviteSigner" | "VerifyIdentity", timeouts = 0) => {
        const actor = { name: "workflow", at: timeouts > 0 ? justBeforeExpiry : noon };
        stage.start(actor, async () => {
          run.workflow.cause = await execution(stage, actor, from, timeouts);
        });
      },
      /** One group of signers, each from a state of its own; sealed after the last, or the first that fails. */
      group: (...from: readonly WaitingState[]) => {
        let open = from.length;
        for (const [index, first] of from.entries()) {
          const branch = { name: `branch ${index + 1}`, at: noon };
          const states = waitingStates.slice(waitingStates.indexOf(first));
          stage.start(branch, async () => {
            let cause = "";
            for (const state of states)
              if (cause === "") cause = await task(stage, branch, { state, signer: index + 1 });
            open -= 1;
            if (run.workflow.cause !== "still running" || (cause === "" && open > 0)) return;
            run.workflow.cause = cause;
            stage.start({ name: "workflow", at: noon }, () => sealed(stage, cause));
          });
        }
      },
      stream: (name = "stream") => stage.start({ name, at: noon }, () => follow(stage)),
      callback: (result: Callback, at = noon, name = "callback") =>
        run.start(name, at, async () => {
          run.answers.push(await callback(stage, result));
        }),
      /** The verification system tells one result after the other, each once it was asked for it. */
      callbacks: (at: string, ...results: readonly Callback[]) =>
        run.start(`verifier of ${results[0]?.signer ?? 1}`, at, async () => {
          for (const result of results) {
            while (!asked.has(result.verificationId))
              await stage.park<void>((resume) => waiting.push(resume));
            run.answers.push(await callback(stage, result));
          }
        }),
      /** The last gate of a signer, and a workflow that goes on to seal as if it were the last of all. */
      finish: (signer: number) =>
        run.start(`signer ${signer}`, noon, async () => {
          await advance(contracts, contractId, passing(signer));
          await built.sealEvidence({ contractId }).catch((failure: Error) => {
            if (!["Contract.NotYet", "Contract.Conflict"].includes(failure.name)) throw failure;
          });
        }),
      /** A run of VerifyIdentity that the workflow has given up; its calls may still arrive, late. */
      zombie: () =>
        run.start("zombie", noon, async () => {
          const input = { contractId, signer: 1, taskToken: "given up" };
          stepFunctions.wait("given up", () => {});
          stepFunctions.close("given up");
          await built.verifyIdentity(input);
        }),
      sign: (at = noon, name = "signer", signer = 1) =>
        run.start(name, at, async () => {
          const path = `/h5/${tokens[signer - 1]}/sign`;
          run.answers.push((await post(built.sign, path, signature)).statusCode);
        }),
      /** Where verification comes first: agrees to it, passes it after what failed before, and then signs. */
      person: (...results: readonly Callback[]) =>
        run.start("person", noon, async () => {
          const [link] = tokens;
          run.answers.push((await post(built.consent, `/h5/${link}/consent`, {})).statusCode);
          for (const result of results) {
            while (!asked.has(result.verificationId))
              await stage.park<void>((resume) => waiting.push(resume));
            run.answers.push(await callback(stage, result));
          }
          run.answers.push((await post(built.sign, `/h5/${link}/sign`, signature)).statusCode);
        }),
      decline: (signer = 1) =>
        run.start("decliner", noon, async () => {
          const path = `/h5/${tokens[signer - 1]}/decline`;
          const answer = await post(built.decline, path, { reason: "no" });
          run.answers.push(answer.statusCode);
        }),
      revoke: () =>
        run.start("partner", noon, async () => {
          const path = `/v1/contracts/${contractId}/revoke`;
          const body = { reason: "changed our mind", operator: "op-1" };
          const answer = await post(built.revoke, path, body, { ...partner, nonce: nonce() });
          run.answers.push(answer.statusCode);
        }),
      play: (choose: Choose) => stage.play(choose),
    };
    return run;
  }

  /** The state machine's part: retries with new tokens, waits, catches, and always seals. */
  async function execution(
    stage: Turns,
    actor: Actor,
    from: "InviteSigner" | "VerifyIdentity",
    timeouts: number,
  ): Promise<string> {
    let cause = "";
    const signer = 1;
    if (from === "InviteSigner")
      cause = await task(stage, actor, { state: "inviteSigner", signer }, timeouts);
    if (cause === "")
      cause = await task(stage, actor, { state: "verifyIdentity", signer }, timeouts);
    await sealed(stage, cause);
    return cause;
  }

  async function sealed(stage: Turns, cause: string): Promise<void> {
    const input = { contractId, ...(cause ? { cause } : {}) };
    await retried(() => stage.invoke(() => built.sealEvidence(input)));
  }

  /** One waiting state: "" when it succeeded, else the name of the error that its Catch hears. */
  async function task(
    stage: Turns,
    actor: Actor,
    { state, signer }: { state: WaitingState; signer: number },
    timeouts = 0,
  ): Promise<string> {
    for (let attempt = 1; attempt <= 25; attempt += 1) {
      const taskToken = `${state}-${signer}-${attempt}`;
      const { result, end } = awaitResult(stage, taskToken);
      if (attempt <= timeouts)
        startTimer(stage, taskToken, () => {
          actor.at = justAfterExpiry;
          end({ error: "States.Timeout" });
        });
      const error = await stage
        .invoke(() => built[state]({ contractId, signer, taskToken }))
        .then(result, (failure: Error) => {
          stepFunctions.close(taskToken);
          return { error: failure.name };
        })
        .then((ended: TaskResult) => ("error" in ended ? ended.error : ""));
      if (error === "States.Timeout" && state === "inviteSigner") return error;
      if (error === "" || (error.startsWith("Contract.") && error !== "Contract.Conflict"))
        return error;
    }
    return "States.TaskFailed";
  }

  function awaitResult(stage: Turns, token: string) {
    let known: TaskResult | undefined;
    let resume: ((result: TaskResult) => void) | undefined;
    const end = (result: TaskResult): void => {
      known = result;
      resume?.(result);
    };
    stepFunctions.wait(token, end);
    const result = async (): Promise<TaskResult> =>
      known ??
      stage.park<TaskResult>((waiting) => {
        resume = waiting;
      });
    return { result, end };
  }

  /** Ends the task when its time is over; from then on the workflow lives after the contract's expiry. */
  function startTimer(stage: Turns, token: string, timedOut: () => void): void {
    stage.start({ name: `timer of ${token}`, at: justAfterExpiry }, async () => {
      const place = { label: `time-out of ${token}`, reads: [], writes: [`token/${token}`] };
      await stage.gate(place);
      if (stepFunctions.close(token)) timedOut();
    });
  }

  /** The stream's part: every inserted entry in order, again after a crash or a reported failure. */
  async function follow(stage: Turns): Promise<void> {
    for (let next = 0; ; next += 1) {
      while (dynamo.stream.length <= next)
        await stage.park<void>((resume) => dynamo.onInsert.push(resume));
      const event = { Records: [dynamo.stream[next]] } as unknown as DynamoDBStreamEvent;
      await retried(async () => {
        const { batchItemFailures } = await stage.invoke(() => built.driveWorkflow(event));
        if (batchItemFailures.length > 0) throw new Error("reported for redelivery");
      });
    }
  }

  /** The verification system repeats its callback until it hears 2xx, here four times at most. */
  async function callback(stage: Turns, result: Callback): Promise<number> {
    const { signer = 1, ...told } = result;
    // Our own callback address says whose result it is, from the second signer on.
    const query = signer === 1 ? "" : `?signer=${signer}`;
    const path = `/v1/contracts/${contractId}/callback/auth${query}`;
    const body = {
      contractId,
      authMethod: "FACE_VERIFY",
      evidenceData: { score: 0.97 },
      ...told,
    };
    let status = 0;
    for (let attempt = 1; attempt <= 4 && status !== 200; attempt += 1) {
      const peer = { ...verificationPeer, nonce: nonce() };
      status = await stage
        .invoke(() => post(built.receiveVerification, path, body, peer))
        .then(
          ({ statusCode }) => statusCode,
          () => 503,
        );
    }
    return status;
  }
}

const waitingStates = ["inviteSigner", "verifyIdentity"] as const;
type WaitingState = (typeof waitingStates)[number];

export type Callback = {
  readonly verificationId: string;
  readonly authResult: "SUCCESS" | "FAILED";
  readonly failReason?: string;
  readonly signer?: number;
};

type Handler = (event: APIGatewayProxyEvent, context: never) => Promise<{ statusCode: number }>;

/** Calls a handler as the gateway would, signed where a client is given. */
function post(
  handler: unknown,
  target: string,
  content: unknown,
  client?: { readonly clientId: string; readonly secret: string; readonly nonce: string },
) {
  const body = JSON.stringify(content);
  const timestamp = String(Date.parse(actorTime(noon)));
  const [path = "", query = ""] = target.split("?");
  const parts = { method: "POST", path, query, timestamp, body: Buffer.from(body) };
  const [, , second = "", third = ""] = path.split("/");
  const event = {
    httpMethod: "POST",
    path,
    headers: {
      "content-type": "application/json",
      ...(client
        ? {
            "x-client-id": client.clientId,
            "x-timestamp": timestamp,
            "x-nonce": client.nonce,
            "x-signature": requestSignature(client.secret, { ...parts, nonce: client.nonce }),
          }
        : {}),
    },
    multiValueQueryStringParameters: Object.fromEntries(
      [...new URLSearchParams(query)].map(([name, value]) => [name, [value]]),
    ),
    pathParameters: path.startsWith("/h5/") ? { token: second } : { contractId: third },
    body,
    isBase64Encoded: false,
    requestContext: { requestId: "trace", path, identity: { sourceIp: "192.0.2.1" } },
  };
  return (handler as Handler)(event as unknown as APIGatewayProxyEvent, {} as never);
}

let nonces = 0;
function nonce(): string {
  nonces += 1;
  return `nonce-${String(nonces).padStart(12, "0")}`;
}

async function retried(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (cause) {
      if (attempt === 10) throw cause;
    }
  }
}

/** SMS and verification system: the same key gets the same answer. */
function answerOutside({ url, headers }: HttpRequest): HttpResponse {
  const key = headers["idempotency-key"] ?? "";
  const body = url.endsWith("/v1/messages")
    ? { provider: "simulator", providerMessageId: `P-${key}` }
    : {
        // VR1, VR2… of the first signer, VRA1… of the second.
        verificationId: `VR${/-(\w\d)[FM]$/.exec(key)?.[1]?.replace("V", "")}`,
        handOffUrl: "https://verify.example/face",
        expiresAt: "2026-12-24T00:00:00.000Z",
      };
  return { status: 202, headers: {}, body: JSON.stringify(body) };
}

const signature = { signature: { typedName: "张三" } };

export const flowCreated: Draft = {
  step: "FLOW_CREATED",
  at: createdAt,
  actor: `partner:${partner.clientId}`,
  facts: {
    owner: partner.clientId,
    requestId: "REQ-1",
    fingerprint: createHash("sha256").update("request").digest("hex"),
    bizScene: "RELATION_BIND",
    userType: "PERSONAL",
    method: "FACE",
    expiresAt,
    allowExternalDelivery: false,
  },
  disclosures: { name: "张三" },
};

/** The same person as often as there are signers: it matters who acts, not who that is. */
const factsFor = (signers: number): Draft["facts"] => ({
  ...flowCreated.facts,
  ...rosterFacts(
    Array.from({ length: signers }, (_, index) => ({
      number: index + 1,
      group: 1,
      userType: "PERSONAL" as const,
      method: "FACE" as const,
    })),
  ),
});

const subject = { name: "张三", mobile: "13800138000", idNumber: "11010519491231002X" };

export const details: Details = {
  subject,
  others: [{ subject }],
  agreementType: defaultAgreementType("RELATION_BIND"),
  templateId: "T1",
  templateVersion: "1",
  fieldFingerprints: {},
  smsTemplate: smsTemplates[0]?.templateId ?? "",
};

const at = createdAt;
const visit = { ip: "192.0.2.1", userAgent: "test" };
const hash = { contentHash: "c".repeat(64), documentHash: "d".repeat(64) };

/** The commands that lead to a state, each beginning where the one before ends. */
const generated: readonly Command[] = [
  { type: "generate", at, templateId: "T1", templateVersion: "1", ...hash },
];
const invited = (signer: number): readonly Command[] => [
  {
    type: "requestSms",
    signer,
    at: "2026-11-27T12:00:00.000Z",
    purpose: "INVITE",
    templateId: "S1",
    contentHash: "5".repeat(64),
    mobile: "13800138000",
  },
  { type: "smsSent", at, signer, message: signer, provider: "simulator", providerMessageId: "P1" },
  { type: "consent", at, signer },
];
const passing = (signer: number): Command => ({
  type: "verificationResult",
  at: noon,
  signer,
  verificationId: `VR-of-${signer}`,
  method: "FACE",
  result: "SUCCESS",
  failReason: "UNKNOWN",
  source: "POLL",
  evidence: {},
});
const signing = (signer: number): Command => ({
  type: "sign",
  at,
  signer,
  signature: "{}",
  ...visit,
});
/** Invited, and not yet there. */
export const justInvited: readonly Command[] = [...generated, ...invited(1).slice(0, 2)];
export const readyToSign: readonly Command[] = [...generated, ...invited(1)];
export const signed: readonly Command[] = [...readyToSign, signing(1)];
export const challengeRequested: readonly Command[] = [
  ...signed,
  { type: "requestChallenge", at, signer: 1 },
];
/** Both of two signers have signed; neither is verified. */
export const bothSigned: readonly Command[] = [...signed, ...invited(2), signing(2)];
export const bothAsked: readonly Command[] = [
  ...bothSigned,
  { type: "requestChallenge", at, signer: 1 },
  { type: "requestChallenge", at, signer: 2 },
];
/** The second has yet to sign; the first is through with that, and asked for. */
export const oneSigned: readonly Command[] = [...challengeRequested, ...invited(2)];
