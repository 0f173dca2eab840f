import { open } from 'node:fs/promises';
import type { Bench } from './bench.js';
import { median } from './bench.js';
import { spent, type Spent } from './spent.js';
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
    const ours: Spent[] = [];
    const exact: Spent[] = [];
    const reading: Spent[] = [];
    for (let round = 0; round < rounds; round++) {
      reading.push(await spent(() => readOnce(paths)));
      ours.push(await spent(() => seriesPass(temporaryFolder)));
      exact.push(await spent(() => seriesPass(temporaryFolder, [], 'exact')));
      say(
        `round ${round + 1}: ours ${words(ours.at(-1)!)}, all in float64 ${words(exact.at(-1)!)}, reading ${words(reading.at(-1)!)}`,
      );
    }
    const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    return [
      {
        name: `trajectories of ${checkpoints} × 200 MB`,
        unit: 's',
        ours: median(ours.map(({ wall }) => wall)),
        peer: { name: 'reading the bytes once', value: median(reading.map(({ wall }) => wall)) },
        ratio: median(ours.map(({ wall }, i) => wall / reading[i]!.wall)),
        floor: { name: 'the same reading', value: Math.min(...reading.map(({ wall }) => wall)) },
        aim: 'at most 2.5',
        note: `peak memory ${megabytes} MB`,
      },
      {
        name: `trajectories of ${checkpoints} × 200 MB, all cores' time`,
        unit: 's of processor',
        ours: median(ours.map(({ processor }) => processor)),
        peer: { name: 'all in float64', value: median(exact.map(({ processor }) => processor)) },
        ratio: median(ours.map(({ processor }, i) => processor / exact[i]!.processor)),
        floor: { name: 'reading', value: Math.min(...reading.map(({ processor }) => processor)) },
        note: 'steps multiplied in float32 beside the same pass with --exact',
      },
    ];
  },
};

const words = ({ wall, processor }: Spent): string =>
  `${wall.toFixed(2)} s (${processor.toFixed(2)} s of processor)`;

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
