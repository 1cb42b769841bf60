import * as z from "zod";
import type { World } from "../world.ts";
import { secret } from "./secrets.ts";

const peer = z.strictObject({ clientId: z.string().min(1), secret: z.string().min(16) });
/** Loose, and a key may come later: a deployment must not have to change secret and code in one moment. */
const schema = z.object({
  smsGateway: peer,
  verificationSystem: peer,
  clearing: peer.optional(),
});

export type Peer = z.infer<typeof peer>;

/** The keys we share with the systems we call and that call us. */
export const peers = (world: World, secretId: string) =>
  secret(world, secretId, (text) => schema.parse(JSON.parse(text)));
