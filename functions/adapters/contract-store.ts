import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { authorizationOf } from "../domain/authorization.ts";
import { type Contract, type ContractId, created, evolve } from "../domain/contract.ts";
import type { Draft } from "../domain/drafts.ts";
import { type Disclosure, type Entry, evidenceType, linkEntry } from "../domain/evidence.ts";
import { type Outcome, type Settlement, settlements, workAfter } from "../domain/waits.ts";
import type { World } from "../world.ts";
import { authorizationItem } from "./authorizations.ts";
import {
  contractFromItem,
  type Details,
  detailsFromItem,
  detailsToItem,
  entryFromItem,
  entryToItem,
  headToItem,
  type OpenDetails,
  openDetails,
  type StoredEntry,
} from "./contract-items.ts";
import type { DataKey, DataKeys } from "./data-key.ts";
import { idsOfSubject, subjectKey } from "./subject-index.ts";

/**
 * The two tables of a contract. Every change is one TransactWriteItems that moves the head and appends
 * the evidence of why (A-41, design 1); there is no other way to change a contract.
 */

/** Somebody else wrote first. Read again and decide again. */
export class Conflict extends Error {
  override readonly name = "Contract.Conflict";
}

/** The person asked to be forgotten: the key of the contract's personal values no longer exists. */
export class Erased extends Error {
  override readonly name = "Erased";
}

export type Wait = {
  /**
   * Every task that came to wait: a retry has a new token, and which one is still alive only the
   * workflow knows. The workflow's retry limits bound the set.
   */
  readonly tokens?: ReadonlySet<string>;
  readonly outcome?: Outcome;
  /** Where the person goes to show the face; known once the verification system accepted. */
  readonly handOffUrl?: string;
};

/** What is learned about a wait together with an entry. */
export type WaitNote = { readonly key: string; readonly handOffUrl: string };

/** What is found by other keys than the contract's, written together with the entry that makes it true. */
type Item = Readonly<Record<string, unknown>>;

/** A chain this long is not a contract's life but a fault; reading more would only hide it. */
const chainLimit = 400;
const pageSize = 100;
/** While a transaction runs, others conflict with it but cannot read its result yet; a few looks outlast it. */
const creationRounds = 5;

const notYetThere = "attribute_not_exists(pk)";
const sameVersion = "version = :version";
/** B-40 at the store itself: whatever the code above believes, a terminal status never changes. */
const staysTerminal =
  "(#status = :status OR NOT #status IN (:completed, :failed, :rejected, :revoked, :expired))";
const stillOpen = "attribute_not_exists(outcome)";

