import { orderStore } from "../adapters/order-store.ts";
import { platformKeys } from "../adapters/platform-keys.ts";
import { assemblePartners } from "../assemble.ts";
import { orderView, queryAnswer, wordTransactionProblem } from "../dialects/transaction.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `GET /api/v1/transaction/query/{requestId}` (T-04): the caller's own order, by the id it gave it (K37). */
export function build(world: World) {
  const env = readEnvironment(
    world,
    "TRANSACTION_ORDER_TABLE",
    "EVIDENCE_CHAIN_TABLE",
    "PLATFORM_SECRET_ID",
  );
  const orders = orderStore(world, {
    orders: env.TRANSACTION_ORDER_TABLE,
    chain: env.EVIDENCE_CHAIN_TABLE,
  });
  const keys = platformKeys(world, env.PLATFORM_SECRET_ID);
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordTransactionProblem, async (call) => {
    const partner = await verifyPartner(call);
    const requestId = call.parameters.requestId ?? "";
    const order = await orders.read(await keys.orderNo(partner.clientId, requestId));
    if (order === undefined)
      throw new Problem("NOT_FOUND", "you have sent no transaction with this requestId");
    const parts = order.bizType === "BATCH_PAY" ? await orders.parts(order.orderNo) : [];
    return { status: 200, body: queryAnswer(orderView(order, parts)) };
  });
}

export const handler = lambda(build);
