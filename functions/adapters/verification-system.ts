import * as z from "zod";
import { figures } from "../domain/figures.ts";
import type { VerificationMethod } from "../domain/verification-rules.ts";
import type { World } from "../world.ts";
import type { Subject } from "./contract-items.ts";
import { callPeer } from "./peer-call.ts";
import type { Peer } from "./peers.ts";

/** */
const timeoutMs = figures.verificationTimeoutMs;

const accepted = z.object({
  verificationId: z.string().min(1).max(64),
  handOffUrl: z.url().optional(),
  expiresAt: z.iso.datetime(),
});
const judged = z.object({
  status: z.enum(["PENDING", "SUCCESS", "FAILED"]),
  remainingTries: z.int().min(0),
});
const record = z.object({
  verificationId: z.string(),
  status: z.enum(["PENDING", "PROCESSING", "SUCCESS", "FAILED", "EXPIRED"]),
  failReason: z.string().optional(),
  transactionNo: z.string().optional(),
  score: z.union([z.number(), z.string()]).optional(),
  amount: z.string().optional(),
  remark: z.string().optional(),
});

export type Challenge = {
  /** Derived from the flow's own key (B-15); the same key is the same challenge. */
  readonly challengeKey: string;
  readonly contractId: string;
  readonly method: VerificationMethod;
  /** B-45: scene, fund purpose and subject travel unchanged, so that both audits tell one story. */
  readonly scene: string;
  readonly fundPurpose?: string;
  readonly subject: Subject & { readonly userType: string };
  readonly callbackUrl: string;
  readonly returnUrl: string;
};

/** The identity verification system (认证系统): its logic is its own (B-04). Throws PeerUnavailable or PeerRefused. */
export function verificationSystem(world: World, url: string, peer: () => Promise<Peer>) {
  const path = (id: string) => `${url}/v1/verifications/${encodeURIComponent(id)}`;
  return {
    async createChallenge(challenge: Challenge): Promise<z.infer<typeof accepted>> {
      return callPeer(world, await peer(), {
        method: "POST",
        url: `${url}/v1/verifications`,
        body: challenge,
        idempotencyKey: challenge.challengeKey,
        timeoutMs,
        answer: accepted,
      });
    },

    /** Hands over what the person typed; judged once per attempt number, however often it is sent (K53). */
    async confirm(
      verificationId: string,
      attempt: number,
      amount: string,
      remark: string,
    ): Promise<z.infer<typeof judged>> {
      return callPeer(world, await peer(), {
        method: "POST",
        url: `${path(verificationId)}/confirm`,
        body: { attempt, amount, ...(remark === "" ? {} : { remark }) },
        idempotencyKey: `${verificationId}-${attempt}`,
        timeoutMs,
        answer: judged,
      });
    },

    async read(verificationId: string): Promise<z.infer<typeof record>> {
      return callPeer(world, await peer(), {
        method: "GET",
        url: path(verificationId),
        timeoutMs,
        answer: record,
      });
    },
  };
}

export type VerificationRecord = z.infer<typeof record>;
