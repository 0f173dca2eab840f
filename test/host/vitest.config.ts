import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { libraryTelemetryOff } from '../../extension/contract/libraryTelemetry.js';

/** One window of one host after another: the tests of a file are a story in one window. */
export default defineConfig({
  test: {
    env: { ...libraryTelemetryOff },
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: [process.env.FIGURES === undefined ? 'test/host/*.e2e.ts' : 'test/host/*.figures.ts'],
    pool: 'forks',
    fileParallelism: false,
    globalSetup: fileURLToPath(new URL('packageExtension.ts', import.meta.url)),
    // A busy machine takes more than two minutes for the longest.
    testTimeout: 360_000,
    hookTimeout: 600_000,
    // As long as what the browser's driver waits for: the default of one second is for fast machines.
    expect: { poll: { timeout: 45_000 } },
    // A busy machine may lose a click or a hover in a window that is being drawn; what is broken fails three times.
    retry: process.env.FIGURES === undefined ? 2 : 0,
  },
});
