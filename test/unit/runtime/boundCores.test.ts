import { execFile, spawnSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { promisify } from 'node:util';
import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleForChild } from '../training/bundle.js';

const run = promisify(execFile);

/** Prints the cores of the mask, and the threads that start for a session of their own choice and for a product. */
const source = `
import { readdirSync } from 'node:fs';
import { boundCores } from './extension/engine/runtime/boundCores.ts';
import { probeModel } from './extension/engine/runtime/probeModel.ts';
import { createSession } from './extension/engine/runtime/session.ts';
import { onnxruntime } from './extension/engine/runtime/onnxruntime.ts';
import { product } from './extension/engine/linalg/product.ts';
const threads = () => readdirSync('/proc/self/task').length;
void onnxruntime().then(async () => {
  const before = threads();
  const session = await createSession(probeModel(), { provider: 'cpu' });
  const started = threads() - before;
  await product(new Float64Array(10_000), new Float64Array(10_000), 100, 100, 100);
  const ofProduct = threads() - before - started;
  console.log(JSON.stringify({ bound: boundCores() ?? null, started, ofProduct }));
  await session.dispose();
});
`;

const hasMask = process.platform === 'linux' && spawnSync('taskset', ['-c', '0', 'true']).status === 0;

const isBound = availableParallelism() < cpus().length;

describe.skipIf(!hasMask || isBound || cpus().length < 2)('the cores of an affinity mask', () => {
  const bundled = bundleForChild(source, 'bound-cores');
  afterAll(async () => rm(await bundled, { force: true }));

  it('limit the threads of a session', async () => {
    const { stdout } = await run('taskset', ['-c', '0', process.execPath, await bundled]);
    expect(JSON.parse(stdout)).toEqual({ bound: 1, started: 0, ofProduct: 0 });
  });

  it('leave onnxruntime its choice where there is no mask', async () => {
    const all = `0-${cpus().length - 1}`;
    const { stdout } = await run('taskset', ['-c', all, process.execPath, await bundled]);
    const { bound, started, ofProduct } = JSON.parse(stdout) as Record<string, unknown>;
    expect(bound).toBeNull();
    expect(started).toBeGreaterThan(0);
    expect(ofProduct).toBeGreaterThan(0);
  });
});
