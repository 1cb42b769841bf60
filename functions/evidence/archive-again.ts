import { unzipSync, zipSync } from "fflate";
import { archiveReader, recordToItem } from "../adapters/archive-records.ts";
import { documentStore } from "../adapters/document-store.ts";
import { tokenSerial } from "../adapters/timestamp-token.ts";
import { assembleContracts, assembleTimestamps } from "../assemble.ts";
import { archivedAfterAll } from "../domain/archive.ts";
import { decide } from "../domain/decide.ts";
import { hashBytes } from "../domain/evidence.ts";
import { readEnvironment } from "../environment.ts";
import type { World } from "../world.ts";
import { type Files, zipTime } from "./agreement-file.ts";
import { asicManifest, signatureFile, timestampFile } from "./asic.ts";

const manifestFile = "META-INF/ASiCManifest001.xml";
const supplementManifestFile = "META-INF/ASiCManifest002.xml";

/**
 * Time-stamps evidence that was sealed while every authority was away (C-73). The bundle is locked, so the
 * token lies in a supplement beside it, once; the chain says so, and the archive record in the same write.
 * Answers whether there was anything to do. Throws TimestampUnavailable while nobody gives a token, and
 * Conflict when the chain grew meanwhile: called again, it takes up the token that lies there.
 */
export function archiver(world: World) {
  const env = readEnvironment(world, "CONTRACT_FLOW_TABLE", "EVIDENCE_BUCKET");
  const contracts = assembleContracts(world);
  const evidence = documentStore(world, env.EVIDENCE_BUCKET);
  const readArchives = archiveReader(world, env.CONTRACT_FLOW_TABLE);
  const timestamp = assembleTimestamps(world);

  return async function archiveAgain(contractId: string): Promise<boolean> {
    const contract = await contracts.read(contractId);
    if (contract === undefined) throw new Error(`contract ${contractId} does not exist`);
    if (contract.timestamped) return false;
    const rows = await contracts.history(contractId);
    const sealed = rows.find(({ entry }) => entry.step === "SEALED")?.entry;
    if (sealed === undefined)
      throw new Error(`contract ${contractId} is ${contract.state.status} and not sealed yet`);

    const token = await supplement(String(sealed.facts.bundleKey));
    const outcome = { at: world.now(), transactionNo: tokenSerial(token) };
    const command = { type: "archive", ...outcome, tokenHash: hashBytes(token) } as const;
    const decision = decide(contract, command);
    if ("refused" in decision) throw new Error(`${contractId}: ${decision.refused.message}`);
    // C-45: only a signed document has records; evidence of another end is time-stamped all the same.
    const records = (await readArchives(contractId)).filter(({ provider }) => provider === "TSA");
    const items = records.map((record) => recordToItem(archivedAfterAll(record, outcome)));
    await contracts.commit(contract, decision.drafts, { items });
    return true;
  };

  /** The token of the supplement, which is made unless it is there: two at work end with one and the same. */
  async function supplement(bundleKey: string): Promise<Uint8Array> {
    const key = `${bundleKey}/supplement.zip`;
    const zip =
      (await evidence.get(key)) ??
      (await evidence.putOnce(key, zipOf(await stamp(bundleKey)), "application/zip"));
    return fileOf(unzipSync(zip), timestampFile, key);
  }

  /** A second manifest over the signed first one, and the token over it, as sealing would have made them. */
  async function stamp(bundleKey: string): Promise<Files> {
    const key = `${bundleKey}/open.zip`;
    const open = unzipSync((await evidence.get(key)) ?? new Uint8Array());
    const signed = {
      [manifestFile]: fileOf(open, manifestFile, key),
      [signatureFile]: fileOf(open, signatureFile, key),
    };
    const reference = { uri: timestampFile, mimeType: "application/vnd.etsi.timestamp-token" };
    const manifest = asicManifest(reference, signed);
    return { [supplementManifestFile]: manifest, [timestampFile]: await timestamp(manifest) };
  }
}

const zipOf = (files: Files): Uint8Array => zipSync({ ...files }, { mtime: zipTime });

function fileOf(files: Files, name: string, key: string): Uint8Array {
  const file = files[name];
  if (file === undefined) throw new Error(`the evidence bucket holds no ${name} under ${key}`);
  return file;
}
