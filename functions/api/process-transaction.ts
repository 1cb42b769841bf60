import { partnerDirectory } from "../adapters/partners.ts";
import { platformKeys } from "../adapters/platform-keys.ts";
import { sameSignature, transactionSignature } from "../adapters/request-signature.ts";
import { assembleIntake } from "../assemble.ts";
import {
  errorCodeOf,
  orderView,
  processAnswer,
  wordTransactionProblem,
} from "../dialects/transaction.ts";
import {
  type Envelope,
  readEnvelope,
  readInstruction,
  signedText,
} from "../dialects/transaction-request.ts";
import { type OrderRequest, refuseOrder } from "../domain/decide-transaction.ts";
import { plusSeconds } from "../domain/drafts.ts";
import { hashJson } from "../domain/evidence.ts";
import { Problem } from "../domain/problem.ts";
import { type Instruction, intakeFigures, isFinal, type Order } from "../domain/transaction.ts";
import { readEnvironment } from "../environment.ts";
import { type Answer, type HttpCall, httpLambda, readJson } from "../http.ts";
import { orderTaker } from "../intake/take-order.ts";
import { lambda, type World } from "../world.ts";

/** `POST /api/v1/transaction/process` (T-01): taken in once, executed now if clearing answers in time (K38). */
export function build(world: World) {
  const env = readEnvironment(world, "PARTNERS_SECRET_ID", "PLATFORM_SECRET_ID");
  const { orders, breaker, clear, clearBatch, accountCode, ...rest } = assembleIntake(world);
  const take = orderTaker(world, { orders, ...rest });
  const find = partnerDirectory(world, env.PARTNERS_SECRET_ID);
  const keys = platformKeys(world, env.PLATFORM_SECRET_ID);

  return httpLambda(world, wordTransactionProblem, async (call) => {
    const envelope = await authenticated(call);
    const { requestId, appId: owner, bizType, bizData } = envelope;
    const request = {
      orderNo: await keys.orderNo(owner, requestId),
      owner,
      requestId,
      fingerprint: await keys.fingerprint(hashJson([bizType ?? null, bizData ?? null])),
    };
    const earlier = await orders.read(request.orderNo);
    if (earlier !== undefined) return repeated(call, request, earlier, envelope);
    const until = new Date(Date.parse(world.now()) + intakeFigures.inlineMs).toISOString();
    const { order, isNew, instruction } = await takeOrRefuse(request, envelope);
    if (!isNew) return repeated(call, request, order, envelope);
    if (instruction === undefined) return processAnswer(orderView(order));
    return answer(await forward(order, instruction, until));
  });

  /** Steps 1 and 2 of T. Nobody's requestId is used up before its owner has proven itself (K36). */
  async function authenticated(call: HttpCall): Promise<Envelope> {
    let claimed: Partial<Envelope> = {};
    try {
      const envelope = readEnvelope(readJson(call));
      claimed = envelope;
      const partner = await find(envelope.appId);
      if (partner === undefined || !partner.dialects.includes("T"))
        throw new Problem("CLIENT_UNKNOWN", "appId is not known; operations registers it");
      const { signature, signType, timestamp } = envelope;
      const text = signedText(envelope);
      const matches = partner.secrets.map((secret) =>
        sameSignature(transactionSignature(secret, text, signType), signature),
      );
      if (!matches.includes(true))
        throw new Problem(
          "SIGNATURE_INVALID",
          "signature is not valid: lowercase hex HMAC over appId, requestId, timestamp, bizType and the hex SHA-256 of the canonical bizData (RFC 8785), one a line",
        );
      if (Math.abs(Date.parse(world.now()) - timestamp) > intakeFigures.timestampWindowMs)
        throw new Problem("TIMESTAMP_INVALID", "timestamp is more than 5 minutes off (ms)");
      return envelope;
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      await reject(cause, claimed);
      throw cause;
    }
  }

  /** T-22 and T-39 for requests that nobody stands behind: on record for operations, and nothing else. */
  async function reject(problem: Problem, claimed: Partial<Envelope>): Promise<void> {
    const id = `REJECTED#${world.randomBytes(16).toString("hex")}`;
    const errorCode = errorCodeOf(problem.code);
    if (problem.code === "SIGNATURE_INVALID") world.count("SignatureRefused");
    world.log("warn", "transaction rejected before it was authenticated", { id, errorCode });
    await orders.reject({
      id,
      at: world.now(),
      errorCode,
      claimedAppId: claimed.appId,
      claimedRequestId: claimed.requestId,
    });
  }

  async function takeOrRefuse(
    request: OrderRequest,
    { bizType, bizData }: Envelope,
  ): Promise<{ order: Order; isNew: boolean; instruction?: Instruction }> {
    const text = JSON.stringify(bizData ?? null);
    try {
      const instruction = readInstruction({ bizType, bizData }, accountCode);
      // A batch is always forwarded: its parts wait for clearing one by one.
      const forward = bizType === "BATCH_PAY" || (await breaker.ask()).allowed;
      return { ...(await take(request, instruction, { bizData: text, forward })), instruction };
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      const { orderNo: transactionOrderNo, requestId } = request;
      const errorCode = errorCodeOf(cause.code);
      world.log("warn", "transaction refused", { requestId, transactionOrderNo, errorCode });
      const draft = refuseOrder(request, world.now(), {
        bizType: typeof bizType === "string" ? bizType.slice(0, 32) : "",
        errorCode,
        errorMessage: cause.message.slice(0, 2048),
        errors: cause.fields,
      });
      const taken = await orders.create(draft, text);
      if ("exceeded" in taken) throw cause;
      return taken;
    }
  }

  async function forward(order: Order, instruction: Instruction, until: string): Promise<Order> {
    const patience = { until, backoffMs: intakeFigures.inlineBackoffMs };
    const cleared =
      order.bizType === "BATCH_PAY"
        ? await clearBatch(order, instruction.receivers, patience)
        : await clear(order, patience, order.state.status === "FORWARDED");
    return cleared.order;
  }

  /** Steps 3 of T, K07 to K09: the same request hears the same result, another one under its id a conflict. */
  async function repeated(
    call: HttpCall,
    request: OrderRequest,
    found: Order,
    envelope: Envelope,
  ): Promise<Answer> {
    const replayed = { "idempotent-replayed": "true" };
    const same = found.fingerprint === request.fingerprint;
    const order = same ? await resultOf(found) : found;
    const { status, body } = await answer(order);
    if (!same) {
      const fields = await differences(order, envelope);
      const code = isFinal(order) ? "IDEMPOTENCY_CONFLICT" : "REQUEST_PROCESSING";
      const message = `requestId was used with another body; use a new requestId (different: ${fields.map(({ field }) => field).join(", ")})`;
      throw new Problem(code, message, { fields, data: body.data });
    }
    // A caller who sends the standard header expects a replay, whatever state it meets (K07).
    if (isFinal(order) || call.headers["idempotency-key"] !== undefined)
      return { status, headers: replayed, body };
    const message = "the first request with this requestId is being processed; query it later";
    throw new Problem("REQUEST_PROCESSING", message, { data: body.data });
  }

  /** The result, for which a duplicate waits as long as the first request does. */
  async function resultOf(found: Order): Promise<Order> {
    let order = found;
    const { duplicateWaitMs, duplicatePollMs } = intakeFigures;
    const until = plusSeconds(world.now(), duplicateWaitMs / 1000);
    for (let waitedMs = 0; waitedMs < duplicateWaitMs; waitedMs += duplicatePollMs) {
      // An order that is old by now is with the queue: nobody waits for it.
      const young = plusSeconds(order.createdAt, intakeFigures.inlineMs / 1000) > world.now();
      if (isFinal(order) || !young || world.now() >= until) return order;
      await world.sleep(duplicatePollMs);
      order = (await orders.read(order.orderNo)) ?? order;
    }
    return order;
  }

  async function answer(order: Order) {
    const parts = order.bizType === "BATCH_PAY" ? await orders.parts(order.orderNo) : [];
    return processAnswer(orderView(order, parts));
  }

  /** K08: names the fields that differ, never their values. */
  async function differences(order: Order, { bizType, bizData }: Envelope) {
    const before = await orders.readBizData(order.orderNo);
    const names = new Set([...keysOf(before), ...keysOf(bizData)]);
    const fieldOf = (data: unknown, name: string): string =>
      hashJson((data as Record<string, unknown> | null)?.[name] ?? null);
    const fields = [...names]
      .filter((name) => fieldOf(before, name) !== fieldOf(bizData, name))
      .map((name) => `bizData.${name}`);
    if (order.bizType !== bizType) fields.unshift("bizType");
    const message = "differs from the first request with this requestId";
    return fields.map((field) => ({ field, message }));
  }
}

const keysOf = (data: unknown): string[] =>
  typeof data === "object" && data !== null ? Object.keys(data) : [];

export const handler = lambda(build);
