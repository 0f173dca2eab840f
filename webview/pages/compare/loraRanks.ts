import type { ComparisonEntry, Report } from '../../../extension/contract/report.js';
import type { LineFigure } from '../../charts/figure.js';
import { lineLook, nullLook, thresholdLook } from '../../charts/looks.js';
import { namedKind } from '../../report/layerPlaces.js';
import { say } from '../../words/say.js';

/** The adapter ranks that a difference needs. */
export interface LoraRank {
  readonly entry: ComparisonEntry;
  /** The base's name of the module, as PEFT wants it. */
  readonly module: string;
  readonly kind: string;
  readonly rank: number;
  readonly full: number;
  /** The null: with shuffled entries of the difference. */
  readonly byChance: number | undefined;
}

/** Share of Σσ² in the first 1, 2, … values. */
export const energyShares = (singularValues: readonly number[]): number[] => {
  const squares = singularValues.map((value) => value * value);
  const total = squares.reduceRight((sum, square) => sum + square, 0);
  let kept = 0;
  return squares.map((square) => (total > 0 ? Math.min(1, (kept += square) / total) : 1));
};

/** The smallest rank that keeps a share of the energy. If rounding leaves all shares below 1, the full rank. */
export const rankFor = (shares: readonly number[], energy: number): number => {
  const at = shares.findIndex((share) => share >= energy);
  return at < 0 ? shares.length : at + 1;
};

/** Ranks of the changed matrices of layers with a complete spectrum of the difference. */
export const loraRanks = (report: Pick<Report, 'comparisons' | 'tensors'>, energy: number): LoraRank[] => {
  const places = new Map(
    report.tensors.filter(({ part }) => part === undefined).map((t) => [t.name, t.place]),
  );
  return report.comparisons.flatMap((entry) => {
    const place = places.get(entry.tensor);
    const { difference } = entry;
    if (entry.part !== undefined || place === undefined || difference?.exact !== true) return [];
    const shuffled = difference.nulls.shuffled?.mean;
    return [
      {
        entry,
        module: (entry.baseTensor ?? entry.tensor).replace(/\.weight$/, ''),
        kind: namedKind(place),
        rank: rankFor(energyShares(difference.singularValues), energy),
        full: difference.singularValues.length,
        byChance: shuffled && rankFor(energyShares(shuffled), energy),
      },
    ];
  });
};

/** PEFT's `rank_pattern`: module → rank. */
export const rankPattern = (ranks: readonly LoraRank[]): Record<string, number> =>
  Object.fromEntries(ranks.map(({ module, rank }) => [module, rank]));

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;

/**
 * For each kind of matrix, the median over the layers of the share kept at each rank, with a movable threshold.
 */
export function loraFigure(ranks: readonly LoraRank[], energy: number): LineFigure | undefined {
  const kinds = [...new Set(ranks.map(({ kind }) => kind))];
  if (kinds.length === 0) return undefined;
  const medians = (lists: readonly (readonly number[])[]): { x: number[]; y: number[] } => {
    const length = Math.min(...lists.map((list) => list.length));
    const x = Array.from({ length }, (_, index) => index + 1);
    return { x, y: x.map((_, index) => median(lists.map((list) => list[index]!))) };
  };
  const nulls = ranks.flatMap(({ entry }) => {
    const mean = entry.difference?.nulls.shuffled?.mean;
    return mean === undefined ? [] : [energyShares(mean)];
  });
  return {
    kind: 'lines',
    x: { title: say('lora.rank'), scale: 'log', format: 'integer' },
    y: { title: say('lora.energy'), scale: 'linear', format: 'percent', range: [0, 1.02] },
    curves: [
      ...kinds.map((kind, index) => ({
        name: kind,
        ...medians(
          ranks
            .filter((one) => one.kind === kind)
            .map(({ entry }) => energyShares(entry.difference!.singularValues)),
        ),
        look: lineLook(index),
      })),
      ...(nulls.length > 0 ? [{ name: say('lora.shuffled'), ...medians(nulls), look: nullLook }] : []),
    ],
    marks: [{ across: 'y', at: energy, label: say('lora.threshold'), look: thresholdLook, draggable: true }],
  };
}
