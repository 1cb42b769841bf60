import * as z from "zod";
import { sameSignature } from "../adapters/request-signature.ts";
import { advanceOrRefuse } from "../advance.ts";
import { assembleLinks } from "../assemble.ts";
import { pageAction } from "../h5.ts";
import { lambda, type World } from "../world.ts";

const schema = z.strictObject({
  code: z
    .string()
    .transform((typed) => typed.normalize("NFKC").trim())
    .pipe(z.string().regex(/^\d{6}$/, "must be the 6 digits of the message")),
});

/**
 * `POST /h5/{token}/code`: the person types the code back. The try is written with the version of the contract
 * it was judged by, so a hundred at once are five at most; the screen that follows says what came of it.
 */
export function build(world: World) {
  const { keys } = assembleLinks(world);

  return pageAction(
    world,
    schema,
    (contracts) =>
      async ({ contract: { id }, signer }, { code }) => {
        const number = signer.otp?.number ?? 0;
        const matches = sameSignature(await keys.otp(id, signer.number, number), code);
        const typed = { type: "submitOtp", at: world.now(), number, matches } as const;
        return (await advanceOrRefuse(contracts, id, { ...typed, signer: signer.number })).contract;
      },
  );
}

export const handler = lambda(build);
