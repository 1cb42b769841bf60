import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { documentStore } from "../../functions/adapters/document-store.ts";
import { requestSignature } from "../../functions/adapters/request-signature.ts";
import { advance } from "../../functions/advance.ts";
import { assembleContracts } from "../../functions/assemble.ts";
import { type Facts, hashBytes } from "../../functions/domain/evidence.ts";
import { storeAgreement } from "../../functions/evidence/agreement-file.ts";
import { build as sealEvidence } from "../../functions/steps/seal-evidence.ts";
import { NoAnswer, type World } from "../../functions/world.ts";
import { authorityKeys } from "../../lib/local/simulators/timestamp-keys.ts";
import { timestampReply } from "../../lib/local/simulators/timestamp-reply.ts";
import { sampleAgreement, strokes } from "../pades/signed-sample.ts";
import { contractId, minute, signedAndVerified } from "../story.ts";
import { details, flowCreated } from "./signing-stage.ts";
import { partner, testWorld } from "./world.ts";

export { contractId, partner };

const sealedAt = "2026-11-21T09:00:00.000Z";
/** Documents are the same for every contract and slow to draw. */
const agreement = sampleAgreement();
const authority = authorityKeys(mkdtempSync(join(tmpdir(), "tsa-")), Date.parse(sealedAt));

type Handler = (event: APIGatewayProxyEvent, context: never) => Promise<APIGatewayProxyResult>;

/**
 * A signed and verified contract, sealed by the real step over fakes; `isAway` takes the time-stamp authority away,
 * `facts` stand in its first entry.
 */
export async function sealedContract(
  setup: { readonly isAway?: boolean; readonly facts?: Facts } = {},
) {
  const keys = await authority;
  const stage = { isAway: setup.isAway ?? false, logged: [] as unknown[], counted: [] as string[] };
  const base = testWorld({
    now: () => sealedAt,
    http: async ({ body }) => {
      if (stage.isAway) throw new NoAnswer("POST tsa.example/: no answer", false);
      const options = { keys, nowMs: Date.parse(sealedAt), flaw: undefined };
      const bytes = timestampReply(Buffer.from(body as Uint8Array), options) as Uint8Array;
      const headers = { "content-type": "application/timestamp-reply" };
      return { status: 200, headers, body: "", bytes };
    },
  });
  const environment: Readonly<Record<string, string>> = {
    CA_KEY_ID: "ca-key",
    TIMESTAMP_URLS: "https://tsa.example",
    TIMESTAMP_ROOTS: keys.rootPem,
  };
  const world: World = {
    ...base.world,
    environment: (name) => environment[name] ?? base.world.environment(name),
    log: (level, message, more) => void stage.logged.push({ level, message, ...more }),
    count: (metric) => void stage.counted.push(metric),
  };
  const contracts = assembleContracts(world);
  const first = { ...flowCreated, facts: { ...flowCreated.facts, ...setup.facts } };
  await contracts.create(contractId as never, first, details, []);
  const pdf = await agreement;
  const documentHash = hashBytes(pdf);
  const key = await contracts.readKey(contractId);
  await storeAgreement(documentStore(world, "documents"), key, contractId, documentHash, pdf);
  for (const [number, command] of signedAndVerified.entries()) {
    const told = {
      ...command,
      at: minute(number + 1),
      ...(command.type === "generate" ? { documentHash } : {}),
      ...(command.type === "sign" ? { signature: JSON.stringify({ strokes }) } : {}),
    } as Parameters<typeof advance>[2];
    const outcome = await advance(contracts, contractId, told);
    if ("refused" in outcome) throw new Error(`setup: ${command.type}: ${outcome.refused.message}`);
  }
  await sealEvidence(world)({ contractId });
  const entries = (await contracts.history(contractId)).map(({ entry }) => entry);
  const factOf = (step: string, name: string) =>
    String(entries.find((entry) => entry.step === step)?.facts[name]);
  return Object.assign(stage, {
    ...base,
    world,
    contracts,
    documentHash,
    signedHash: factOf("DOCUMENT_SIGNED", "signedHash"),
    bundleKey: factOf("SEALED", "bundleKey"),
    call,
  });

  /** Calls a handler as the gateway would; signed by a partner where one is given. */
  async function call(
    handler: unknown,
    request: {
      readonly path: string;
      readonly body?: unknown;
      readonly parameters?: Readonly<Record<string, string>>;
      readonly by?: typeof partner;
    },
  ) {
    const { path, parameters, by } = request;
    const method = request.body === undefined ? "GET" : "POST";
    const body = request.body === undefined ? "" : JSON.stringify(request.body);
    const timestamp = String(Date.parse(sealedAt));
    calls += 1;
    const nonce = `nonce-${String(calls).padStart(12, "0")}`;
    const parts = { method, path, query: "", timestamp, nonce, body: Buffer.from(body) };
    const event = {
      httpMethod: method,
      path,
      headers: {
        "content-type": "application/json",
        ...(by && {
          "x-client-id": by.clientId,
          "x-timestamp": timestamp,
          "x-nonce": nonce,
          "x-signature": requestSignature(by.secret, parts),
        }),
      },
      pathParameters: parameters ?? null,
      body,
      isBase64Encoded: false,
      requestContext: { requestId: "trace", path, identity: { sourceIp: "192.0.2.1" } },
    };
    const reply = await (handler as Handler)(event as unknown as APIGatewayProxyEvent, {} as never);
    return { status: reply.statusCode, body: JSON.parse(reply.body) };
  }
}

let calls = 0;
