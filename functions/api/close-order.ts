import { assembleIntake, assemblePartners } from "../assemble.ts";
import { parkedView, wordTransactionProblem } from "../dialects/transaction.ts";
import { readResolution } from "../dialects/transaction-request.ts";
import { Problem } from "../domain/problem.ts";
import { httpLambda, readJson } from "../http.ts";
import { orderResolver } from "../intake/resolve-order.ts";
import { requireScope } from "../require-scope.ts";
import { lambda, type World } from "../world.ts";

/** `POST /v1/operations/orders/{transactionOrderNo}/close`: an operator's decision about a parked movement (K39). */
export function build(world: World) {
  const resolve = orderResolver(world, assembleIntake(world));
  const verifyPartner = assemblePartners(world);

  return httpLambda(world, wordTransactionProblem, async (call) => {
    requireScope(await verifyPartner(call), "operations");
    const resolution = readResolution(readJson(call));
    const key = call.parameters.transactionOrderNo ?? "";
    const outcome = await resolve(key, resolution);
    if (outcome === undefined) throw new Problem("NOT_FOUND", `there is no order ${key}`);
    if ("refused" in outcome) throw new Problem("STATE_CONFLICT", outcome.refused);
    const data = parkedView(outcome.order);
    return { status: 200, body: { code: "SUCCESS", message: "closed with your reason", data } };
  });
}

export const handler = lambda(build);
