import * as z from "zod";
import { figures } from "../domain/figures.ts";
import type { World } from "../world.ts";
import { callPeer } from "./peer-call.ts";
import type { Peer } from "./peers.ts";

/** */
const timeoutMs = figures.smsTimeoutMs;

const answer = z.object({ provider: z.string(), providerMessageId: z.string() });

export type Message = {
  /** Our id of the message, and the key under which the gateway sends it at most once. */
  readonly messageId: string;
  readonly to: string;
  readonly text: string;
  readonly templateId: string;
};

/** Sends text messages. Throws PeerUnavailable (try again with the same id) or PeerRefused. */
export function smsGateway(world: World, url: string, peer: () => Promise<Peer>) {
  return {
    async send(message: Message): Promise<z.infer<typeof answer>> {
      return callPeer(world, await peer(), {
        method: "POST",
        url: `${url}/v1/messages`,
        body: message,
        idempotencyKey: message.messageId,
        timeoutMs,
        answer,
      });
    },
  };
}

export type SmsGateway = ReturnType<typeof smsGateway>;
