import type { LocalClock } from "../clock.ts";
import { type Message, openMessages, type QueueSettings, type SendOptions } from "./messages.ts";

export type ReceiveOptions = {
  readonly max: number;
  /** Real time: the clock moves on while a long poll waits. */
  readonly waitMs: number;
  readonly visibilitySeconds?: number | undefined;
  readonly signal?: AbortSignal;
};

export type Queues = ReturnType<typeof openQueues>;

/**
 * Standard queues on the stack's clock: delays, visibility and retention pass when the clock is
 * pushed forward, which no emulator on npm can do.
 */
export function openQueues({
  directory,
  clock,
}: {
  readonly directory: string;
  readonly clock: LocalClock;
}) {
  const messages = openMessages(directory);
  const waiting = waitingRoom();
  const nowMs = (): number => Math.trunc(clock.now());
  // Whoever held a message died with the last process.
  messages.release(nowMs());

  function take(queue: string, { max, visibilitySeconds }: ReceiveOptions): Message[] {
    const taken = messages.take(queue, max, visibilitySeconds, nowMs());
    const { redrive } = messages.settingsOf(queue);
    if (redrive !== undefined) waiting.wake(redrive.deadLetterQueue);
    return taken;
  }

  return {
    settingsOf: messages.settingsOf,
    /** Makes the queue, or gives the existing one these settings; its messages stay. */
    create: (queue: string, settings: QueueSettings = {}) => messages.create(queue, settings),
    /** Stores the message and answers with its id. */
    send(queue: string, body: string, options: SendOptions = {}): string {
      const id = messages.insert(queue, body, options, nowMs());
      waiting.wake(queue);
      return id;
    },
    /** Up to `max` due messages, hidden from others until their visibility runs out. */
    async receive(queue: string, options: ReceiveOptions): Promise<Message[]> {
      const deadline = performance.now() + options.waitMs;
      while (!options.signal?.aborted) {
        const taken = take(queue, options);
        const leftMs = deadline - performance.now();
        if (taken.length > 0 || leftMs <= 0) return taken;
        const dueMs = messages.nextDueMs(queue);
        await waiting.wait(queue, leftMs, options.signal, (resume) =>
          dueMs === undefined ? undefined : clock.at(dueMs, resume),
        );
      }
      return [];
    },
    /** Deleting twice, or with the receipt of an earlier delivery, is no error and changes nothing. */
    delete: messages.delete,
    changeVisibility(queue: string, receipt: string, seconds: number): void {
      messages.hide(queue, receipt, seconds, nowMs());
      waiting.wake(queue);
    },
    counts: () => messages.counts(nowMs()),
    close(): void {
      waiting.close();
      messages.close();
    },
  };
}

/** Long polls wait here until a message comes, one becomes due, or their time is over. */
function waitingRoom() {
  const waiters = new Map<string, Set<() => void>>();
  return {
    wake(queue: string): void {
      for (const resume of [...(waiters.get(queue) ?? [])]) resume();
    },
    wait(
      queue: string,
      waitMs: number,
      signal: AbortSignal | undefined,
      onDue: (resume: () => void) => (() => void) | undefined,
    ): Promise<void> {
      const others = waiters.get(queue) ?? new Set();
      waiters.set(queue, others);
      return new Promise((resolve) => {
        const resume = () => {
          others.delete(resume);
          clearTimeout(timer);
          cancel?.();
          signal?.removeEventListener("abort", resume);
          resolve();
        };
        const timer = setTimeout(resume, waitMs);
        const cancel = onDue(resume);
        others.add(resume);
        signal?.addEventListener("abort", resume);
      });
    },
    close(): void {
      for (const queue of waiters.keys()) this.wake(queue);
    },
  };
}
