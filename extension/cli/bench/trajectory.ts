import { open } from 'node:fs/promises';
import { inspectSettingsSchema } from '../../contract/report.js';
import * as v from 'valibot';
import { PassCollector } from '../../engine/analyses/trajectory/passCollector.js';
import { findSeries } from '../../engine/series/source.js';
import { survey } from '../../engine/series/survey.js';
import { trajectoryPass } from '../../engine/analyses/trajectory/trajectoryPass.js';
import type { Bench } from './bench.js';
import { median } from './bench.js';
import { writeSyntheticSeries } from './syntheticSeries.js';

const checkpoints = 20;
const rounds = 3;

/** Trajectory PCA of a series larger than the memory it may use, beside reading the same bytes once. */
export const trajectoryBench: Bench = {
  name: 'trajectory',
  summary: `all trajectories of ${checkpoints} checkpoints × 200 MB beside reading the same bytes once`,
  async run({ say, temporaryFolder }) {
    say(`writing ${checkpoints} checkpoints of 200 MB`);
    const paths = await writeSyntheticSeries(temporaryFolder, checkpoints);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      theirs.push(await seconds(() => readOnce(paths)));
      ours.push(await seconds(() => trajectories(temporaryFolder)));
      say(`round ${round + 1}: ours ${ours.at(-1)!.toFixed(2)} s, reading ${theirs.at(-1)!.toFixed(2)} s`);
    }
    const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    return [
      {
        name: `trajectories of ${checkpoints} × 200 MB`,
        unit: 's',
        ours: median(ours),
        peer: { name: 'reading the bytes once', value: median(theirs) },
        ratio: median(ours.map((value, i) => value / theirs[i]!)),
        aim: 'at most 1.5',
        note: `peak memory ${megabytes} MB`,
      },
    ];
  },
};

const seconds = async (run: () => Promise<void>): Promise<number> => {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
};

const readOnce = async (paths: readonly string[]): Promise<void> => {
  const buffer = new Uint8Array(4 << 20);
  for (const path of paths) {
    const file = await open(path, 'r');
    try {
      while ((await file.read(buffer, 0, buffer.length)).bytesRead > 0);
    } finally {
      await file.close();
    }
  }
};

const trajectories = async (folder: string): Promise<void> => {
  const { signal } = new AbortController();
  const found = await survey(await findSeries(folder, signal), signal);
  try {
    const settings = v.parse(inspectSettingsSchema, {});
    const collector = new PassCollector(found, settings, undefined, () => undefined);
    const pass = trajectoryPass(found, collector);
    while ((await pass.next()).done !== true);
    await collector.finish();
  } finally {
    await found.pool.close();
  }
};
