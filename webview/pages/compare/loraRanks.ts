import type { ComparisonEntry, Report } from '../../../extension/contract/report.js';
import type { LineFigure } from '../../charts/figure.js';
import { lineLook, nullLook, thresholdLook } from '../../charts/looks.js';
import { say } from '../../words/say.js';

/** What a difference needs of an adapter. */
export interface LoraRank {
  readonly entry: ComparisonEntry;
  /** The base's name of the module, as PEFT wants it. */
  readonly module: string;
  readonly kind: string;
  readonly rank: number;
  readonly full: number;
  /** With the entries of the difference in another order. */
  readonly byChance: number | undefined;
}

/** Share of Σσ² that the first 1, 2, … values hold. */
export const energyShares = (singularValues: readonly number[]): number[] => {
  const squares = singularValues.map((value) => value * value);
  const total = squares.reduceRight((sum, square) => sum + square, 0);
  let kept = 0;
  return squares.map((square) => (total > 0 ? Math.min(1, (kept += square) / total) : 1));
};

/** The smallest rank that holds a share of the energy; of shares that rounding leaves below 1 the whole. */
export const rankFor = (shares: readonly number[], energy: number): number => {
  const at = shares.findIndex((share) => share >= energy);
  return at < 0 ? shares.length : at + 1;
};

/** Ranks of the matrices of layers that changed and whose difference is known whole. */
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
        kind: place.kind,
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

/** The median over the layers of what each rank holds, by kind of matrix, with a threshold that can be moved. */
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
