import { open } from 'node:fs/promises';
import { median } from '../../contract/median.js';
import type { Bench } from './bench.js';
import { seriesPass } from './seriesPass.js';
import { spent, type Spent } from './spent.js';
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
    const theirs: Spent[] = [];
    for (let round = 0; round < rounds; round++) {
      theirs.push(await spent(() => readOnce(paths)));
      ours.push(await spent(() => seriesPass(temporaryFolder)));
      say(`round ${round + 1}: ours ${words(ours.at(-1)!)}, reading ${words(theirs.at(-1)!)}`);
    }
    const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    const measured = (of: keyof Spent) => ({
      ours: median(ours.map((each) => each[of])),
      peer: { name: 'reading the bytes once', value: median(theirs.map((each) => each[of])) },
      ratio: median(ours.map((each, i) => each[of] / theirs[i]![of])),
      floor: { name: 'the same reading', value: Math.min(...theirs.map((each) => each[of])) },
    });
    const name = `trajectories of ${checkpoints} × 200 MB`;
    return [
      { name, unit: 's', ...measured('wall'), aim: 'at most 2.5', note: `peak memory ${megabytes} MB` },
      { name: `${name}, all cores' time`, unit: 's of processor', ...measured('processor') },
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
