import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { Problem } from "../domain/problem.ts";
import { seededTemplates } from "../domain/seeded-templates.ts";
import type { Template, TemplateCategory, TemplateDraft } from "../domain/template.ts";
import {
  decideSave,
  type Places,
  refuseWithdrawal,
  underPlaces,
} from "../domain/template-change.ts";
import { combinationFaults, soundnessFaults } from "../domain/template-lint.ts";
import type { World } from "../world.ts";
import {
  chosenPlaces,
  holderOf,
  holderText,
  isVersion,
  keyOf,
  type Named,
  placeKey,
  placePartition,
  summaryFromItem,
  type TemplateSummary,
  templateFromItem,
} from "./template-items.ts";
import { moveTo, putIdentity, putPlace, putVersion, type Write } from "./template-writes.ts";

/** An activation reaches every function within this; a look at the table for each start would cost more. */
const cacheMs = 30_000;
/** Versions of one id, versions of one category, places: more is a fault of whoever writes them. */
const longestList = 500;
/** Somebody who edits the same template at the same moment moves it at most so often. */
const saveRounds = 3;

type Item = Record<string, unknown>;

/**
 * Templates over the table `template` (C-27, C-28, D-19), with the seeded set as the layer below: a seeded version
 * is active in its place until a stored one takes it. Released versions never change, so they are kept for good.
 */
