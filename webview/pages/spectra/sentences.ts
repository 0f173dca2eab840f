import type { PrincipalAnglesEntry, SpectrumEntry } from '../../../extension/contract/report.js';
import type { StatisticKey } from '../../../extension/contract/statistics/table.js';
import { degrees, meanAngle } from './figure.js';
import type { HeatRow } from './heatMap.js';
import type { MatrixInfo, Of } from '../../report/matrices.js';
import { shortName } from '../../charts/shortNames.js';
import { say } from '../../words/say.js';
import { counted } from '../../words/counts.js';
import { integer, number } from '../../words/numbers.js';
import { statisticName } from '../../words/statistics.js';

/**
 * Singular values above the Marchenko–Pastur edge, and σ₁ and the stable rank with those of shuffled entries.
 */
export function spectrumSays(entry: SpectrumEntry): string {
  const { stableRank, spectralNorm, nulls, rows, columns } = entry;
  if (spectralNorm === 0 || stableRank === undefined) return say(`spectra.zero.${entry.of}`);
  const { marchenkoPastur: edge, shuffled } = nulls;
  if (!edge && !shuffled) {
    return say('spectra.noNull', { rank: number(stableRank), sigma: number(spectralNorm) });
  }
  const first = edge
    ? say('spectra.says', {
        above: integer(edge.above),
        values: counted(Math.min(rows, columns), 'singularValues'),
        edge: number(edge.upperEdge),
        ratio: number(spectralNorm / edge.upperEdge),
      })
    : say('spectra.saysFused', { sigma: number(spectralNorm), rank: number(stableRank) });
  const nullRank = nulls.stableRank?.mean;
  const nullSigma = nulls.spectralNorm?.mean;
  if (!shuffled || nullRank === undefined || nullSigma === undefined) return first;
  return (
    first +
    say(shuffled.law ? 'spectra.saysLaw' : 'spectra.saysShuffled', {
      draws: counted(shuffled.draws, 'draws'),
      null: number(nullSigma),
      nullRank: number(nullRank),
      sigma: number(spectralNorm),
      rank: number(stableRank),
    })
  );
}

/** How the weights are computed from the file's codes or factors, if it stores these. */
export const computedSays = ({ tensor }: MatrixInfo): string =>
  tensor.computed === undefined ? '' : say('spectra.computed', { how: tensor.computed });

/** The lowest and the highest stable rank of several spectra, with the null of the lowest. */
export function severalSpectraSay(
  chosen: readonly { readonly matrix: MatrixInfo; readonly entry: SpectrumEntry }[],
): string {
  const ranked = chosen
    .filter(({ entry }) => entry.stableRank !== undefined)
    .sort((a, b) => a.entry.stableRank! - b.entry.stableRank!);
  const [low] = ranked;
  const high = ranked.at(-1);
  if (!low || !high) return '';
  const values = {
    low: shortName(low.matrix.label),
    lowRank: number(low.entry.stableRank!),
    high: shortName(high.matrix.label),
    highRank: number(high.entry.stableRank!),
  };
  const { shuffled, stableRank } = low.entry.nulls;
  if (shuffled && stableRank) {
    return say(low === high ? 'overview.spectrumSays' : 'overview.spectraSays', {
      ...values,
      nullRank: number(stableRank.mean),
      draws: counted(shuffled.draws, 'draws'),
    });
  }
  const edge = low.entry.nulls.marchenkoPastur?.upperEdge;
  if (edge === undefined) return '';
  const key = low === high ? 'overview.spectrumSaysNoNull' : 'overview.spectraSaysNoNull';
  return say(key, { ...values, edge: number(edge) });
}

/** In how many matrices a statistic fell, where it fell most, and its value for shuffled entries there. */
export function heatSays(rows: readonly HeatRow[], statistic: StatisticKey, side: Of): string {
  const ends = rows.flatMap(({ matrix, entries }) => {
    const known = entries.filter((entry) => entry[statistic] !== undefined);
    const [first] = known;
    const last = known.at(-1);
    return first && last ? [{ matrix, first, last }] : [];
  });
  if (ends.length === 0) return '';
  const moved = ends.filter(({ first, last }) => first.step !== last.step);
  if (moved.length === 0) {
    const values = ends.map(({ last }) => last[statistic]!);
    return say('heat.one', {
      low: number(Math.min(...values)),
      high: number(Math.max(...values)),
      all: counted(ends.length, 'matrices'),
    });
  }
  // The factor of the change, if it is meaningful; logarithms may be negative.
  const isRatio = moved.every(({ first, last }) => first[statistic]! > 0 && last[statistic]! > 0);
  const change = ({ first, last }: (typeof moved)[number]): number =>
    isRatio ? last[statistic]! / first[statistic]! - 1 : last[statistic]! - first[statistic]!;
  const falling = moved.filter((row) => change(row) < 0).length;
  const falls = falling * 2 >= moved.length;
  const most = moved.reduce((best, row) =>
    (falls ? change(row) < change(best) : change(row) > change(best)) ? row : best,
  );
  const values = {
    statistic: statisticName(statistic),
    of: say(side),
    falling,
    growing: moved.length - falling,
    all: counted(moved.length, 'matrices'),
    first: most.first.step,
    last: most.last.step,
    most: shortName(most.matrix.label),
    from: number(most.first[statistic]!),
    to: number(most.last[statistic]!),
  };
  const { shuffled, [statistic]: tested } = most.last.nulls;
  return (
    say(falls ? 'heat.says' : 'heat.saysGrows', values) +
    (shuffled && tested
      ? say('heat.null', { ...values, draws: counted(shuffled.draws, 'draws'), null: number(tested.mean) })
      : '')
  );
}

export function ranksOverStepsSay(entries: readonly SpectrumEntry[]): string {
  const known = entries.filter(
    ({ stableRank, effectiveRank }) => stableRank !== undefined && effectiveRank !== undefined,
  );
  const [first] = known;
  const last = known.at(-1);
  if (!first || !last || first === last) return '';
  const says = say('overSteps.says', {
    first: first.step,
    last: last.step,
    from: number(first.stableRank!),
    to: number(last.stableRank!),
    effectiveFrom: number(first.effectiveRank!),
    effectiveTo: number(last.effectiveRank!),
  });
  const { stableRank, effectiveRank } = last.nulls;
  return stableRank && effectiveRank
    ? says +
        say('overSteps.null', {
          last: last.step,
          null: number(stableRank.mean),
          effectiveNull: number(effectiveRank.mean),
        }) +
        (known.some(({ nulls }) => nulls.shuffled?.law) ? say('overSteps.law') : '')
    : `${says}.`;
}

export function anglesSay(angles: readonly PrincipalAnglesEntry[]): string {
  const [first] = angles;
  const last = angles.at(-1);
  if (!first || !last) return '';
  const tested = angles.filter(({ ofStepSize }) => ofStepSize !== undefined);
  const latest = tested.at(-1);
  const held =
    latest?.ofStepSize === undefined
      ? ''
      : say('angles.saysStep', {
          step: latest.toStep,
          own: number(meanAngle(latest.left)),
          null: number(meanAngle(latest.ofStepSize.left)),
          draws: counted(latest.ofStepSize.draws, 'draws'),
          less: tested.filter(({ left, ofStepSize }) => meanAngle(left) < meanAngle(ofStepSize!.left)).length,
          tested: tested.length,
        });
  const says = say('angles.says', {
    k: first.k,
    first: number(meanAngle(first.left)),
    firstStep: first.toStep,
    last: number(meanAngle(last.left)),
    lastStep: last.toStep,
    null: number(degrees(first.null.left)),
  });
  return says + held;
}
