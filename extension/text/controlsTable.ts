import type { ControlEntry } from '../contract/report.js';
import { meanAccuracy } from '../contract/rankForAccuracy.js';
import { percent, textTable } from './textTable.js';

const names: { readonly [K in ControlEntry['kind']]: (entry: ControlEntry) => string } = {
  'random-walk': () => 'random walk to the same end',
  'early-components': ({ lastStep }) => `components up to step ${lastStep}`,
  'random-directions': () => 'random directions',
};

/** What the trajectory's components are held against: energy kept and mean accuracy over the tasks at each rank. */
export const controlsTable = (controls: readonly ControlEntry[]): string =>
  textTable(
    [
      { title: 'control' },
      { title: 'rank', align: 'right' },
      { title: 'of', align: 'right' },
      { title: 'energy', align: 'right' },
      { title: 'accuracy', align: 'right' },
    ],
    controls.flatMap((entry) =>
      entry.points.map(({ rank, energy, testAccuracy }) => [
        names[entry.kind](entry),
        String(rank),
        String(entry.fullRank),
        percent(energy),
        meanAccuracy(testAccuracy).toFixed(3),
      ]),
    ),
  );
