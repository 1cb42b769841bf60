import { readFileSync } from "node:fs";
import { wordProblem } from "../dialects/native.ts";
import { httpLambda } from "../http.ts";
import { lambda, type World } from "../world.ts";

/** `GET /verify/offline`: the verifier as one page to keep and to open without a network. Deployment lays it beside this file. */
export function build(world: World) {
  const page = readFileSync(new URL("./qianyue-verify.html", import.meta.url), "utf8");

  return httpLambda(world, wordProblem, async () => ({
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-disposition": 'attachment; filename="qianyue-verify.html"',
    },
    body: page,
  }));
}

export const handler = lambda(build);
