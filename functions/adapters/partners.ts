import * as z from "zod";
import type { World } from "../world.ts";
import { secret } from "./secrets.ts";

const schema = z.strictObject({
  partners: z.array(
    z.strictObject({
      clientId: z.string().min(1).max(64),
      /** Two may live at once, so that a partner can rotate without a gap (design 7). */
      secrets: z.array(z.string().min(16)).min(1).max(2),
      webhookSecret: z.string().startsWith("whsec_"),
      dialects: z.array(z.enum(["native", "A", "C", "D", "T"])),
      returnUrls: z.array(z.string()).default([]),
      scopes: z.array(z.string()).default([]),
      /** Where the results of transactions are told; whoever leaves it out asks for them. */
      transactionUrl: z.string().optional(),
    }),
  ),
});

export type Partner = z.infer<typeof schema>["partners"][number];

/** Looks a partner up by the id it sends; unknown ids are undefined, never an error. */
export function partnerDirectory(world: World, secretId: string) {
  const read = secret(world, secretId, (text) => schema.parse(JSON.parse(text)).partners);
  return async (clientId: string): Promise<Partner | undefined> =>
    (await read()).find((partner) => partner.clientId === clientId);
}
