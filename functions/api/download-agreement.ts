import { Erased } from "../adapters/contract-store.ts";
import { documentStore } from "../adapters/document-store.ts";
import { downloadLinks } from "../adapters/download-link.ts";
import { assembleContracts, assembleLinks } from "../assemble.ts";
import { wordProblem } from "../dialects/native.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { readAgreement, readFiles, signedKey } from "../evidence/agreement-file.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

/**
 * `GET /v1/contracts/{contractId}/agreement?until=&signature=` (D-68): the PDF with every signature in it, or the
 * one that waits for them, by the link that an answer carries.
 */
export function build(world: World) {
  const env = readEnvironment(world, "DOCUMENT_BUCKET", "PUBLIC_BASE_URL");
  const contracts = assembleContracts(world);
  const { keys } = assembleLinks(world);
  const links = downloadLinks(world, keys, env.PUBLIC_BASE_URL, "agreement");
  const documents = documentStore(world, env.DOCUMENT_BUCKET);

  return httpLambda(world, wordProblem, async (call) => {
    const id = call.parameters.contractId ?? "";
    const query = new URLSearchParams(call.query);
    const [until, signature] = [query.get("until") ?? "", query.get("signature") ?? ""];
    if (!(await links.holds(id, until, signature)))
      throw new Problem("LINK_EXPIRED", "this link is not valid or has expired; ask for a new one");
    const pdf = await newest(id);
    if (pdf === undefined)
      throw new Problem("NOT_FOUND", "there is no agreement, or the person in it was forgotten");
    return {
      status: 200,
      headers: {
        "content-type": "application/pdf",
        "content-disposition": `attachment; filename="${id}.pdf"`,
      },
      body: Buffer.from(pdf),
    };
  });

  async function newest(id: string): Promise<Uint8Array | undefined> {
    const contract = await contracts.read(id);
    if (contract?.agreement === undefined) return undefined;
    const key = await contracts.readKey(id).catch((cause: unknown) => {
      if (cause instanceof Erased) return undefined;
      throw cause;
    });
    if (key === undefined) return undefined;
    const { documentHash, signed } = contract.agreement;
    if (!signed) return readAgreement(documents, key, id, documentHash);
    const history = await contracts.history(id);
    const facts = history.find(({ entry }) => entry.step === "DOCUMENT_SIGNED")?.entry.facts;
    const files = await readFiles(documents, key, signedKey(id, String(facts?.signedHash)));
    return files["signed.pdf"];
  }
}

export const handler = lambda(build);
