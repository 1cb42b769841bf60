import agreement from "../../openapi/agreement.json" with { type: "json" };
import native from "../../openapi/native.json" with { type: "json" };
import transaction from "../../openapi/transaction.json" with { type: "json" };
import wallet from "../../openapi/wallet.json" with { type: "json" };
import { wordProblem } from "../dialects/native.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

const descriptions = new Map<string, object>(
  Object.entries({ native, agreement, wallet, transaction }),
);

/** `GET /v1/openapi/{dialect}`: what a dialect understands and answers, in OpenAPI 3.1, at this address. Public. */
export function build(world: World) {
  const env = readEnvironment(world, "PUBLIC_BASE_URL");

  return httpLambda(world, wordProblem, async (call) => {
    const description = descriptions.get(call.parameters.dialect ?? "");
    if (description === undefined)
      throw new Problem("NOT_FOUND", `ask for one of ${[...descriptions.keys()].join(", ")}`);
    return { status: 200, body: { ...description, servers: [{ url: env.PUBLIC_BASE_URL }] } };
  });
}

export const handler = lambda(build);
