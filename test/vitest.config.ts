import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { libraryTelemetryOff } from '../extension/contract/libraryTelemetry.js';

export default defineConfig({
  test: {
    env: { ...libraryTelemetryOff },
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/unit/**/*.test.{ts,tsx}'],
    // onnxruntime-node supports one session user per process: forks, never worker threads.
    pool: 'forks',
    setupFiles: ['test/unit/pageTexts.ts'],
    testTimeout: 60_000,
  },
});
