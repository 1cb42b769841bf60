import * as z from "zod";
import { advanceOrRefuse } from "../advance.ts";
import { pageAction } from "../h5.ts";
import { lambda, type World } from "../world.ts";

/** `POST /h5/{token}/consent`: the person read the agreement and agrees to sign it electronically (B-08). */
export function build(world: World) {
  return pageAction(
    world,
    z.strictObject({}),
    (contracts) =>
      async ({ contract: { id }, signer }) => {
        const consent = { type: "consent", at: world.now(), signer: signer.number } as const;
        return (await advanceOrRefuse(contracts, id, consent)).contract;
      },
  );
}

export const handler = lambda(build);
