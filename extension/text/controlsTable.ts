import type { ControlEntry } from '../contract/report.js';
import { meanAccuracy } from '../contract/rankForAccuracy.js';
import { percent, textTable } from './textTable.js';

const names: { readonly [K in ControlEntry['kind']]: (entry: ControlEntry) => string } = {
  'random-walk': () => 'random walk to the same end',
  'decay-walk': () => 'decay and a walk to the same end',
  'early-components': ({ lastStep }) => `components up to step ${lastStep}`,
  'random-directions': () => 'random directions',
};

/** The nulls of the trajectory's components: energy kept and mean accuracy over the tasks at each rank. */
export const controlsTable = (controls: readonly ControlEntry[]): string =>
  [pointsTable(controls), ...controls.flatMap(starLine)].join('\n');

/** Components that a random walk needs to match the run's few. */
const starLine = (entry: ControlEntry): string[] => {
  if (entry.kind !== 'random-walk' && entry.kind !== 'decay-walk') return [];
  const most = entry.points.at(-1)?.rank ?? 0;
  const star = (rank: number | undefined): string => rank?.toString() ?? `>${most}`;
  return [`${names[entry.kind](entry)}: k*(95) ${star(entry.kStar95)}, k*(99) ${star(entry.kStar99)}`];
};

const pointsTable = (controls: readonly ControlEntry[]): string => {
  const unmirrored = controls.some(({ points }) => points.some((point) => point.testAccuracyUnmirrored));
  return textTable(
    [
      { title: 'control' },
      { title: 'rank', align: 'right' },
      { title: 'of', align: 'right' },
      { title: 'energy', align: 'right' },
      { title: 'accuracy', align: 'right' },
      ...(unmirrored ? [{ title: 'mirror not trained', align: 'right' as const }] : []),
    ],
    controls.flatMap((entry) =>
      entry.points.map(({ rank, energy, testAccuracy, testAccuracyUnmirrored }) => [
        names[entry.kind](entry),
        String(rank),
        String(entry.fullRank),
        percent(energy),
        meanAccuracy(testAccuracy).toFixed(3),
        ...(unmirrored
          ? [testAccuracyUnmirrored ? meanAccuracy(testAccuracyUnmirrored).toFixed(3) : '–']
          : []),
      ]),
    ),
  );
};
