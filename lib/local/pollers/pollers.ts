import type { LocalClock } from "../clock.ts";

/** A loop that moves records from a stream or queue to a function until it is closed. */
export type Poller = {
  /** Says that there may be something new; without it the source is asked at its own pace. */
  poke(): void;
  /** Nothing is recorded after this: a call still running is made again at the next start. */
  close(): void;
};

export type Round = {
  readonly signal: AbortSignal;
  /** Resolves after `ms` of real time, at the next poke, or when the poller closes. */
  idle(ms: number): Promise<void>;
  /** Resolves after `ms` of the stack's time or when the poller closes: for retries. */
  backOff(ms: number): Promise<void>;
};

/** What a function reports about a batch (`ReportBatchItemFailures`). */
export type BatchAnswer = {
  readonly batchItemFailures?: readonly { readonly itemIdentifier?: string }[];
};

/** Pause after a round that failed for reasons of the stack itself, such as a database being gone. */
const faultPauseMs = 1_000;

/**
 * Repeats `work` until closed. A round that throws is told and tried again: a poller that gave up
 * would leave the stack running but dead.
 */
export function pollForever(
  name: string,
  clock: LocalClock,
  work: (round: Round) => Promise<void>,
): Poller {
  const closing = new AbortController();
  const { signal } = closing;
  let poked = false;
  let wake = () => {};

  function until(arrange: (resume: () => void) => () => void): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const resume = () => {
        cancel();
        signal.removeEventListener("abort", resume);
        resolve();
      };
      const cancel = arrange(resume);
      signal.addEventListener("abort", resume);
    });
  }

  const round: Round = {
    signal,
    async idle(ms) {
      if (!poked) {
        await until((resume) => {
          wake = resume;
          const timer = setTimeout(resume, ms);
          return () => clearTimeout(timer);
        });
      }
      poked = false;
    },
    backOff: (ms) => until((resume) => clock.at(clock.now() + ms, resume)),
  };

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await work(round);
      } catch (cause) {
        if (signal.aborted) return;
        console.error(`${name} failed and goes on in ${faultPauseMs} ms:`, cause);
        await round.backOff(faultPauseMs);
      }
    }
  }

  void run();
  return {
    poke() {
      poked = true;
      wake();
    },
    close: () => closing.abort(),
  };
}
