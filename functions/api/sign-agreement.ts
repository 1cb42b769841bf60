import * as z from "zod";
import { advanceOrRefuse } from "../advance.ts";
import { pageAction, signatureSchema } from "../h5.ts";
import { lambda, type World } from "../world.ts";

/** `POST /h5/{token}/sign`: the first gate (B-08). Whoever posts second is told that it is signed. */
export function build(world: World) {
  const schema = z.strictObject({ signature: signatureSchema });
  return pageAction(
    world,
    schema,
    (contracts) =>
      async ({ contract: { id }, signer }, { signature }, call) => {
        const { contract } = await advanceOrRefuse(contracts, id, {
          type: "sign",
          at: world.now(),
          signer: signer.number,
          signature: JSON.stringify(signature),
          ip: call.ip,
          userAgent: call.userAgent,
        });
        return contract;
      },
  );
}

export const handler = lambda(build);