export function contractStore(
  world: World,
  tables: { readonly flow: string; readonly chain: string },
  keys: DataKeys,
) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws), {
    marshallOptions: { removeUndefinedValues: true },
  });

  async function readItem(pk: string, sk: string): Promise<Record<string, unknown> | undefined> {
    const { Item } = await dynamo.send(
      new GetCommand({ TableName: tables.flow, Key: { pk, sk }, ConsistentRead: true }),
    );
    return Item;
  }

  async function detailsItem(id: string): Promise<Record<string, unknown>> {
    const item = await readItem(id, "DETAILS");
    if (item === undefined) throw new Error(`contract ${id} has a head but no details`);
    return item;
  }

  async function keyOf(id: string, item?: Record<string, unknown>): Promise<DataKey> {
    const { wrapped_key } = item ?? (await detailsItem(id));
    if (wrapped_key === undefined) throw new Erased(`the personal data of ${id} was erased`);
    return keys.unwrap(id, wrapped_key as Uint8Array);
  }

  async function ofSecondKey(names: readonly string[]): Promise<Contract | undefined> {
    for (const name of names) {
      const { pk, sk } = secondKeyOf(name);
      const item = await readItem(pk, sk);
      const head = item && (await readItem(String(item.contract_id), "HEAD"));
      if (head !== undefined) return contractFromItem(head);
    }
    return undefined;
  }

  return {
    /**
     * Creates a contract with its first entry, or returns the one that is already there (K07): under its id, or
     * under a second key of the same partner's (K10).
     */
    async create(
      id: ContractId,
      draft: Draft,
      details: Details,
      subjects: readonly string[],
      beside: { readonly secondKeys?: readonly string[]; readonly items?: readonly Item[] } = {},
    ): Promise<{ readonly contract: Contract; readonly isNew: boolean }> {
      const { secondKeys = [], items = [] } = beside;
      for (let round = 1; ; round += 1) {
        const existing = (await this.read(id)) ?? (await ofSecondKey(secondKeys));
        if (existing !== undefined) return { contract: existing, isNew: false };
        const { key, wrapped } = await keys.generate(id);
        const chained = chain(undefined, id, [draft], key);
        const [first] = chained;
        if (first === undefined) throw new Error("a contract begins with one entry");
        const contract = created(first.entry);
        try {
          await dynamo.send(
            new TransactWriteCommand({
              TransactItems: [
                put(tables.flow, headToItem(contract), notYetThere),
                put(tables.flow, detailsToItem(id, details, wrapped, key), notYetThere),
                ...[...new Set(subjects)].map((subject) =>
                  put(tables.flow, { pk: subjectKey(subject), sk: id }, notYetThere),
                ),
                ...secondKeys.map((name) =>
                  put(tables.flow, { ...secondKeyOf(name), contract_id: id }, notYetThere),
                ),
                ...items.map((item) => put(tables.flow, item, notYetThere)),
                ...chained.map((link) => putEntry(link, contract)),
              ],
            }),
          );
          return { contract, isNew: true };
        } catch (cause) {
          if (!isConflict(cause)) throw cause;
          if (round === creationRounds)
            throw new Conflict(`contract ${id} is being created by others`, { cause });
        }
      }
    },

    async read(id: string): Promise<Contract | undefined> {
      const item = await readItem(id, "HEAD");
      return item === undefined ? undefined : contractFromItem(item);
    },

    /** The details with their personal values, and the key of everything else that names the person. Throws Erased. */
    async readDetails(id: string): Promise<{ readonly details: Details; readonly key: DataKey }> {
      const item = await detailsItem(id);
      const key = await keyOf(id, item);
      return { details: detailsFromItem(id, item, key), key };
    },

    /** The key alone. Throws Erased. */
    readKey: (id: string): Promise<DataKey> => keyOf(id),

    /** Destroys that key and the values beside it; whatever it encrypted anywhere is unreadable from now on. */
    async destroyKey(id: string): Promise<void> {
      await dynamo.send(
        new UpdateCommand({
          TableName: tables.flow,
          Key: { pk: id, sk: "DETAILS" },
          UpdateExpression:
            "REMOVE wrapped_key, user_info, other_signers, sent, own_words, field_fingerprints SET erased_at = :at",
          ConditionExpression: "attribute_exists(pk)",
          ExpressionAttributeValues: { ":at": world.now() },
        }),
      );
    },

    /** Ids of the contracts that name a subject, by its keyed fingerprint. */
    ofSubject: (subject: string): Promise<readonly string[]> =>
      idsOfSubject(dynamo, tables.flow, subject),

    /** What can be read of the details without opening any personal value, and so without KMS. */
    async readOpenDetails(id: string): Promise<OpenDetails> {
      return openDetails(await detailsItem(id));
    },

    /**
     * Appends `drafts` to the chain of `before` and moves its head, settling the waits they end.
     * Throws Conflict when `before` is no longer the newest version.
     */
    async commit(
      before: Contract,
      drafts: readonly Draft[],
      beside: { readonly note?: WaitNote | undefined; readonly items?: readonly Item[] } = {},
    ): Promise<Contract> {
      const secret = drafts.some((draft) => draft.disclosures !== undefined);
      const chained = chain(before, before.id, drafts, secret ? await keyOf(before.id) : undefined);
      const after = chained.reduce((contract, link) => evolve(contract, link.entry), before);
      const settled = chained.flatMap((link) => link.settled);
      try {
        await dynamo.send(
          new TransactWriteCommand({
            TransactItems: [
              putHead(before, after),
              ...chained.map((link) => putEntry(link, after)),
              ...waitWrites(before.id, settled, beside.note),
              ...[...(beside.items ?? []), ...authorized(before, after)].map((Item) => ({
                Put: { TableName: tables.flow, Item },
              })),
            ],
          }),
        );
        return after;
      } catch (cause) {
        if (isConflict(cause))
          throw new Conflict(`contract ${before.id} moved on from version ${before.length}`, {
            cause,
          });
        throw cause;
      }
    },

    async readWait(id: string, key: string): Promise<Wait> {
      return ((await readItem(id, key)) ?? {}) as Wait;
    },

    /** Adds a task token unless the wait is already over; then its outcome comes back instead. */
    async storeToken(id: string, key: string, token: string): Promise<Outcome | undefined> {
      try {
        await dynamo.send(
          new UpdateCommand({
            TableName: tables.flow,
            Key: { pk: id, sk: key },
            UpdateExpression: "ADD tokens :token",
            ConditionExpression: stillOpen,
            ExpressionAttributeValues: { ":token": new Set([token]) },
          }),
        );
        return undefined;
      } catch (cause) {
        if ((cause as Error).name !== "ConditionalCheckFailedException") throw cause;
        return (await this.readWait(id, key)).outcome;
      }
    },

    /** The whole chain in order, without its disclosures. */
    async history(id: string): Promise<readonly StoredEntry[]> {
      const rows: StoredEntry[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const page = await dynamo.send(
          new QueryCommand({
            TableName: tables.chain,
            KeyConditionExpression: "contract_id = :id",
            ExpressionAttributeValues: { ":id": id },
            ConsistentRead: true,
            Limit: pageSize,
            ExclusiveStartKey: from,
          }),
        );
        rows.push(...(page.Items ?? []).map(entryFromItem));
        from = page.LastEvaluatedKey;
      } while (from !== undefined && rows.length < chainLimit);
      return rows;
    },

    /** Opens the disclosures of `rows`, by entry index. */
    disclose(
      id: string,
      rows: readonly StoredEntry[],
      key: DataKey,
    ): Readonly<Record<number, readonly Disclosure[]>> {
      return Object.fromEntries(
        rows
          .filter((row) => row.sealedDisclosures !== undefined)
          .map(({ entry, sealedDisclosures }) => [
            entry.index,
            key.decryptJson(
              `${id}#${entry.index}`,
              sealedDisclosures as Uint8Array,
            ) as Disclosure[],
          ]),
      );
    },
  };

  type Link = {
    readonly entry: Entry;
    readonly settled: readonly Settlement[];
    readonly work: ReturnType<typeof workAfter>;
    readonly sealedDisclosures?: Uint8Array;
  };

  /** Turns drafts into entries that follow each other and the head of `before`. */
  function chain(
    before: Contract | undefined,
    id: ContractId,
    drafts: readonly Draft[],
    key: DataKey | undefined,
  ): Link[] {
    let current = before;
    return drafts.map((draft) => {
      const { entry, disclosures } = linkEntry(id, current, draft, {
        evidenceType: evidenceType(draft.step),
        salt: () => world.randomBytes(16).toString("hex"),
      });
      const settled = current ? settlements(current, draft) : [];
      const work = workAfter(
        current,
        draft,
        settled.map((one) => one.key),
      );
      current = current === undefined ? created(entry) : evolve(current, entry);
      return {
        entry,
        settled,
        work,
        ...(key && disclosures.length > 0
          ? { sealedDisclosures: key.encryptJson(`${id}#${entry.index}`, disclosures) }
          : {}),
      };
    });
  }

  function putHead(before: Contract, after: Contract) {
    return {
      Put: {
        TableName: tables.flow,
        Item: headToItem(after),
        ConditionExpression: `${sameVersion} AND ${staysTerminal}`,
        ExpressionAttributeNames: { "#status": "status" },
        ExpressionAttributeValues: {
          ":version": before.length,
          ":status": after.state.status,
          ":completed": "COMPLETED",
          ":failed": "FAILED",
          ":rejected": "REJECTED",
          ":revoked": "REVOKED",
          ":expired": "EXPIRED",
        },
      },
    };
  }

  function putEntry(link: Link, contract: Contract) {
    return put(
      tables.chain,
      entryToItem(link.entry, link.work, contract, link.sealedDisclosures),
      "attribute_not_exists(contract_id)",
    );
  }

  /** One write a wait: DynamoDB refuses two operations on one item, so a note joins the outcome it meets. */
  function waitWrites(id: string, settled: readonly Settlement[], note: WaitNote | undefined) {
    const noted = note && !settled.some(({ key }) => key === note.key) ? [note] : [];
    return [
      ...settled.map(({ key, outcome }) => updateWait(id, key, { outcome })),
      ...noted.map(({ key, ...values }) => updateWait(id, key, values)),
    ];
  }

  function updateWait(id: string, key: string, values: Readonly<Record<string, unknown>>) {
    const names = Object.keys(values);
    return {
      Update: {
        TableName: tables.flow,
        Key: { pk: id, sk: key },
        UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
        ConditionExpression: stillOpen,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          names.map((name) => [`:${name}`, values[name]]),
        ),
      },
    };
  }
}

export type ContractStore = ReturnType<typeof contractStore>;

/** K42: whoever commits it, what a contract allows is known the moment it does or no longer does. */
function authorized(before: Contract, after: Contract): readonly Item[] {
  const authorization = authorizationOf(after);
  return authorization === undefined || after.authorization === before.authorization
    ? []
    : [authorizationItem(authorization)];
}

const secondKeyOf = (name: string) => ({ pk: `KEY#${name}`, sk: "CONTRACT" });
function put(table: string, item: Record<string, unknown>, condition: string) {
  return { Put: { TableName: table, Item: item, ConditionExpression: condition } };
}

/** Both mean the same to us: the item changed under our hands, or is changing right now. */
function isConflict(cause: unknown): boolean {
  return (
    cause instanceof TransactionCanceledException &&
    (cause.CancellationReasons ?? []).some(
      ({ Code }) => Code === "ConditionalCheckFailed" || Code === "TransactionConflict",
    )
  );
}
