import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** One window of one host after another: the tests of a file are a story, and stop at what breaks it. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: [process.env.FIGURES === undefined ? 'test/host/*.e2e.ts' : 'test/host/*.figures.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 600_000,
  },
});
