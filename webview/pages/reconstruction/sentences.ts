import type { ReconstructionEntry } from '../../../extension/contract/report.js';
import { baselineOf, inOrder, isChance, rebuildingName } from './figure.js';
import { say } from '../../words/say.js';
import { integer, list, number, percent } from '../../words/numbers.js';
import { kStar, rankForEnergy } from './rankNeeded.js';

/** What sentences name: the change without decay is nearly the final weights, and stands in the chart and the table. */
const named = (entries: readonly ReconstructionEntry[]): ReconstructionEntry[] =>
  inOrder(entries).filter(({ of }) => of !== 'change-without-decay');

const needs = (
  entries: readonly ReconstructionEntry[],
  rankOf: (entry: ReconstructionEntry) => number | undefined,
) =>
  list(
    named(entries).map((entry) => {
      const rank = rankOf(entry);
      const method = rebuildingName(entry);
      return rank === undefined
        ? say('rank.never', { method })
        : say('rank.needs', {
            method,
            rank: integer(rank),
            full: integer(entry.fullRank),
            share: percent(rank / entry.fullRank),
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
        needs: needs(entries, (entry) => rankForEnergy(entry, threshold)),
      });

/** The relative error of each method at half of its full rank, beside that of a flat spectrum. */
export function errorSays(entries: readonly ReconstructionEntry[]): string {
  const errors = named(entries).flatMap((entry) => {
    const half = [...entry.points].reverse().find(({ rank }) => rank <= entry.fullRank / 2);
    return half
      ? [say('rank.errorAt', { error: number(half.relativeError), method: rebuildingName(entry) })]
      : [];
  });
  return errors.length === 0
    ? ''
    : say('rank.errorSays', { errors: list(errors), null: number(Math.SQRT1_2) });
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
