import type { WorkflowError } from "./domain/waits.ts";

/** Ends a step with an error that the state machine knows by name: Lambda reports `name` as the error. */
export class WorkflowFailure extends Error {
  constructor(
    name: WorkflowError | "Sms.Unavailable" | "Verification.Unavailable" | "Contract.NotYet",
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = name;
  }
}

/** What the two waiting steps receive. */
export type WaitInput = {
  readonly contractId: string;
  readonly signer: number;
  readonly taskToken: string;
};
