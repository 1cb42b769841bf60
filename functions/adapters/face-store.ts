import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { linkEntry } from "../domain/evidence.ts";
import {
  evolveFace,
  type FaceDraft,
  type FaceEntry,
  type FaceVerification,
  type FaceVerificationId,
  faceEvidenceType,
  requested,
} from "../domain/face-verification.ts";
import type { World } from "../world.ts";
import { entryToItem } from "./contract-items.ts";
import { Conflict, Erased } from "./contract-store.ts";
import type { DataKey, DataKeys } from "./data-key.ts";
import {
  detailsColumns,
  detailsFromItem,
  type FaceDetails,
  faceFromItem,
  type HandOff,
  stateColumns,
} from "./face-items.ts";
import { idsOfSubject, subjectKey } from "./subject-index.ts";

/**
 * Face checks: one row each, with the columns of C-19, and their history in the evidence chain beside those of
 * contracts. Every change is one TransactWriteItems of state and the entry that says why (A-41, design 1).
 */

/** While a transaction runs, others conflict with it but cannot read its result yet; a few looks outlast it. */
const creationRounds = 5;

const notYetThere = "attribute_not_exists(pk)";
const sameVersion = "version = :version";
/** C-53 at the store itself: whatever the code above believes, a decided check stays as it is. */
const staysDecided = "(#status = :status OR #status IN (:pending, :processing))";

