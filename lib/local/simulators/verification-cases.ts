import type { LocalClock } from "../clock.ts";
import { everyItem, type Journal } from "./journal.ts";
import type { Outbox } from "./verification-callbacks.ts";
import {
  type Challenge,
  callbackBody,
  decide,
  type FaceCheck,
  newVerification,
  type Verification,
} from "./verification-record.ts";

/** Every verification of this system: kept, settled once, expired in time. */
export type Cases = {
  find(verificationId: string): Verification | undefined;
  /** Oldest first. */
  list(): Verification[];
  /** Every one that is still undecided. */
  pending(): Verification[];
  /**
   * The challenge of that key, new or earlier; undefined if the key stands for another challenge.
   * A new one keeps `check`: that its face is to be checked elsewhere.
   */
  open(challenge: Challenge, clientId: string, check?: FaceCheck): Verification | undefined;
  /** Keeps what became of `before`. A result that is new goes out as a callback, written together with it. */
  settle(before: Verification, after: Verification): Verification;
  /** Sends the result of a decided verification, again if need be. */
  announce(verification: Verification): void;
  /** Takes up the deadlines that an earlier process left. */
  resume(): void;
  stop(): void;
};

export function verificationCases(journal: Journal, clock: LocalClock, outbox: Outbox): Cases {
  const expiries = new Map<string, () => void>();

  const find = (id: string) => journal.read<Verification>("verification", id);
  const keep = (verification: Verification) =>
    journal.write("verification", verification.verificationId, verification);

  const pending = () =>
    journal
      .list<Verification>("verification", everyItem)
      .filter(({ status }) => status === "PENDING");

  function announce(verification: Verification): void {
    const { clientId, challenge } = verification;
    const { callbackUrl: url, contractId } = challenge;
    outbox.add({ url, clientId, contractId, body: callbackBody(verification) });
  }

  function settle(before: Verification, after: Verification): Verification {
    journal.atomically(() => {
      keep(after);
      if (before.status === "PENDING" && after.status !== "PENDING") announce(after);
    });
    if (after.status !== "PENDING") {
      expiries.get(after.verificationId)?.();
      expiries.delete(after.verificationId);
    }
    return after;
  }

  function expireInTime({ verificationId, expiresAt }: Verification): void {
    const cancel = clock.at(Date.parse(expiresAt), () => {
      const verification = find(verificationId);
      if (verification)
        settle(verification, decide(verification, "FAILED", "EXPIRED", clock.now()));
    });
    expiries.set(verificationId, cancel);
  }

  return {
    find,
    list: () => journal.list<Verification>("verification"),
    pending,
    open(challenge, clientId, check) {
      const key = `${clientId} ${challenge.challengeKey}`;
      const earlier = find(journal.read<string>("challenge-key", key) ?? "");
      if (earlier) {
        // Both went through the same schema, so equal challenges have equal texts.
        const same = JSON.stringify(earlier.challenge) === JSON.stringify(challenge);
        return same ? earlier : undefined;
      }
      const verification = {
        ...newVerification(challenge, clientId, clock.now()),
        ...(check && { check }),
      };
      journal.atomically(() => {
        keep(verification);
        journal.write("challenge-key", key, verification.verificationId);
      });
      expireInTime(verification);
      return verification;
    },
    settle,
    announce,
    resume() {
      for (const verification of pending()) expireInTime(verification);
    },
    stop() {
      for (const cancel of expiries.values()) cancel();
      expiries.clear();
    },
  };
}
