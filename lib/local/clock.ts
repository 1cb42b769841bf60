/**
 * The stack's own time: real time plus an offset that a test or a person may push forward.
 * Expiry after seven days is then tried in milliseconds, with the same timers that would fire on AWS.
 * The offset lives in shared memory so that every Lambda worker thread sees the same clock.
 */
export type LocalClock = {
  /** Milliseconds since the epoch, as the stack sees it. */
  now(): number;
  /** Runs `task` once the clock has reached `dueMs`; the returned function cancels it. */
  at(dueMs: number, task: () => void): () => void;
  /** Moves the clock forward and fires everything that became due, in order. */
  advance(ms: number): void;
  /** Two 32-bit halves cannot be read atomically, so the offset is one float64 in shared memory. */
  readonly offset: SharedArrayBuffer;
  close(): void;
};

type Timer = { readonly dueMs: number; readonly task: () => void };

/** setTimeout overflows beyond 2^31-1 ms; longer waits are simply re-armed. */
const longestTimeoutMs = 2 ** 31 - 1;

export function localClock(initialOffsetMs = 0): LocalClock {
  const offset = new SharedArrayBuffer(8);
  const cell = new Float64Array(offset);
  cell[0] = initialOffsetMs;
  const timers = new Set<Timer>();
  let armed: NodeJS.Timeout | undefined;

  const now = (): number => Date.now() + (cell[0] ?? 0);

  function arm(): void {
    clearTimeout(armed);
    let next = Number.POSITIVE_INFINITY;
    for (const timer of timers) next = Math.min(next, timer.dueMs);
    if (next === Number.POSITIVE_INFINITY) return;
    armed = setTimeout(fire, Math.min(Math.max(0, next - now()), longestTimeoutMs));
  }

  function fire(): void {
    const due = [...timers].filter((timer) => timer.dueMs <= now());
    due.sort((a, b) => a.dueMs - b.dueMs);
    for (const timer of due) {
      if (timers.delete(timer)) timer.task();
    }
    arm();
  }

  return {
    now,
    at(dueMs, task) {
      const timer = { dueMs, task };
      timers.add(timer);
      arm();
      return () => {
        timers.delete(timer);
      };
    },
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`the clock only goes forward: ${ms}`);
      cell[0] = (cell[0] ?? 0) + ms;
      fire();
    },
    offset,
    close() {
      clearTimeout(armed);
      timers.clear();
    },
  };
}
