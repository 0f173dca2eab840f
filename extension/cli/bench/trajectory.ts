import { open } from 'node:fs/promises';
import { median } from '../../contract/median.js';
import type { Bench } from './bench.js';
import { seriesPass } from './seriesPass.js';
import { writeSyntheticSeries } from './syntheticSeries.js';

const checkpoints = 20;
const rounds = 5;

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
      ours.push(await seconds(() => seriesPass(temporaryFolder)));
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
        floor: { name: 'the same reading', value: Math.min(...theirs) },
        aim: 'at most 2.5',
        note: `peak memory ${megabytes} MB`,
      },
    ];
  },
};

const seconds = async (run: () => Promise<unknown>): Promise<number> => {
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
