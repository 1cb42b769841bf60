/**
 * Archive records (C-25, C-26, C-46): who outside the two parties vouches for a signed document. They tell
 * of an archive and never decide anything: whatever becomes of one, the contract stays what it is (C-73).
 */

/** The words of C-25. BLOCKCHAIN is our transparency log until an installation brings an outside chain. */
export const archiveProviders = ["TSA", "LOCAL_CA", "BLOCKCHAIN"] as const;
export type ArchiveProvider = (typeof archiveProviders)[number];

type ArchiveStatus = "PENDING" | "SUCCESS" | "FAILED";

export type ArchiveRecord = {
  /** Begins with the contract's id, as every record's does (B-43). */
  readonly archiveId: string;
  readonly contractId: string;
  readonly provider: ArchiveProvider;
  readonly status: ArchiveStatus;
  /** `sha256:` and the hex SHA-256 of the signed PDF (C-45). */
  readonly documentHash: string;
  readonly archivedAt?: string;
  readonly certificateUrl?: string;
  /** Serial number of the token or the certificate, or the leaf in the log. */
  readonly transactionNo?: string;
  readonly metadata?: Readonly<Record<string, string | number>>;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** What sealing a signed contract brought about. */
export type SealArchive = {
  readonly contractId: string;
  readonly at: string;
  /** Hex SHA-256 of the signed PDF. */
  readonly documentHash: string;
  readonly timestamped: boolean;
  /** Serial number of the RFC 3161 token over the bundle; known when `timestamped`. */
  readonly tokenSerial?: string;
  readonly log: { readonly origin: string; readonly index: number; readonly size: number };
  /** Of the platform's certificate, hex. */
  readonly certificateSerial: string;
};

const archiveNumbers = { TSA: 1, LOCAL_CA: 2, BLOCKCHAIN: 3 } as const satisfies Record<
  ArchiveProvider,
  number
>;

export const archiveId = (contractId: string, provider: ArchiveProvider): string =>
  `${contractId}-A${archiveNumbers[provider]}`;

/** One record a provider. Without a token the first says FAILED, and somebody has to archive again. */
export function archiveRecords(seal: SealArchive): readonly ArchiveRecord[] {
  const { log } = seal;
  const succeeded = { status: "SUCCESS", archivedAt: seal.at } as const;
  const outcomes = {
    TSA: seal.timestamped
      ? { ...succeeded, ...(seal.tokenSerial ? { transactionNo: seal.tokenSerial } : {}) }
      : { status: "FAILED" },
    LOCAL_CA: { ...succeeded, transactionNo: seal.certificateSerial },
    BLOCKCHAIN: { ...succeeded, transactionNo: `${log.origin}#${log.index}`, metadata: log },
  } as const satisfies Record<ArchiveProvider, Partial<ArchiveRecord>>;
  return archiveProviders.map((provider) => ({
    archiveId: archiveId(seal.contractId, provider),
    contractId: seal.contractId,
    provider,
    documentHash: `sha256:${seal.documentHash}`,
    ...outcomes[provider],
    createdAt: seal.at,
    updatedAt: seal.at,
  }));
}

/** The record after its archive came about at last; everything else about it stays. */
export const archivedAfterAll = (
  record: ArchiveRecord,
  { at, transactionNo }: { readonly at: string; readonly transactionNo: string },
): ArchiveRecord => ({
  ...record,
  status: "SUCCESS",
  archivedAt: at,
  transactionNo,
  updatedAt: at,
});
