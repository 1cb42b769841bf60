import { Erased } from "../adapters/contract-store.ts";
import { documentStore } from "../adapters/document-store.ts";
import { downloadLinks } from "../adapters/download-link.ts";
import { assembleContracts, assembleLinks } from "../assemble.ts";
import { wordProblem } from "../dialects/native.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { loadBundle } from "../evidence/evidence-bundle.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `GET /v1/contracts/{contractId}/evidence/bundle?until=&signature=`: the link that the evidence answer carries. */
export function build(world: World) {
  const env = readEnvironment(world, "EVIDENCE_BUCKET", "PUBLIC_BASE_URL");
  const contracts = assembleContracts(world);
  const links = downloadLinks(world, assembleLinks(world).keys, env.PUBLIC_BASE_URL, "bundle");
  const evidence = documentStore(world, env.EVIDENCE_BUCKET);

  return httpLambda(world, wordProblem, async (call) => {
    const id = call.parameters.contractId ?? "";
    const query = new URLSearchParams(call.query);
    const [until, signature] = [query.get("until") ?? "", query.get("signature") ?? ""];
    if (!(await links.holds(id, until, signature)))
      throw new Problem("LINK_EXPIRED", "this link is not valid or has expired; ask for a new one");
    const sealed = (await contracts.history(id)).find(({ entry }) => entry.step === "SEALED");
    if (sealed === undefined) throw new Problem("NOT_FOUND", "the evidence is not sealed yet");

    const key = await contracts.readKey(id).catch((cause: unknown) => {
      if (cause instanceof Erased) return undefined;
      throw cause;
    });
    const bundle = await loadBundle(evidence, String(sealed.entry.facts.bundleKey), key);
    return {
      status: 200,
      headers: {
        "content-type": "application/zip",
        "content-disposition": `attachment; filename="${id}-evidence.zip"`,
      },
      body: Buffer.from(bundle),
    };
  });
}

export const handler = lambda(build);
