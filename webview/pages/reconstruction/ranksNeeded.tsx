import { useMemo } from 'preact/hooks';
import type { ControlEntry, ReconstructionEntry, Report } from '../../../extension/contract/report.js';
import { rankForAccuracy } from '../../../extension/contract/rankForAccuracy.js';
import { SortableTable, type TableColumn } from '../../parts/sortableTable.js';
import { accuracyAbsent } from '../../report/absence.js';
import { useInspection } from '../../state/inspectionContext.js';
import { decimals, integer, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { inOrder, rebuildingName } from './figure.js';
import { exactly, type RankRange } from '../../../extension/contract/statistics/ranks.js';
import { energyRank, kStar, nullRankForEnergy, rangeText, rankForEnergy, walksNeed } from './rankNeeded.js';

interface RankColumn {
  readonly id: string;
  readonly title: string;
  /** For claims about accuracies: no number if no rebuilt model was evaluated. */
  readonly byAccuracy: boolean;
  readonly rank: (entry: ReconstructionEntry) => RankRange | undefined;
  /** The same number for the null. */
  readonly byChance?: (entry: ReconstructionEntry) => number | undefined;
  readonly ofWalks?: (entry: ReconstructionEntry, controls: readonly ControlEntry[]) => string[];
}

const byAccuracy = (threshold: number): RankColumn[] =>
  [
    { id: 'accuracy', title: say('rank.thresholdAccuracy', { share: percent(threshold) }), share: threshold },
    { id: 'k95', title: say('rank.k95'), share: 0.95 },
    { id: 'k99', title: say('rank.k99'), share: 0.99 },
  ].map(({ share, ...column }) => ({
    ...column,
    byAccuracy: true,
    rank: (entry) => kStar(entry, share),
    ofWalks: (entry, controls) => {
      const baseline = entry.baseline?.testAccuracy;
      return baseline === undefined
        ? []
        : walksNeed(entry, controls, (points) => rankForAccuracy(points, baseline, share));
    },
  }));

const byEnergy = (threshold: number): RankColumn[] => [
  {
    id: 'energy',
    title: say('rank.thresholdEnergy', { share: percent(threshold) }),
    byAccuracy: false,
    rank: (entry) => rankForEnergy(entry, threshold),
    byChance: (entry) => nullRankForEnergy(entry, threshold),
    ofWalks: (entry, controls) => walksNeed(entry, controls, energyRank(threshold)),
  },
  {
    id: 'rank90',
    title: say('rank.rank90'),
    byAccuracy: false,
    rank: ({ rank90 }) => exactly(rank90),
    byChance: (entry) => entry.null?.rank90,
    ofWalks: (entry, controls) => walksNeed(entry, controls, energyRank(0.9)),
  },
  {
    id: 'rank99',
    title: say('rank.rank99'),
    byAccuracy: false,
    rank: ({ rank99 }) => exactly(rank99),
    byChance: (entry) => entry.null?.rank99,
    ofWalks: (entry, controls) => walksNeed(entry, controls, energyRank(0.99)),
  },
];

/**
 * The rank that each method needs: at the threshold, at k*(95) and k*(99), and for 90 and 99 percent of the
 * energy.
 */
export function RanksNeeded({ threshold, report }: { readonly threshold: number; readonly report: Report }) {
  const view = useInspection();
  const entries = useMemo(() => inOrder(report.reconstructions), [report]);
  if (entries.length === 0) return null;
  const hasRun = entries.some(({ baseline }) => baseline);
  const missing = (entry: ReconstructionEntry, ofAccuracy: boolean): string =>
    ofAccuracy && !entry.points.some(({ testAccuracy }) => testAccuracy)
      ? accuracyAbsent(view)
      : say('rank.notReached');
  const columns: TableColumn<ReconstructionEntry>[] = [
    {
      id: 'method',
      title: say('rank.method'),
      value: (entry) => `${rebuildingName(entry)} ${say(`scope.${entry.scope}`)}`,
      cell: (entry) => (
        <>
          {rebuildingName(entry)} <span class="muted">{say(`scope.${entry.scope}`)}</span>
        </>
      ),
    },
    {
      id: 'full',
      title: say('rank.full'),
      isNumeric: true,
      value: ({ fullRank }) => fullRank,
      cell: ({ fullRank }) => integer(fullRank),
    },
    ...[...(hasRun ? byAccuracy(threshold) : []), ...byEnergy(threshold)].map(
      ({ id, title, rank, byChance, ofWalks, byAccuracy: ofAccuracy }): TableColumn<ReconstructionEntry> => ({
        id,
        title,
        isNumeric: true,
        value: (entry) => rank(entry)?.to,
        cell: (entry) => {
          const needed = rank(entry);
          const chance = byChance?.(entry);
          const walks = ofWalks?.(entry, report.controls);
          return needed === undefined ? (
            <span class="muted">{missing(entry, ofAccuracy)}</span>
          ) : (
            <>
              {`${rangeText(needed)} (${percent(needed.to / entry.fullRank)})`}{' '}
              {chance !== undefined && (
                <small class="muted">{say('rank.null', { rank: integer(chance) })}</small>
              )}
              {walks?.map((walk) => (
                <small class="muted">{`(${walk})`}</small>
              ))}
            </>
          );
        },
      }),
    ),
    {
      id: 'entropy',
      title: say('rank.entropy'),
      isNumeric: true,
      value: ({ spectralEntropy }) => spectralEntropy,
      cell: ({ spectralEntropy }) =>
        spectralEntropy === undefined ? say('rank.oneRank') : decimals(spectralEntropy, 3),
    },
  ];
  return (
    <SortableTable
      id="ranks"
      title={say('rank.table')}
      columns={columns}
      rows={entries}
      keyOf={({ method, scope, of }) => `${method} ${scope} ${of}`}
    />
  );
}
