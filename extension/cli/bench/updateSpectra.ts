import { median } from '../../contract/median.js';
import { edge } from '../../engine/analyses/edge/row.js';
import type { Bench } from './bench.js';
import { seriesPass } from './seriesPass.js';
import { spent } from './spent.js';
import { writeSyntheticSeries } from './syntheticSeries.js';

const checkpoints = 20;
const rounds = 5;

const processorSeconds = async (run: () => Promise<unknown>): Promise<number> => (await spent(run)).processor;

/** Update spectra of a series larger than the memory they may use, beside the trajectory's pass whose reading they share. */
export const updateSpectraBench: Bench = {
  name: 'update-spectra',
  summary: `trajectories and update spectra of ${checkpoints} checkpoints × 200 MB beside trajectories alone`,
  async run({ say, temporaryFolder }) {
    say(`writing ${checkpoints} checkpoints of 200 MB`);
    await writeSyntheticSeries(temporaryFolder, checkpoints);
    const ours: number[] = [];
    const theirs: number[] = [];
    let windows = 0;
    for (let round = 0; round < rounds; round++) {
      theirs.push(await processorSeconds(() => seriesPass(temporaryFolder)));
      ours.push(
        await processorSeconds(async () => {
          windows = (await seriesPass(temporaryFolder, [edge])).updateSpectra.length;
        }),
      );
      say(
        `round ${round + 1}: with update spectra ${ours.at(-1)!.toFixed(2)} s, trajectories alone ${theirs.at(-1)!.toFixed(2)} s of processor`,
      );
    }
    const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
    return [
      {
        name: `update spectra of ${checkpoints} × 200 MB`,
        unit: 's of processor',
        ours: median(ours),
        peer: { name: 'trajectories alone', value: median(theirs) },
        ratio: median(ours.map((value, i) => value / theirs[i]!)),
        aim: 'at most 1.3, under 500 MB',
        note: `${windows} windows with their nulls; peak memory ${megabytes} MB`,
      },
    ];
  },
};
