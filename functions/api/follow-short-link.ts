import { shortLinks } from "../adapters/short-links.ts";
import { visitLimit } from "../adapters/visit-limit.ts";
import { assembleLinks } from "../assemble.ts";
import { wordProblem } from "../dialects/native.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { languageOf } from "../page-language.ts";
import { signingPage } from "../pages/signing-page.ts";
import { lambda, type World } from "../world.ts";

const codeForm = /^[0-9A-Za-z]{10}$/;

/**
 * `GET /s/{code}` (C-07, 3.4): leads to the signing page. A code that nobody ever had answers like one whose
 * contract is over, and each address may ask for thirty a minute, so that trying tells nothing.
 */
export function build(world: World) {
  const env = readEnvironment(world, "CONTRACT_FLOW_TABLE", "GUARD_TABLE");
  const { keys, h5Url } = assembleLinks(world);
  const find = shortLinks(world, env.CONTRACT_FLOW_TABLE);
  const visits = visitLimit(world, env.GUARD_TABLE, "short-link");

  return httpLambda(world, wordProblem, async (call) => {
    if (!(await visits.admit(await keys.fingerprint(`visitor\n${call.ip}`))))
      throw new Problem("RATE_LIMITED", "too many links were tried from here; wait a minute", {
        data: { retryAfterSeconds: 60 },
      });
    const { code = "" } = call.parameters;
    const link = codeForm.test(code) ? await find(code) : undefined;
    if (link !== undefined)
      return {
        status: 302,
        headers: {
          location: await h5Url(link.contractId, link.signer),
          "referrer-policy": "no-referrer",
        },
        body: "",
      };
    const language = languageOf(call);
    const title = language === "en" ? "Signing" : "签约";
    const screen = { name: "notFound" } as const;
    const { html, headers } = signingPage({ language, contractId: "", title, screen });
    return { status: 404, headers, body: html };
  });
}

export const handler = lambda(build);
