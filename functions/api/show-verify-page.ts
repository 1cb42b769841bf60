import { contractIdForm } from "../assemble.ts";
import { wordProblem } from "../dialects/native.ts";
import { httpLambda } from "../http.ts";
import { languageOf } from "../page-language.ts";
import { verifyPage } from "../pages/verify-page.ts";
import { lambda, type World } from "../world.ts";

/**
 * `GET /verify` and `GET /verify/{contractId}`: the page where anybody checks a contract file; a signed PDF's
 * QR code leads here. Reads nothing: whether there is such a contract is not for everybody to know.
 */
export function build(world: World) {
  return httpLambda(world, wordProblem, async (call) => {
    const { contractId = "" } = call.parameters;
    const about = contractIdForm.test(contractId) ? contractId : undefined;
    const { html, headers } = verifyPage(languageOf(call), about);
    return { status: 200, headers, body: html };
  });
}

export const handler = lambda(build);
