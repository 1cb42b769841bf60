import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { type LocalClock, localClock } from "../../lib/local/clock.ts";
import type { Simulator, SimulatorOptions } from "../../lib/local/simulators/control.ts";
import { type Credential, signedHeaders } from "../../lib/local/simulators/request-signature.ts";

export const client: Credential = { clientId: "qianyue", secret: "s3cret-for-tests" };

export type Addressed = { readonly url: string };

/** A folder and a clock of its own for each test; whatever was started is closed behind it. */
export type Stage = {
  clock: LocalClock;
  directory: string;
  start<Started extends Simulator>(
    simulator: (options: SimulatorOptions) => Promise<Started>,
  ): Promise<Started>;
  closeLater(close: () => Promise<void>): void;
};

export function useStage(): Stage {
  let open: (() => Promise<void>)[];

  const stage: Stage = {
    clock: localClock(),
    directory: "",
    async start(simulator) {
      const started = await simulator({ directory: stage.directory, clock: stage.clock });
      let closing: Promise<void> | undefined;
      const close = () => (closing ??= started.close());
      stage.closeLater(close);
      return { ...started, close };
    },
    closeLater: (close) => open.push(close),
  };

  beforeEach(() => {
    stage.directory = mkdtempSync(join(tmpdir(), "simulators-"));
    stage.clock = localClock();
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((close) => close()));
    stage.clock.close();
    rmSync(stage.directory, { recursive: true });
  });
  return stage;
}

/** One request signed by the client, with a nonce of its own. */
export function signed(nowMs: number, method: string, path: string, body: string) {
  return signedHeaders(client, { method, path, search: "", body }, nowMs, crypto.randomUUID());
}

/** Looks again until it holds; the limit is far beyond what loopback needs. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(holds, { timeout: 5_000, interval: 5 }).toBe(true);
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came.
export async function get(simulator: Addressed, path: string): Promise<any> {
  return (await fetch(simulator.url + path)).json();
}

export async function script(simulator: Addressed, rules: object[]): Promise<void> {
  const body = JSON.stringify(rules);
  const response = await fetch(`${simulator.url}/_control/faults`, { method: "PUT", body });
  expect(response.status).toBe(200);
}