export function templateStore(world: World, table: string) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws));
  const released = new Map<string, Template>();
  let chosen: { readonly templates: readonly Template[]; readonly until: number } | undefined;

  return {
    /**
     * The active templates that contracts are chosen by, as of at most 30 s ago. A set that does not lint is
     * counted, for an alarm, and still used: what it lacks is refused where it is asked for (B-32).
     */
    async active(): Promise<readonly Template[]> {
      const at = Date.parse(world.now());
      if (chosen && at < chosen.until) return chosen.templates;
      const places = await readPlaces(chosenPlaces);
      const templates = seededTemplates
        .filter(({ state }) => state === "ACTIVE")
        .map((template) => underPlaces(template, places))
        .filter(({ state }) => state === "ACTIVE");
      for (const holder of places.values()) {
        if (templates.some((one) => isSame(one, holder))) continue;
        const { templateId, version } = holder;
        templates.push({ ...(await this.pinned(templateId, version)), state: "ACTIVE" });
      }
      // The seeded texts were linted when they were deployed; doing it again would cost each cold start 30 ms.
      const stored = templates.filter((one) => !isSeeded(one));
      const faults = [...combinationFaults(templates), ...stored.flatMap(soundnessFaults)];
      if (faults.length > 0) {
        world.log("error", "the active templates do not lint", { faults });
        world.count("TemplateFault");
      }
      chosen = { templates, until: at + cacheMs };
      return templates;
    },

    /** Exactly the version a contract was made with. Throws when it is gone: nobody may delete one. */
    async pinned(templateId: string, version: string): Promise<Template> {
      const seeded = seededTemplates.find((one) => isSame(one, { templateId, version }));
      if (seeded !== undefined) return seeded;
      const name = `${templateId}#${version}`;
      const known = released.get(name);
      if (known !== undefined) return known;
      const Item = await readItem(keyOf({ templateId, version }));
      if (Item === undefined) throw new Error(`template ${templateId} version ${version} is gone`);
      const template = templateFromItem(Item);
      if (template.state !== "DRAFT" && released.size < longestList) released.set(name, template);
      return template;
    },

    /** Every version of an id in the order they were made, as they stand now. */
    async versions(templateId: string): Promise<readonly Template[]> {
      const stored = (await query({ partition: templateId }))
        .filter(isVersion)
        .map(templateFromItem);
      const seeds = seededTemplates.filter((one) => one.templateId === templateId);
      const [seed] = seeds;
      const places: Places = seed ? await readPlaces(placePartition(seed)) : new Map();
      return inOrder([...seeds.map((one) => underPlaces(one, places)), ...stored]);
    },

    /** Every version of a category without its text (C-28). */
    async list(category: TemplateCategory): Promise<readonly TemplateSummary[]> {
      const places = await readPlaces(chosenPlaces);
      const seeds = seededTemplates
        .filter((one) => one.category === category)
        .map((one) => underPlaces(one, places));
      return inOrder([...seeds, ...(await query({ category })).map(summaryFromItem)]);
    },

    /**
     * Adds a version, or finds it (C-12, idempotent); `active` also gives it its place, and the version that
     * held it retires in the same transaction. Throws Problem when the version is released with another content.
     */
    async save(draft: TemplateDraft, active: boolean, by: string): Promise<Template> {
      for (let round = 0; round < saveRounds; round += 1) {
        const { write, existing } = decideSave(await this.versions(draft.templateId), draft);
        if (existing?.state === "ACTIVE" && !active) refuseWithdrawal(existing);
        if (!write && existing && (!active || existing.state === "ACTIVE")) return existing;
        const at = world.now();
        const template: Template = {
          ...draft,
          state: active ? "ACTIVE" : "DRAFT",
          createdBy: existing?.createdBy ?? by,
          createdAt: existing?.createdAt ?? at,
          updatedBy: by,
          updatedAt: at,
        };
        const writes = [
          ...(write ? [putVersion(table, template, existing), putIdentity(table, template)] : []),
          ...(active ? await takePlace(template, write ? undefined : existing) : []),
        ];
        if (await transact(writes)) return template;
      }
      throw moved(draft);
    },

    /** Gives a version its place; repeated, it changes nothing. Also the way back to an older one. */
    async activate(templateId: string, version: string, by: string): Promise<Template> {
      for (let round = 0; round < saveRounds; round += 1) {
        const versions = await this.versions(templateId);
        const existing = versions.find((one) => one.version === version);
        if (existing === undefined) throw unknownTemplate(templateId);
        if (existing.state === "ACTIVE") return existing;
        const template: Template = {
          ...existing,
          state: "ACTIVE",
          updatedBy: by,
          updatedAt: world.now(),
        };
        if (await transact(await takePlace(template, existing))) return template;
      }
      throw moved({ templateId, version });
    },
  };

  async function takePlace(template: Template, stored: Template | undefined): Promise<Write[]> {
    const place = await readItem(placeKey(template));
    const before = place && holderOf(place);
    const moved = [
      ...(stored && !isSeeded(stored) ? [moveTo(table, template, stored, "ACTIVE")] : []),
      ...(before && !isSame(before, template) && !isSeeded(before)
        ? [moveTo(table, template, before, "RETIRED")]
        : []),
    ];
    return [putPlace(table, template, before), ...moved];
  }

  /** False when somebody else wrote first: then read and decide again. */
  async function transact(TransactItems: Write[]): Promise<boolean> {
    try {
      await dynamo.send(new TransactWriteCommand({ TransactItems }));
      chosen = undefined;
      return true;
    } catch (cause) {
      if (isConflict(cause)) return false;
      throw cause;
    }
  }

  async function readPlaces(partition: string): Promise<Places> {
    const items = await query({ partition });
    return new Map(items.map((item) => [String(item.version), holderOf(item)]));
  }

  async function readItem(Key: Item): Promise<Item | undefined> {
    const get = new GetCommand({ TableName: table, Key, ConsistentRead: true });
    return (await dynamo.send(get)).Item;
  }

  async function query(
    by: { readonly partition: string } | { readonly category: string },
  ): Promise<Item[]> {
    const items: Item[] = [];
    let from: Item | undefined;
    do {
      const page = await dynamo.send(
        new QueryCommand({
          TableName: table,
          ...("category" in by
            ? {
                IndexName: "category",
                KeyConditionExpression: "category = :of",
                ExpressionAttributeValues: { ":of": by.category },
              }
            : {
                KeyConditionExpression: "template_id = :of",
                ExpressionAttributeValues: { ":of": by.partition },
                ConsistentRead: true,
              }),
          ExclusiveStartKey: from,
        }),
      );
      items.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from !== undefined && items.length < longestList);
    return items;
  }
}

export type TemplateStore = ReturnType<typeof templateStore>;

const isSame = (a: Named, b: Named): boolean =>
  a.templateId === b.templateId && a.version === b.version;
const isSeeded = (named: Named): boolean => seededTemplates.some((one) => isSame(one, named));

const isConflict = (cause: unknown): boolean =>
  cause instanceof TransactionCanceledException &&
  (cause.CancellationReasons ?? []).some(
    ({ Code }) => Code === "ConditionalCheckFailed" || Code === "TransactionConflict",
  );

const inOrder = <T extends TemplateSummary>(templates: readonly T[]): T[] =>
  templates.toSorted(
    (a, b) => compare(a.createdAt, b.createdAt) || compare(holderText(a), holderText(b)),
  );
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

export function unknownTemplate(templateId: string): Problem {
  const message = `there is no such version of template ${templateId}; list what there is with GET /api/v1/template`;
  return new Problem("NOT_FOUND", message);
}

const moved = ({ templateId }: Named): Problem =>
  new Problem(
    "STATE_CONFLICT",
    `template ${templateId} is being changed by somebody else; try again`,
  );
