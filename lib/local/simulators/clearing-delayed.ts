import type { LocalClock } from "../clock.ts";
import type { Instruction } from "./clearing-ledger.ts";
import { everyItem, type Journal } from "./journal.ts";

/** An instruction taken in and not executed yet. */
type Delayed = {
  readonly id: string;
  readonly instruction: Instruction;
  readonly dueMs: number;
  readonly done: boolean;
};

/** Executes instructions some time after they came, on the stack's clock; what is due survives a restart. */
export function openDelayed(
  journal: Journal,
  clock: LocalClock,
  execute: (instruction: Instruction) => unknown,
) {
  const timers = new Set<() => void>();

  function schedule(delayed: Delayed): void {
    const cancel = clock.at(delayed.dueMs, () => {
      timers.delete(cancel);
      // Executing twice is harmless, forgetting is not: hence marked only afterwards.
      execute(delayed.instruction);
      journal.write("delayed", delayed.id, { ...delayed, done: true });
    });
    timers.add(cancel);
  }

  return {
    add(instruction: Instruction, delayMs: number): void {
      const dueMs = clock.now() + delayMs;
      const id = `${instruction.requestNo} ${dueMs}`;
      const delayed: Delayed = { id, instruction, dueMs, done: false };
      journal.write("delayed", id, delayed);
      schedule(delayed);
    },
    /** Takes up what an earlier process left. */
    resume(): void {
      for (const delayed of journal.list<Delayed>("delayed", everyItem)) {
        if (!delayed.done) schedule(delayed);
      }
    },
    /** Lets go of what waits; what is on disk stays there. */
    stop(): void {
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}
