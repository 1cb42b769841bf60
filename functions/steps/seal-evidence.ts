import { certificates } from "../adapters/certificates.ts";
import { documentStore } from "../adapters/document-store.ts";
import { signingKey } from "../adapters/signing-key.ts";
import { timestampAuthority } from "../adapters/timestamp-authority.ts";
import { transparencyLog } from "../adapters/transparency-log.ts";
import { assembleContracts } from "../assemble.ts";
import { readEnvironment } from "../environment.ts";
import { issueCredential } from "../evidence/credential.ts";
import { bundleSealer } from "../evidence/seal-bundle.ts";
import { contractSealer } from "../evidence/seal-contract.ts";
import { agreementSigner } from "../evidence/signed-agreement.ts";
import { lambda, type World } from "../world.ts";

/**
 * State SealEvidence: every contract ends here, whatever became of it. Signs the document of a completed
 * one, aggregates the chain under one root, has it logged, time-stamped and locked away, and
 * completes the contract in the same write.
 */
export function build(world: World) {
  const env = readEnvironment(
    world,
    "DOCUMENT_BUCKET",
    "EVIDENCE_BUCKET",
    "SIGNING_KEY_ID",
    "CA_KEY_ID",
    "TIMESTAMP_URLS",
    "TIMESTAMP_ROOTS",
    "LOG_TABLE",
    "LOG_ORIGIN",
  );
  const documents = documentStore(world, env.DOCUMENT_BUCKET);
  const platformKey = signingKey(world, env.SIGNING_KEY_ID);
  const caKey = signingKey(world, env.CA_KEY_ID);
  const tools = {
    documents,
    evidence: documentStore(world, env.EVIDENCE_BUCKET),
    platformKey,
    certificates: certificates(world, { caKey, platformKey, store: documents }),
    timestamp: timestampAuthority(world, {
      urls: env.TIMESTAMP_URLS.split(",").filter(Boolean),
      roots: env.TIMESTAMP_ROOTS,
    }),
    log: transparencyLog(world, { table: env.LOG_TABLE, origin: env.LOG_ORIGIN, key: platformKey }),
    logOrigin: env.LOG_ORIGIN,
  };
  const signer = agreementSigner(world, tools);
  return contractSealer(world, assembleContracts(world), {
    signDocument: signer.sign,
    sealBundle: bundleSealer(tools, signer.read),
    issueCredential: (contract, entries) => issueCredential(platformKey, contract, entries),
  });
}

export const handler = lambda(build);
