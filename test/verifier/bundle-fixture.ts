import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { certificates } from "../../functions/adapters/certificates.ts";
import type { Timestamp } from "../../functions/adapters/cms.ts";
import type { DataKey } from "../../functions/adapters/data-key.ts";
import { documentStore } from "../../functions/adapters/document-store.ts";
import {
  TimestampUnavailable,
  timestampAuthority,
} from "../../functions/adapters/timestamp-authority.ts";
import { transparencyLog } from "../../functions/adapters/transparency-log.ts";
import { type Entry, firstPrev, hashBytes, leafHash } from "../../functions/domain/evidence.ts";
import { storeAgreement } from "../../functions/evidence/agreement-file.ts";
import { loadBundle } from "../../functions/evidence/evidence-bundle.ts";
import { bundleSealer } from "../../functions/evidence/seal-bundle.ts";
import { agreementSigner } from "../../functions/evidence/signed-agreement.ts";
import type { HttpRequest, HttpResponse, World } from "../../functions/world.ts";
import { type AuthorityKeys, authorityKeys } from "../../lib/local/simulators/timestamp-keys.ts";
import { timestampReply } from "../../lib/local/simulators/timestamp-reply.ts";
import type { Bytes } from "../../verifier/bytes.ts";
import { testWorld } from "../fakes/world.ts";
import { memoryKey, sampleAgreement, strokes } from "../pades/signed-sample.ts";
import { contractId, minute, sign, signedAndVerified, tell } from "../story.ts";

export type Commands = Parameters<typeof tell>[0];

export type Fixture = {
  readonly zip: Bytes;
  /** PEM: both authorities, certificates' and time-stamps'. */
  readonly roots: string;
  readonly logKey: string;
};

/** The minute after the last command of a completed contract. */
const sealedAt = minute(9);
/** Encryption is not what these tests are about. */
const same = (_: string, bytes: Uint8Array) => bytes;
const dataKey = { encrypt: same, decrypt: same } as unknown as DataKey;

/** Documents are the same in every bundle and slow to draw. */
const agreement = sampleAgreement();
const authority = authorityKeys(mkdtempSync(join(tmpdir(), "tsa-")), Date.parse(sealedAt));

/** What happened until both gates were closed, with the document that was drawn and a real drawing. */
const drawn = JSON.stringify({ strokes });
const withDocument = (commands: Commands, documentHash: string): Commands =>
  commands.map((command) =>
    command.type === "generate"
      ? { ...command, documentHash }
      : command.type === "sign"
        ? { ...sign, signature: drawn }
        : command,
  );

/** Somebody with the platform's own keys, but with another story. */
export type Forgery = (entries: readonly Entry[]) => readonly Entry[];

export type Options = {
  readonly timestamp?: "down";
  readonly erased?: true;
  readonly forge?: Forgery;
};

/**
 * A bundle as the sealing step writes it, over a world of its own. `commands` end before the document is
 * signed; a completed contract's is signed here.
 */
export async function sealedBundle(
  commands: Commands = signedAndVerified,
  { timestamp, erased, forge = (entries) => entries }: Options = {},
): Promise<Fixture> {
  const keys = await authority;
  const { world } = testWorld({ now: () => sealedAt, http: (request) => stamp(request, keys) });
  const tools = toolsOf(world, timestamp === "down" ? down : tsa(world, keys.rootPem));
  const pdf = await agreement;
  const documentHash = hashBytes(pdf);
  await storeAgreement(tools.documents, dataKey, contractId, documentHash, pdf);
  const told = withDocument(commands, documentHash);
  const signer = agreementSigner(world, tools);
  const before = tell(told);
  const completes = before.contract.state.status === "SEALING";
  const signing = completes && (await signer.sign({ ...before, dataKey }, details));
  const story = signing ? tell([...told, { type: "signDocument", ...signing }]) : before;
  // Two other contracts' leaves, so that the proof has a path.
  await tools.log.append("other", hashBytes(Buffer.from("one")));
  await tools.log.append("another", hashBytes(Buffer.from("two")));
  const chain = { ...story, entries: rechained(forge(story.entries)), dataKey };
  const { facts: sealed } = await bundleSealer(tools, signer.read)(chain, sealedAt);
  const zip = await loadBundle(tools.evidence, sealed.bundleKey, erased ? undefined : dataKey);
  const { authority: ours } = await tools.certificates.chain();
  return {
    zip: new Uint8Array(zip),
    roots: ours.map(({ pem }) => pem).join("") + keys.rootPem,
    logKey: Buffer.from(unzipSync(zip)["pki/log-key.pem"] ?? []).toString(),
  };
}

/** Numbers and links as a forger would set them right. */
function rechained(entries: readonly Entry[]): Entry[] {
  let prev = firstPrev;
  return entries.map((entry, index) => {
    const linked = { ...entry, index, prev };
    prev = leafHash(linked);
    return linked;
  });
}

function toolsOf(world: World, timestamp: Timestamp) {
  const [caKey, platformKey] = [memoryKey(), memoryKey()];
  const documents = documentStore(world, "documents");
  const logOrigin = "test.example/log";
  return {
    documents,
    evidence: documentStore(world, "evidence"),
    platformKey,
    certificates: certificates(world, { caKey, platformKey, store: documents }),
    timestamp,
    log: transparencyLog(world, { table: "log", origin: logOrigin, key: platformKey }),
    logOrigin,
  };
}

const tsa = (world: World, roots: string): Timestamp =>
  timestampAuthority(world, { urls: ["https://tsa.example"], roots });

const down: Timestamp = async () => {
  throw new TimestampUnavailable("down");
};

async function stamp({ body }: HttpRequest, keys: AuthorityKeys): Promise<HttpResponse> {
  const nowMs = Date.parse(sealedAt);
  const question = Buffer.from(body as Uint8Array);
  const bytes = timestampReply(question, { keys, nowMs, flaw: undefined }) as Uint8Array;
  const headers = { "content-type": "application/timestamp-reply" };
  return { status: 200, headers, body: "", bytes };
}

const details = {
  subject: { name: "张晓雨", mobile: "13800138000", idNumber: "310101199001011234" },
  agreementType: "RELATION_BINDING_AGREEMENT",
  templateId: "T1",
  templateVersion: "1",
  fieldFingerprints: {},
} as Parameters<ReturnType<typeof agreementSigner>["sign"]>[1];

type Files = Record<string, Uint8Array>;

/** The bundle with its files changed, written as bundles are; `undefined` takes a file away. */
export function withFiles(
  zip: Bytes,
  change: Readonly<Record<string, Uint8Array | undefined>>,
): Bytes {
  const files: Files = { ...unzipSync(zip) };
  for (const [name, bytes] of Object.entries(change)) {
    if (bytes === undefined) delete files[name];
    else files[name] = bytes;
  }
  const { mimetype, ...rest } = files;
  const sorted = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  const ordered = { ...(mimetype && { mimetype }), ...Object.fromEntries(sorted) };
  return new Uint8Array(zipSync(ordered, { level: 0, mtime: new Date(1980, 0, 1) }));
}

/** A file with one byte turned. */
export function turned(bytes: Uint8Array, at: number): Bytes {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
