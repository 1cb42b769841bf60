import type { Authorizations } from "../adapters/authorizations.ts";
import type { OrderStore } from "../adapters/order-store.ts";
import { type Authorization, poolingLimit } from "../domain/authorization.ts";
import { acceptOrder, type OrderRequest } from "../domain/decide-transaction.ts";
import { formatAmount } from "../domain/money.ts";
import { Problem } from "../domain/problem.ts";
import type { Allowance, Instruction, Mandate, Order } from "../domain/transaction.ts";
import type { World } from "../world.ts";

/** What an instruction may rely on. */
type Cover = { readonly mandates: readonly Mandate[]; readonly allowance?: Allowance | undefined };

/** Receivers are looked up in groups: hundreds of lookups at once would starve the other requests. */
const lookupsAtOnce = 25;

/**
 * Takes an instruction in if a live authorisation covers it (K42), and puts the order with its first entry.
 * Throws Problem when it may not be executed; nothing was written then.
 */
export function orderTaker(
  world: World,
  { orders, authorizations }: { orders: OrderStore; authorizations: Authorizations },
) {
  return async (
    request: OrderRequest,
    instruction: Instruction,
    more: { readonly bizData: string; readonly forward: boolean },
  ): Promise<{ readonly order: Order; readonly isNew: boolean }> => {
    const at = world.now();
    const cover = await coverOf(instruction, at);
    const draft = acceptOrder(request, instruction, { at, forward: more.forward, ...cover });
    const taken = await orders.create(draft, more.bizData);
    if (!("exceeded" in taken)) return taken;
    const { collectedFen, sourceAmountFen } = taken.exceeded;
    const { allowance } = cover;
    if (allowance === undefined)
      throw new Error(`${request.orderNo} exceeds an allowance it has not`);
    throw sourceAmountFen !== allowance.sourceAmountFen
      ? new Problem("PARAM_INVALID", "bizData.extInfo.sourceOrderAmount differs from before", {
          fields: [
            {
              field: "bizData.extInfo.sourceOrderAmount",
              message: "differs from an earlier collection of the same source order",
            },
          ],
        })
      : exceeded(allowance, collectedFen);
  };

  async function coverOf(instruction: Instruction, at: string): Promise<Cover> {
    const { bizType, payerAccountNo, receivers } = instruction;
    switch (bizType) {
      case "SPLIT":
        return { mandates: [] };
      case "COLLECTION": {
        const [receiver] = receivers;
        const found = await authorizations.find(
          "POOLING_AUTH",
          payerAccountNo,
          receiver?.accountNo,
          at,
        );
        if (found === undefined)
          throw missing([
            `no live POOLING_AUTH contract lets ${receiver?.accountNo} collect from ${payerAccountNo}`,
          ]);
        return { mandates: [mandateOf(found)], allowance: allowanceOf(found, instruction) };
      }
      case "BATCH_PAY":
        return { mandates: [await payerMandate(instruction, at)] };
      default:
        return bizType satisfies never;
    }
  }

  /** The payer opened payouts, and every receiver is bound to it; all that are not are named at once. */
  async function payerMandate(
    { payerAccountNo, receivers }: Instruction,
    at: string,
  ): Promise<Mandate> {
    const opened = await authorizations.find("OPEN_PAYMENT", payerAccountNo, undefined, at);
    const faults = opened ? [] : [`no live OPEN_PAYMENT contract lets ${payerAccountNo} pay`];
    for (let from = 0; from < receivers.length; from += lookupsAtOnce) {
      const group = receivers.slice(from, from + lookupsAtOnce);
      const found = await Promise.all(
        group.map(({ accountNo }) =>
          authorizations.find("RELATION_BIND", payerAccountNo, accountNo, at),
        ),
      );
      for (const [index, { accountNo }] of group.entries())
        if (found[index] === undefined)
          faults.push(`no live RELATION_BIND contract binds ${accountNo} to ${payerAccountNo}`);
    }
    if (opened === undefined || faults.length > 0) throw missing(faults);
    return mandateOf(opened);
  }
}

const mandateOf = ({ contractId, root }: Authorization): Mandate => ({ contractId, root });

/** What one source order allows to be collected: the ratio that the store signed for (订单归集最高比例). */
function allowanceOf(found: Authorization, instruction: Instruction): Allowance | undefined {
  const { maxRatioBasisPoints, contractId } = found;
  const { sourceOrder, amountFen } = instruction;
  if (maxRatioBasisPoints === undefined) return undefined;
  if (sourceOrder === undefined) {
    const message = "is required: the authorisation limits what may be collected of one order";
    const fields = ["sourceOrderNo", "sourceOrderAmount"].map((name) => ({
      field: `bizData.extInfo.${name}`,
      message,
    }));
    throw new Problem("PARAM_MISSING", `bizData.extInfo.sourceOrderNo ${message}`, { fields });
  }
  const allowance = {
    contractId,
    sourceOrderNo: sourceOrder.orderNo,
    sourceAmountFen: sourceOrder.amountFen,
    limitFen: poolingLimit(sourceOrder.amountFen, maxRatioBasisPoints),
  };
  if (amountFen > allowance.limitFen) throw exceeded(allowance, 0);
  return allowance;
}

function exceeded({ limitFen, sourceOrderNo }: Allowance, collectedFen: number): Problem {
  const left = formatAmount((limitFen - collectedFen) as typeof limitFen);
  return new Problem(
    "AUTHORIZATION_EXCEEDED",
    `the authorisation lets at most ${formatAmount(limitFen)} be collected of order ${sourceOrderNo}; ${left} is left`,
    { data: { limit: formatAmount(limitFen), left } },
  );
}

/** More than this would not be read; the first ones show what to do. */
const faultsShown = 20;

const missing = (faults: readonly string[]): Problem =>
  new Problem(
    "AUTHORIZATION_REQUIRED",
    `${faults.slice(0, faultsShown).join("; ")}${faults.length > faultsShown ? ` and ${faults.length - faultsShown} more` : ""}; have it signed first`,
  );
