import * as z from "zod";
import { subjectOf } from "../adapters/contract-items.ts";
import { advanceOrRefuse } from "../advance.ts";
import { Problem } from "../domain/problem.ts";
import { pageAction, signatureSchema } from "../h5.ts";
import { lambda, type World } from "../world.ts";

/** `POST /h5/{token}/sign`: the first gate (B-08). Whoever posts second is told that it is signed. */
export function build(world: World) {
  const schema = z.strictObject({ signature: signatureSchema });
  return pageAction(
    world,
    schema,
    (contracts) =>
      async ({ contract: { id }, signer: { number, signMethod } }, { signature }, call) => {
        const byCertificate = "certificate" in signature;
        if (byCertificate !== (signMethod === "CA_CERT")) throw wrongWay(byCertificate);
        // What stands in the document of a signature that nobody drew is the name that was certified.
        const shown = byCertificate
          ? { typedName: subjectOf((await contracts.readDetails(id)).details, number).name }
          : signature;
        const { contract } = await advanceOrRefuse(contracts, id, {
          type: "sign",
          at: world.now(),
          signer: number,
          signature: JSON.stringify(shown),
          ip: call.ip,
          userAgent: call.userAgent,
        });
        return contract;
      },
  );
}

function wrongWay(byCertificate: boolean): Problem {
  const message = byCertificate
    ? "must be drawn or typed: this signer does not sign by certificate alone"
    : "must be {certificate: true}: this signer signs by certificate";
  return new Problem("PARAM_INVALID", `signature ${message}`, {
    fields: [{ field: "signature", message }],
  });
}

export const handler = lambda(build);
