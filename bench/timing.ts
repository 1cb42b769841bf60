/** Milliseconds of each of `count` calls, `concurrency` of them at any time. */
export async function repeat(
  count: number,
  concurrency: number,
  call: () => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  let left = count;
  const line = async () => {
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      await call();
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, line));
  return times;
}

export function mean(times: readonly number[]): number {
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

/** Mean and percentiles as one line's text, in milliseconds. */
export function summary(times: readonly number[]): string {
  const ms = (value: number) => value.toFixed(1).padStart(7);
  return `mean ${ms(mean(times))}  p50 ${ms(percentile(times, 0.5))}  p99 ${ms(percentile(times, 0.99))}`;
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1] ?? 0;
}
