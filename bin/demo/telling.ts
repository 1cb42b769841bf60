const began = performance.now();

const styled = (code: number) => (text: string) =>
  process.stdout.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = styled(1);
export const green = styled(32);

/** Seconds since the demo began, one decimal. */
export const elapsed = (): string => ((performance.now() - began) / 1000).toFixed(1);

export function tell(text: string): void {
  console.log(`${elapsed().padStart(5)} s  ${text}`);
}
