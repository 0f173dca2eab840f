import { rankForAccuracy } from '../../../extension/contract/rankForAccuracy.js';
import type { ControlEntry, ReconstructionEntry } from '../../../extension/contract/report.js';
import { isChance } from '../../report/chance.js';
import { baselineOf, inOrder, rebuildingName } from './figure.js';
import { say } from '../../words/say.js';
import { integer, list, number, percent } from '../../words/numbers.js';
import type { RankRange } from '../../../extension/contract/statistics/ranks.js';
import {
  energyRank,
  kStar,
  nullRankForEnergy,
  rangeText,
  rankForEnergy,
  walksAt,
  walksNeed,
} from './rankNeeded.js';

/**
 * Subjects named in sentences: the change without decay is nearly the final weights, and is only in the chart
 * and the table.
 */
const named = (entries: readonly ReconstructionEntry[]): ReconstructionEntry[] =>
  inOrder(entries).filter(({ of }) => of !== 'change-without-decay');

const needs = (
  entries: readonly ReconstructionEntry[],
  rankOf: (entry: ReconstructionEntry) => RankRange | undefined,
  nullsOf: (entry: ReconstructionEntry) => readonly string[],
) =>
  list(
    named(entries).map((entry) => {
      const rank = rankOf(entry);
      const method = rebuildingName(entry);
      if (rank === undefined) return say('rank.never', { method });
      const nulls = nullsOf(entry);
      return say(nulls.length === 0 ? 'rank.needs' : 'rank.needsNull', {
        method,
        rank: rangeText(rank),
        full: integer(entry.fullRank),
        share: percent(rank.to / entry.fullRank),
        nulls: nulls.join(', '),
      });
    }),
  );

const itsNull = (value: string | undefined): string[] =>
  value === undefined ? [] : [say('rank.itsNull', { value })];

/** Which rank each method needs for `threshold` of the baseline accuracy, with chance beside it. */
export function accuracySays(
  entries: readonly ReconstructionEntry[],
  task: string,
  threshold: number,
  chance: number | undefined,
  controls: readonly ControlEntry[],
): string {
  const run = entries.filter(({ points }) => points.some(({ testAccuracy }) => testAccuracy));
  const baseline = baselineOf(entries, task);
  if (run.length === 0 || baseline === undefined) return '';
  if (chance !== undefined && isChance(baseline, chance)) {
    return say('rank.noBetter', { baseline: percent(baseline), chance: percent(chance) });
  }
  const values = {
    threshold: percent(threshold),
    baseline: percent(baseline),
    needs: needs(
      run,
      (entry) => kStar(entry, threshold),
      (entry) => {
        const ofRun = entry.baseline?.testAccuracy;
        return ofRun === undefined
          ? []
          : walksNeed(entry, controls, (points) => rankForAccuracy(points, ofRun, threshold));
      },
    ),
  };
  return chance === undefined
    ? say('rank.accuracySaysNoChance', values)
    : say('rank.accuracySays', { ...values, chance: percent(chance) });
}

export const energySays = (
  entries: readonly ReconstructionEntry[],
  threshold: number,
  controls: readonly ControlEntry[],
): string =>
  entries.length === 0
    ? ''
    : say('rank.energySays', {
        threshold: percent(threshold),
        needs: needs(
          entries,
          (entry) => rankForEnergy(entry, threshold),
          (entry) => {
            const rank = nullRankForEnergy(entry, threshold);
            return [
              ...itsNull(rank === undefined ? undefined : integer(rank)),
              ...walksNeed(entry, controls, energyRank(threshold)),
            ];
          },
        ),
      });

/** The relative error of each method at half of its full rank, beside that of its null or of walks. */
export function errorSays(
  entries: readonly ReconstructionEntry[],
  controls: readonly ControlEntry[],
): string {
  const errors = named(entries).flatMap((entry) => {
    const half = [...entry.points].reverse().find(({ rank }) => rank <= entry.fullRank / 2);
    if (half === undefined) return [];
    const chance = entry.null?.energies[half.rank - 1];
    const lost = (energy: number): string => number(Math.sqrt(Math.max(0, 1 - energy)));
    const nulls = [
      ...itsNull(chance === undefined ? undefined : lost(chance)),
      ...walksAt(entry, controls, half.rank, ({ energy }) => lost(energy)),
    ];
    return [
      say(nulls.length === 0 ? 'rank.errorAt' : 'rank.errorAtNull', {
        error: number(half.relativeError),
        method: rebuildingName(entry),
        nulls: nulls.join(', '),
      }),
    ];
  });
  return errors.length === 0 ? '' : say('rank.errorSays', { errors: list(errors) });
}

/** What is truncated, and the origin of the share of the start that decay leaves. */
export function subjectsSay(entries: readonly ReconstructionEntry[]): string {
  if (!entries.some(({ of }) => of === 'weights')) return '';
  const decay = entries.find(({ decay: found }) => found)?.decay;
  const kept = decay && number(decay.kept);
  return [
    say('rank.subjects'),
    ...(kept === undefined
      ? []
      : [say(decay!.origin === 'record' ? 'rank.decayRecord' : 'rank.decayFitted', { kept })]),
  ].join(' ');
}
