import { defineConfig } from "vitest/config";

/** `pure` needs no stack and shares one process; `wired` files talk to local services on the wire. */
export default defineConfig({
  test: {
    // The machine this is measured on has two cores; more workers only wait for each other.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "pure",
          include: ["test/**/*.test.ts"],
          exclude: ["test/local/**", "test/journeys/**", "test/browser/**"],
          isolate: false,
          // Thousands of interleavings in one test: a busy machine needs its time for them.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "wired",
          include: ["test/{local,journeys,browser}/**/*.test.ts"],
          globalSetup: "test/journeys/global-setup.ts",
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
