import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/unit/**/*.test.{ts,tsx}'],
    // onnxruntime-node supports one session user per process: forks, never worker threads.
    pool: 'forks',
    testTimeout: 60_000,
  },
});
