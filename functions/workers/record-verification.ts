import type { EventBridgeEvent } from "aws-lambda";
import { peers } from "../adapters/peers.ts";
import { Problem } from "../domain/problem.ts";
import { readEnvironment } from "../environment.ts";
import { readProcessResult, verificationRecorder } from "../verification-callback.ts";
import { lambda, type World } from "../world.ts";

/**
 * `VerificationCompletedEvent` on the bus (D-13): the body of document D's callback, from source
 * `verification.<clientId>`, with the same effect. Whichever of the two comes second changes nothing. Who may put
 * events is the bus's policy; a refused one is counted and dropped, because asking again would not mend it.
 */
export function build(world: World) {
  const env = readEnvironment(world, "PEERS_SECRET_ID");
  const readPeers = peers(world, env.PEERS_SECRET_ID);
  const record = verificationRecorder(world);

  return async (event: EventBridgeEvent<"VerificationCompletedEvent", unknown>): Promise<void> => {
    try {
      const { verificationSystem } = await readPeers();
      if (event.source !== `verification.${verificationSystem.clientId}`)
        throw new Problem("NOT_FOUND", "the event's source is not the verification system");
      await record(readProcessResult(event.detail), { source: "EVENT" });
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      const fields = cause.fields.map(({ field }) => field);
      const { code } = cause;
      world.log("warn", "VerificationCompletedEvent refused", { eventId: event.id, code, fields });
      world.count("DependencyFailure");
    }
  };
}

export const handler = lambda(build);
