import { orderStore } from "../adapters/order-store.ts";
import { assemblePartners } from "../assemble.ts";
import { parkedView, wordTransactionProblem } from "../dialects/transaction.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { requireScope } from "../require-scope.ts";
import { lambda, type World } from "../world.ts";

/** `GET /v1/operations/orders`: the manual queue, oldest first, a page at a time (K39). */
export function build(world: World) {
  const env = readEnvironment(world, "TRANSACTION_ORDER_TABLE", "EVIDENCE_CHAIN_TABLE");
  const orders = orderStore(world, {
    orders: env.TRANSACTION_ORDER_TABLE,
    chain: env.EVIDENCE_CHAIN_TABLE,
  });
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordTransactionProblem, async (call) => {
    requireScope(await verifyPartner(call), "operations");
    const page = await orders.parked(new URLSearchParams(call.query).get("after") ?? undefined);
    const data = { orders: page.orders.map(parkedView), next: page.next ?? null };
    return {
      status: 200,
      body: { code: "SUCCESS", message: "orders that wait for a person", data },
    };
  });
}

export const handler = lambda(build);
