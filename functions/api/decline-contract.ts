import * as z from "zod";
import { advanceOrRefuse } from "../advance.ts";
import { pageAction } from "../h5.ts";
import { lambda, type World } from "../world.ts";

/** `POST /h5/{token}/decline`: the person does not want to sign; that is final (requirements 3.4). */
export function build(world: World) {
  const schema = z.strictObject({ reason: z.string().trim().max(512) });
  return pageAction(
    world,
    schema,
    (contracts) =>
      async ({ contract: { id }, signer }, { reason }, call) => {
        const { contract } = await advanceOrRefuse(contracts, id, {
          type: "decline",
          at: world.now(),
          signer: signer.number,
          reason,
          ip: call.ip,
          userAgent: call.userAgent,
        });
        return contract;
      },
  );
}

export const handler = lambda(build);
