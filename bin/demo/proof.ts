import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { eventually } from "../../examples/signer.ts";
import { documentStore } from "../../functions/adapters/document-store.ts";
import { lambdaWorld } from "../../functions/world.ts";
import type { LocalStack } from "../../lib/local/stack.ts";
import { tableOf } from "../../verifier/table.ts";
import { verify } from "../../verifier/verify.ts";
import { tell } from "./telling.ts";

/** Keeps a bundle in `folder` and holds it against roots that come from elsewhere. Throws unless it holds. */
export async function keep(
  folder: string,
  name: string,
  bundle: Uint8Array<ArrayBuffer>,
  roots: string,
): Promise<void> {
  writeFileSync(join(folder, `${name}-evidence.zip`), bundle);
  const { "agreement.pdf": agreement } = unzipSync(bundle);
  if (agreement) writeFileSync(join(folder, `${name}-agreement.pdf`), agreement);
  writeFileSync(join(folder, "roots.pem"), roots);
  tell(`bundle downloaded (${Math.round(bundle.length / 1024)} KB) and checked:`);
  const report = await verify(bundle, { roots }, new Date().toISOString());
  console.log(indented(tableOf(report, "en", process.stdout.isTTY)));
  if (report.verdict !== "holds") throw new Error("the bundle does not hold");
}

/** Trust comes from outside the bundle: the operator's own bucket, and how the stack was configured. */
export async function rootsOf({ environment }: LocalStack): Promise<string> {
  Object.assign(process.env, environment);
  const documents = documentStore(lambdaWorld, environment.DOCUMENT_BUCKET ?? "");
  const authority = await documents.get("pki/authority.pem");
  if (authority === undefined) throw new Error("the stack keeps no pki/authority.pem");
  return `${Buffer.from(authority)}${environment.TIMESTAMP_ROOTS}`;
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, " ".repeat(11));

/** Shows how the partner heard of its contract, in the words of its dialect. */
export async function showWebhook(stack: LocalStack, contractId: string): Promise<void> {
  const received = await eventually("the webhook", async () => {
    const { events } = await (await fetch(`${stack.simulators.partner}/_control/state`)).json();
    return events.find(({ event }: Received) => JSON.stringify(event ?? "").includes(contractId));
  });
  tell(`webhook received, signature ${received.signatureValid ? "valid" : "INVALID"}:`);
  console.log(`           ${JSON.stringify(received.event)}`);
  if (!received.signatureValid) throw new Error("the webhook's signature is not valid");
}

type Received = {
  readonly signatureValid: boolean;
  readonly event?: unknown;
};
