import type { ControlEntry } from '../contract/report.js';
import { meanAccuracy } from '../contract/rankForAccuracy.js';
import { percent, textTable } from './textTable.js';

const names: { readonly [K in ControlEntry['kind']]: (entry: ControlEntry) => string } = {
  'random-walk': () => 'random walk to the same end',
  'decay-walk': () => 'decay and a walk to the same end',
  'early-components': ({ lastStep }) => `components up to step ${lastStep}`,
  'random-directions': () => 'random directions',
};

type Point = ControlEntry['points'][number];

/** Ranks that have a column, as far as any control goes: those at which every kind of control is measured. */
const shownRanks = [1, 2, 3, 5, 10, 20, 30] as const;

/**
 * What the trajectory's components are held against, a row each: the energy kept and the mean accuracy over the tasks
 * at some ranks, and with how many components a walk reaches so much of the run's accuracy. Every rank is in
 * the report.
 */
export const controlsTable = (controls: readonly ControlEntry[]): string => {
  const most = Math.max(0, ...controls.flatMap(({ points }) => points.map(({ rank }) => rank)));
  const ranks = shownRanks.filter((rank) => rank <= most);
  const measures = [
    { title: 'energy', of: ({ energy }: Point): string => percent(energy) },
    { title: 'accuracy', of: ({ testAccuracy }: Point): string => percent(meanAccuracy(testAccuracy)) },
    ...(controls.some(({ points }) => points.some((point) => point.testAccuracyUnmirrored))
      ? [
          {
            title: 'mirror not trained',
            of: ({ testAccuracyUnmirrored: found }: Point): string =>
              found === undefined ? '–' : percent(meanAccuracy(found)),
          },
        ]
      : []),
  ];
  return textTable(
    [
      { title: 'control' },
      { title: 'share of' },
      ...ranks.map((rank) => ({ title: `rank ${rank}`, align: 'right' as const })),
      { title: 'full rank', align: 'right' },
      { title: 'k*(95)', align: 'right' },
      { title: 'k*(99)', align: 'right' },
    ],
    controls.flatMap((entry) =>
      measures.map(({ title, of }, i) => [
        i === 0 ? names[entry.kind](entry) : '',
        title,
        ...ranks.map((rank) => atRank(entry, rank, of)),
        ...(i === 0 ? [String(entry.fullRank), ...starsOf(entry)] : ['', '', '']),
      ]),
    ),
  );
};

/** A dash where the rank was not tried. */
const atRank = ({ points }: ControlEntry, rank: number, of: (point: Point) => string): string => {
  const point = points.find((one) => one.rank === rank);
  return point === undefined ? '–' : of(point);
};

/** Components that a walk needs where those of the run need few; the other controls make no such claim. */
const starsOf = (entry: ControlEntry): string[] => {
  if (entry.kind !== 'random-walk' && entry.kind !== 'decay-walk') return ['–', '–'];
  const most = entry.points.at(-1)?.rank ?? 0;
  return [entry.kStar95, entry.kStar99].map((rank) => rank?.toString() ?? `>${most}`);
};
