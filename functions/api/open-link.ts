import * as z from "zod";
import { advanceOrRefuse } from "../advance.ts";
import { pageAction } from "../h5.ts";
import { lambda, type World } from "../world.ts";

/** `POST /h5/{token}/open`: a person's browser showed the page. A scanner that only reads the link never posts. */
export function build(world: World) {
  return pageAction(
    world,
    z.strictObject({}),
    (contracts) =>
      async ({ contract: { id }, signer }) => {
        const opened = { type: "open", at: world.now(), signer: signer.number } as const;
        return (await advanceOrRefuse(contracts, id, opened)).contract;
      },
  );
}

export const handler = lambda(build);
