import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import {
  awsJson,
  type JsonInput,
  localAccount,
  localRegion,
  optionalText,
  text,
} from "../aws-json.ts";
import type { LocalClock } from "../clock.ts";
import type { LocalService } from "../service.ts";
import { type Deliver, openDeliveries, type RetryPolicy } from "./deliveries.ts";
import { compilePattern, type EventPattern } from "./event-pattern.ts";

/** One rule of the template. */
export type Rule = {
  readonly name: string;
  readonly bus: string;
  readonly pattern: EventPattern;
  readonly targets: readonly (RetryPolicy & { readonly arn: string })[];
};

/** What a publisher says; the bus adds id, time and account. */
type Announcement = {
  readonly source: string;
  readonly "detail-type": string;
  readonly resources: readonly string[];
  readonly detail: unknown;
};

export type LocalEventBridge = LocalService & {
  /** Publishes on the default bus, as AWS itself does; durable when it returns. */
  publish(announcement: Announcement): void;
  /** Takes the rules and begins to deliver, first what an earlier run left. */
  start(rules: readonly Rule[], deliver: Deliver): void;
};

/** PutEvents quotas. */
const entryLimit = 10;
const detailLimitBytes = 256 * 1024;
const defaultBus = "default";

/** EventBridge for one machine: pattern rules on any number of buses, delivered at least once. */
export function localEventBridge({
  directory,
  clock,
}: {
  readonly directory: string;
  readonly clock: LocalClock;
}): LocalEventBridge {
  const deliveries = openDeliveries(directory, clock);
  let rules: (Rule & { readonly matches: (event: unknown) => boolean })[] = [];

  function accept(bus: string, announcement: Announcement): string {
    const event = {
      version: "0",
      id: randomUUID(),
      ...announcement,
      account: localAccount,
      // EventBridge gives whole seconds.
      time: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z"),
      region: localRegion,
    };
    const matching = rules.filter((rule) => rule.bus === bus && rule.matches(event));
    const parcels = matching.flatMap(({ name, targets }) =>
      targets.map(({ arn }) => ({ rule: name, targetArn: arn, event: JSON.stringify(event) })),
    );
    if (parcels.length > 0) deliveries.add(parcels);
    return event.id;
  }

  function putEntry(entry: JsonInput): object {
    try {
      const bus = optionalText(entry, "EventBusName")?.split("/").at(-1) ?? defaultBus;
      return { EventId: accept(bus, announcementOf(entry)) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { ErrorCode: error.code, ErrorMessage: error.message };
    }
  }

  return {
    handle: awsJson("AWSEvents", {
      PutEvents(input) {
        const entries = (input.Entries ?? []) as JsonInput[];
        if (entries.length < 1 || entries.length > entryLimit) {
          throw new AwsError("ValidationException", `PutEvents takes 1 to ${entryLimit} entries`);
        }
        const Entries = entries.map(putEntry);
        const failed = Entries.filter((entry) => "ErrorCode" in entry);
        return { Entries, FailedEntryCount: failed.length };
      },
    }),
    publish: (announcement) => void accept(defaultBus, announcement),
    start(given, deliver) {
      rules = given.map((rule) => ({ ...rule, matches: compilePattern(rule.pattern) }));
      deliveries.start(deliver, ({ rule, targetArn }) => {
        const targets = rules.find(({ name }) => name === rule)?.targets ?? [];
        return targets.find(({ arn }) => arn === targetArn) ?? { retries: 0 };
      });
    },
    close: () => deliveries.close(),
  };
}

function announcementOf(entry: JsonInput): Announcement {
  const detail = text(entry, "Detail");
  if (Buffer.byteLength(detail) > detailLimitBytes) {
    throw new AwsError("ValidationException", `Detail exceeds ${detailLimitBytes} bytes`);
  }
  return {
    source: text(entry, "Source"),
    "detail-type": text(entry, "DetailType"),
    resources: (entry.Resources ?? []) as string[],
    detail: parseDetail(detail),
  };
}

function parseDetail(detail: string): unknown {
  try {
    const parsed: unknown = JSON.parse(detail);
    if (typeof parsed === "object" && parsed !== null) return parsed;
  } catch {
    // Not JSON and JSON that is no object get the same answer, below.
  }
  throw new AwsError("MalformedDetail", "Detail is malformed.");
}
