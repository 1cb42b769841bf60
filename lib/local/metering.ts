import type { FunctionSettings } from "./lambda/lambda.ts";
import type { LocalService, ServiceResponse } from "./service.ts";

/** What AWS bills of calls besides their number. Absent: nothing of the kind was used. */
export type Usage = {
  /** DynamoDB's units, its indexes and the doubling in transactions included. */
  readonly readUnits?: number;
  readonly writeUnits?: number;
  /** Entries that an event bus took. */
  readonly events?: number;
};

/** One function's invocations since the start, as Lambda and SQS bill them. */
export type InvocationCount = {
  readonly functionName: string;
  readonly memoryMb: number;
  readonly count: number;
  /** Milliseconds from request to result. */
  readonly ms: number;
  /** Processor time of the function's own thread. */
  readonly cpuMs: number;
  /** Messages of queues among what it was given. */
  readonly messages: number;
};

const reads = /^(GetItem|Query|Scan|BatchGetItem|TransactGetItems)$/;
const writes = /^(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/;

export const isTableWrite = (operation: string): boolean => writes.test(operation);

/**
 * Has DynamoDB tell what each call consumed. The caller then sees `ConsumedCapacity`, which on AWS only
 * those see who asked; a refused call tells nothing, though AWS bills the write that its condition stopped.
 */
export function tellingCapacity(dynamo: LocalService): LocalService {
  return {
    ...dynamo,
    handle(request) {
      const operation = (request.headers["x-amz-target"] ?? "").split(".").at(-1) ?? "";
      if (!reads.test(operation) && !writes.test(operation)) return dynamo.handle(request);
      const input = parsed(request.body);
      if (input === undefined) return dynamo.handle(request);
      const asking = { ReturnConsumedCapacity: "TOTAL", ...input };
      return dynamo.handle({ ...request, body: Buffer.from(JSON.stringify(asking)) });
    },
  };
}

/** What an answered call used, as its answer tells. */
export function usageOf(
  { service, operation }: { readonly service: string; readonly operation: string },
  { status, body }: ServiceResponse,
): Usage {
  if (status !== 200) return {};
  if (service === "events" && operation === "PutEvents") {
    const { Entries = [] } = (parsed(body) ?? {}) as { Entries?: { EventId?: string }[] };
    return { events: Entries.filter(({ EventId }) => EventId !== undefined).length };
  }
  if (service !== "dynamodb") return {};
  if (reads.test(operation)) return { readUnits: capacityIn(body) };
  return isTableWrite(operation) ? { writeUnits: capacityIn(body) } : {};
}

type Capacity = { readonly CapacityUnits?: number };

/** One table's capacity, or that of each table of a batch or transaction. */
function capacityIn(body: ServiceResponse["body"]): number {
  const { ConsumedCapacity = [] } = (parsed(body) ?? {}) as {
    ConsumedCapacity?: Capacity | Capacity[];
  };
  return [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}

/** `counted` with every amount of `more` added to it. */
export function plus<Counted extends object>(counted: Counted, more: Partial<Counted>): Counted {
  const sums = { ...counted } as Record<string, unknown>;
  for (const [name, amount] of Object.entries(more))
    if (typeof amount === "number") sums[name] = Number(sums[name] ?? 0) + amount;
  return sums as Counted;
}

export function invocationMeter() {
  const counts = new Map<string, InvocationCount>();
  return {
    add(
      { name: functionName, memoryMb }: FunctionSettings,
      event: unknown,
      time: { readonly ms: number; readonly cpuMs: number },
    ): void {
      const none = { functionName, memoryMb, count: 0, ms: 0, cpuMs: 0, messages: 0 };
      const before = counts.get(functionName) ?? none;
      counts.set(functionName, plus(before, { count: 1, messages: messagesIn(event), ...time }));
    },
    counts: (): InvocationCount[] => [...counts.values()],
  };
}

function messagesIn(event: unknown): number {
  const { Records = [] } = (event ?? {}) as { Records?: { eventSource?: string }[] };
  if (!Array.isArray(Records)) return 0;
  return Records.filter(({ eventSource }) => eventSource === "aws:sqs").length;
}

/** A body that is no JSON object is the service's to refuse. */
function parsed(body: string | Buffer | undefined): object | undefined {
  try {
    const value: unknown = JSON.parse(String(body));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
