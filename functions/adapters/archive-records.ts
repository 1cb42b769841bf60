import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import {
  type ArchiveProvider,
  type ArchiveRecord,
  archiveProviders,
  archiveRecords,
  type SealArchive,
} from "../domain/archive.ts";
import type { World } from "../world.ts";

/**
 * `contract_archive` of C-25, one item a provider beside the head of its contract: the key (contract, provider)
 * is the unique key of C-26, and the archive id follows from it.
 */

const keyOf = (contractId: string, provider: ArchiveProvider) => ({
  pk: contractId,
  sk: `ARCHIVE#${provider}`,
});

/** The items of a contract just sealed; written in the transaction of its SEALED entry. */
export const archiveItems = (seal: SealArchive): Record<string, unknown>[] =>
  archiveRecords(seal).map(recordToItem);

/** Reads the records of a contract in the order of the providers; none unless it was sealed with a signed PDF. */
export function archiveReader(world: World, table: string) {
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(world.aws));
  return async function readArchives(contractId: string): Promise<readonly ArchiveRecord[]> {
    const items = await Promise.all(
      archiveProviders.map(async (provider) => {
        const Key = keyOf(contractId, provider);
        const get = new GetCommand({ TableName: table, Key, ConsistentRead: true });
        return (await dynamo.send(get)).Item;
      }),
    );
    return items.filter((item) => item !== undefined).map(recordFromItem);
  };
}

export function recordToItem(record: ArchiveRecord): Record<string, unknown> {
  const optional = {
    archive_time: record.archivedAt,
    certificate_url: record.certificateUrl,
    transaction_no: record.transactionNo,
    metadata_json: record.metadata && JSON.stringify(record.metadata),
  };
  return {
    ...keyOf(record.contractId, record.provider),
    archive_id: record.archiveId,
    contract_id: record.contractId,
    archive_provider: record.provider,
    status: record.status,
    document_hash: record.documentHash,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  };
}

export function recordFromItem(item: Record<string, unknown>): ArchiveRecord {
  const optional = (name: keyof ArchiveRecord, value: unknown) =>
    value === undefined ? {} : { [name]: String(value) };
  return {
    archiveId: String(item.archive_id),
    contractId: String(item.contract_id),
    provider: item.archive_provider as ArchiveProvider,
    status: item.status as ArchiveRecord["status"],
    documentHash: String(item.document_hash),
    ...optional("archivedAt", item.archive_time),
    ...optional("certificateUrl", item.certificate_url),
    ...optional("transactionNo", item.transaction_no),
    ...(item.metadata_json ? { metadata: JSON.parse(String(item.metadata_json)) } : {}),
    createdAt: String(item.created_at),
    updatedAt: String(item.updated_at),
  };
}
