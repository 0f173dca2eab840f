import type { ReconstructionEntry } from '../../../extension/contract/report.js';
import { isChance } from '../../report/chance.js';
import { baselineOf, inOrder, rebuildingName } from './figure.js';
import { say } from '../../words/say.js';
import { integer, list, number, percent } from '../../words/numbers.js';
import type { RankRange } from '../../../extension/contract/statistics/ranks.js';
import { kStar, nullRankForEnergy, rangeText, rankForEnergy } from './rankNeeded.js';

/** What sentences name: the change without decay is nearly the final weights, and stands in the chart and the table. */
const named = (entries: readonly ReconstructionEntry[]): ReconstructionEntry[] =>
  inOrder(entries).filter(({ of }) => of !== 'change-without-decay');

const needs = (
  entries: readonly ReconstructionEntry[],
  rankOf: (entry: ReconstructionEntry) => RankRange | undefined,
  byChance: (entry: ReconstructionEntry) => number | undefined = () => undefined,
) =>
  list(
    named(entries).map((entry) => {
      const rank = rankOf(entry);
      const method = rebuildingName(entry);
      if (rank === undefined) return say('rank.never', { method });
      const chance = byChance(entry);
      return say(chance === undefined ? 'rank.needs' : 'rank.needsNull', {
        method,
        rank: rangeText(rank),
        full: integer(entry.fullRank),
        share: percent(rank.to / entry.fullRank),
        ...(chance === undefined ? {} : { null: integer(chance) }),
      });
    }),
  );

/** Which rank each method needs for `threshold` of the baseline accuracy, with chance beside it. */
export function accuracySays(
  entries: readonly ReconstructionEntry[],
  task: string,
  threshold: number,
  chance: number | undefined,
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
    needs: needs(run, (entry) => kStar(entry, threshold)),
  };
  return chance === undefined
    ? say('rank.accuracySaysNoChance', values)
    : say('rank.accuracySays', { ...values, chance: percent(chance) });
}

export const energySays = (entries: readonly ReconstructionEntry[], threshold: number): string =>
  entries.length === 0
    ? ''
    : say('rank.energySays', {
        threshold: percent(threshold),
        needs: needs(
          entries,
          (entry) => rankForEnergy(entry, threshold),
          (entry) => nullRankForEnergy(entry, threshold),
        ),
      });

/** The relative error of each method at half of its full rank, beside that of its null. */
export function errorSays(entries: readonly ReconstructionEntry[]): string {
  const errors = named(entries).flatMap((entry) => {
    const half = [...entry.points].reverse().find(({ rank }) => rank <= entry.fullRank / 2);
    if (half === undefined) return [];
    const chance = entry.null?.energies[half.rank - 1];
    return [
      say(chance === undefined ? 'rank.errorAt' : 'rank.errorAtNull', {
        error: number(half.relativeError),
        method: rebuildingName(entry),
        ...(chance === undefined ? {} : { null: number(Math.sqrt(1 - chance)) }),
      }),
    ];
  });
  return errors.length === 0 ? '' : say('rank.errorSays', { errors: list(errors) });
}

/** What is cut, and where the share of the start that decay leaves comes from. */
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