export function faceStore(
  world: World,
  tables: { readonly faces: string; readonly chain: string },
  keys: DataKeys,
) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws), {
    marshallOptions: { removeUndefinedValues: true },
  });

  async function readItem(id: string): Promise<Record<string, unknown> | undefined> {
    const { Item } = await dynamo.send(
      new GetCommand({ TableName: tables.faces, Key: keyOf(id), ConsistentRead: true }),
    );
    return Item;
  }

  async function existing(id: string): Promise<Record<string, unknown>> {
    const item = await readItem(id);
    if (item === undefined) throw new Error(`face check ${id} does not exist`);
    return item;
  }

  async function unwrap(id: string, item: Record<string, unknown>): Promise<DataKey> {
    if (item.wrapped_key === undefined)
      throw new Erased(`the personal data of ${id} was erased; ask for a new face check`);
    return keys.unwrap(id, item.wrapped_key as Uint8Array);
  }

  return {
    /** Creates a check with its first entry, or returns the one that is already there (C-30). */
    async create(
      id: FaceVerificationId,
      draft: FaceDraft,
      details: FaceDetails,
      subjects: readonly string[],
    ): Promise<{ readonly face: FaceVerification; readonly isNew: boolean }> {
      for (let round = 1; ; round += 1) {
        const existing = await this.read(id);
        if (existing !== undefined) return { face: existing, isNew: false };
        const { key, wrapped } = await keys.generate(id);
        const { entry, item } = link(id, undefined, draft, key);
        const face = requested(entry);
        const row = {
          ...keyOf(id),
          id,
          verification_id: id,
          created_at: face.createdAt,
          wrapped_key: wrapped,
          ...detailsColumns(id, details, key),
          ...stateColumns(face),
        };
        try {
          await dynamo.send(
            new TransactWriteCommand({
              TransactItems: [
                put(tables.faces, row, notYetThere),
                ...subjects.map((subject) =>
                  put(tables.faces, { pk: subjectKey(subject), sk: id }, notYetThere),
                ),
                putEntry(item(face)),
              ],
            }),
          );
          return { face, isNew: true };
        } catch (cause) {
          if (!isConflict(cause)) throw cause;
          if (round === creationRounds)
            throw new Conflict(`face check ${id} is being created by others`, { cause });
        }
      }
    },

    async read(id: string): Promise<FaceVerification | undefined> {
      const item = await readItem(id);
      return item === undefined ? undefined : faceFromItem(item);
    },

    /** The check with its personal values, callback and hand-off. Throws Erased. */
    async readDetails(
      id: string,
    ): Promise<{ readonly face: FaceVerification; readonly details: FaceDetails }> {
      const item = await existing(id);
      const details = detailsFromItem(id, item, await unwrap(id, item));
      return { face: faceFromItem(item), details };
    },

    /** Keyed hashes of the request's fields, to name the ones that differ in a conflict (K08). */
    async readFieldFingerprints(id: string): Promise<Readonly<Record<string, string>>> {
      return ((await existing(id)).field_fingerprints ?? {}) as Record<string, string>;
    },

    /**
     * Appends `drafts` and moves the row along. `handOff` is where the person goes from here, kept encrypted.
     * Throws Conflict when `before` is no longer the newest version.
     */
    async commit(
      before: FaceVerification,
      drafts: readonly FaceDraft[],
      handOff?: HandOff,
    ): Promise<FaceVerification> {
      const key = handOff && (await unwrap(before.id, await existing(before.id)));
      let after = before;
      const links = drafts.map((draft) => {
        const { entry, item } = link(before.id, after, draft);
        after = evolveFace(after, entry);
        return item;
      });
      const columns = {
        ...stateColumns(after),
        ...(key ? { hand_off: key.encryptJson(`${before.id}#hand_off`, handOff) } : {}),
      };
      try {
        await dynamo.send(
          new TransactWriteCommand({
            TransactItems: [
              moveRow(before, after, columns),
              ...links.map((i) => putEntry(i(after))),
            ],
          }),
        );
        return after;
      } catch (cause) {
        if (!isConflict(cause)) throw cause;
        const text = `face check ${before.id} moved on from version ${before.length}`;
        throw new Conflict(text, { cause });
      }
    },

    /** Ids of the checks of a person, by the keyed fingerprint of the identity number. */
    ofSubject: (subject: string): Promise<readonly string[]> =>
      idsOfSubject(dynamo, tables.faces, subject),

    /** Destroys the key of a check and what it opens; the chain and its proofs stay whole. */
    async destroyKey(id: string): Promise<void> {
      await dynamo.send(
        new UpdateCommand({
          TableName: tables.faces,
          Key: keyOf(id),
          UpdateExpression:
            "REMOVE wrapped_key, user_name, id_card_no, mobile, callback_headers, hand_off, field_fingerprints SET erased_at = :at",
          ConditionExpression: "attribute_exists(pk)",
          ExpressionAttributeValues: { ":at": world.now() },
        }),
      );
    },
  };

  /** The entry that `draft` becomes, and the row it is kept in once the check after it is known. */
  function link(
    id: FaceVerificationId,
    before: FaceVerification | undefined,
    draft: FaceDraft,
    key?: DataKey,
  ) {
    const linked = linkEntry(id, before, draft, {
      evidenceType: faceEvidenceType[draft.step],
      salt: () => world.randomBytes(16).toString("hex"),
    });
    const entry: FaceEntry = linked.entry;
    const sealed =
      key && linked.disclosures.length > 0
        ? key.encryptJson(`${id}#${entry.index}`, linked.disclosures)
        : undefined;
    const item = ({ owner, bizId: requestId }: FaceVerification) =>
      entryToItem(entry, {}, { owner, requestId }, sealed);
    return { entry, item };
  }

  function putEntry(item: Record<string, unknown>) {
    return put(tables.chain, item, "attribute_not_exists(contract_id)");
  }

  /** Sets the columns of the state and leaves those of the request, which never change. */
  function moveRow(
    before: FaceVerification,
    after: FaceVerification,
    columns: Readonly<Record<string, unknown>>,
  ) {
    const names = Object.keys(columns).filter((name) => columns[name] !== undefined);
    return {
      Update: {
        TableName: tables.faces,
        Key: keyOf(before.id),
        UpdateExpression: `SET ${names.map((name) => `#${name} = :new_${name}`).join(", ")}`,
        ConditionExpression: `${sameVersion} AND ${staysDecided}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(names.map((name) => [`:new_${name}`, columns[name]])),
          ":version": before.length,
          ":status": after.state.status,
          ":pending": "PENDING",
          ":processing": "PROCESSING",
        },
      },
    };
  }
}

export type FaceStore = ReturnType<typeof faceStore>;

const keyOf = (id: string) => ({ pk: id, sk: "HEAD" });
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
