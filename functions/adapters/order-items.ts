import { clearingKey, type Order } from "../domain/transaction.ts";

/**
 * The rows of `transaction_order` as they lie in DynamoDB: the twelve columns of T-06, the version every
 * write is conditional on, and what no column names in `state`.
 */

/** A new row. `bizData` is the request as it came, on the order itself and not on a batch's parts. */
export function newOrderItem(order: Order, bizData: string | undefined): Record<string, unknown> {
  return {
    id: order.orderNo,
    part: order.part,
    transaction_order_no: clearingKey(order),
    request_id: order.requestId,
    app_id: order.owner,
    biz_type: order.bizType,
    biz_data: bizData,
    created_time: order.createdAt,
    ...columnsOf(order),
  };
}

/** The update that turns `before` into `after`; the request stays as it was written. */
export function changeOrder(before: Order, after: Order) {
  const columns = Object.entries(columnsOf(after));
  const set = columns.filter(([, value]) => value !== undefined);
  const gone = columns.filter(([, value]) => value === undefined);
  const remove = gone.length > 0 ? ` REMOVE ${gone.map(([name]) => `#${name}`).join(", ")}` : "";
  return {
    Key: { id: before.orderNo, part: before.part },
    UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(", ")}${remove}`,
    // T-08 at the store itself: whatever the code above believes, a final status never changes.
    ConditionExpression: "#version = :before AND NOT #status IN (:success, :failed)",
    ExpressionAttributeNames: Object.fromEntries(columns.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
      ":before": before.length,
      ":success": "SUCCESS",
      ":failed": "FAILED",
    },
  };
}

export function orderFromItem(item: Record<string, unknown>): Order {
  return {
    ...JSON.parse(String(item.rest)),
    orderNo: item.id,
    part: item.part,
    requestId: item.request_id,
    owner: item.app_id,
    bizType: item.biz_type,
    createdAt: item.created_time,
    updatedAt: item.updated_time,
    length: item.version,
  } as Order;
}

/** What changes with a write; undefined removes the attribute. */
function columnsOf(order: Order): Record<string, unknown> {
  const { state } = order;
  const { orderNo, part, requestId, owner, bizType, createdAt, updatedAt, length, ...rest } = order;
  return {
    status: state.status,
    clearing_order_no: state.status === "SUCCESS" ? state.clearingOrderNo : undefined,
    error_code: state.status === "FAILED" ? state.errorCode : undefined,
    error_message: state.status === "FAILED" ? state.errorMessage : undefined,
    updated_time: updatedAt,
    version: length,
    // The sparse index of operations: a row is in it exactly while it waits for a person.
    queue: state.status === "FORWARDED" && state.parkedAt !== undefined ? "MANUAL" : undefined,
    rest: JSON.stringify(rest),
  };
}
