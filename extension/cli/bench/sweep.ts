import { availableParallelism } from 'node:os';
import path from 'node:path';
import { cellsOf, type Grid } from '../../engine/runs/grid.js';
import { runSweep } from '../../engine/runs/runSweep.js';
import type { Sharing } from '../../engine/runs/sideBySide.js';
import { beginSweep } from '../../engine/runs/sweepFile.js';
import { launcherFor } from '../launchers.js';
import type { Bench, BenchContext, Measurement } from './bench.js';
import { encoderRun, type EncoderSize } from './encoderRun.js';

/** Four seeds of one model, as a sweep trains them. */
interface SweepSize extends EncoderSize {
  readonly steps: number;
}

const sizes: readonly SweepSize[] = [
  { prime: 53, d: 32, heads: 4, dFf: 64, layers: 1, steps: 4000 },
  { prime: 97, d: 128, heads: 4, dFf: 256, layers: 2, steps: 600 },
];
const runs = 4;

const gridOf = (size: SweepSize): Grid => {
  const base = encoderRun(size, {
    batch: 512,
    maxSteps: size.steps,
    evaluateEvery: 200,
    checkpointEvery: 200,
  });
  const seeds = Array.from({ length: runs }, (_, seed) => seed);
  return {
    ...{ name: 'bench', base, scales: [{ name: 'one', model: base.model }], decays: [1], seeds },
    tasks: [['add']],
  };
};

const cores = availableParallelism();
const oneAfterTheOther = { name: 'one after the other', shared: { launcher: 'here', jobs: 1 } } as const;
const ways = [
  {
    name: `side by side, ${cores} at once on a thread each`,
    shared: { launcher: 'processes', jobs: cores },
  },
  { name: 'as rows of one graph', shared: { launcher: 'rows', jobs: runs } },
] as const;

/** Steps per second over all runs, including start, evaluations and checkpoints. */
const pace = async (size: SweepSize, folder: string, shared: Sharing): Promise<number> => {
  const grid = gridOf(size);
  await beginSweep(folder, grid);
  const start = performance.now();
  await runSweep(folder, cellsOf(grid), {
    launcher: launcherFor(shared),
    ...{ signal: new AbortController().signal, provider: 'cpu' },
  });
  return (runs * size.steps) / ((performance.now() - start) / 1000);
};

const measure = async (size: SweepSize, { say, temporaryFolder }: BenchContext): Promise<Measurement[]> => {
  const of = (name: string): string => path.join(temporaryFolder, `d${size.d}-${name.replace(/\W+/g, '-')}`);
  const alone = await pace(size, of(oneAfterTheOther.name), oneAfterTheOther.shared);
  const measurements: Measurement[] = [];
  for (const { name, shared } of ways) {
    const ours = await pace(size, of(name), shared);
    say(
      `${runs} runs, d ${size.d}, ${name}: ${ours.toFixed(0)} steps/s, ${(ours / alone).toFixed(2)} of ${alone.toFixed(0)}`,
    );
    measurements.push({
      name: `${runs} runs, d ${size.d}, batch 512, ${name}`,
      unit: 'steps/s',
      ours,
      peer: { name: oneAfterTheOther.name, value: alone },
      ratio: ours / alone,
    });
  }
  return measurements;
};

/** The best way to share a processor among the runs of a sweep. */
export const sweepBench: Bench = {
  name: 'sweep',
  summary: 'steps of several runs a second: side by side, as rows of one graph, one after the other',
  async run(context) {
    const measurements: Measurement[] = [];
    for (const size of sizes) measurements.push(...(await measure(size, context)));
    return measurements;
  },
};
