import type { SpectrumEntry, StatisticNull } from '../../../contract/report.js';
import { scaledSpectrum, spectrumOf } from '../../../contract/statistics/statistic.js';
import {
  statisticKeys,
  statisticsOf,
  type StatisticKey,
  type StatisticValues,
} from '../../../contract/statistics/table.js';
import type { MarchenkoPasturEdges } from '../../geometry/marchenkoPastur.js';
import type { MatrixSpec } from '../../geometry/matrices.js';
import type { NormalDraws } from '../../geometry/shuffleLaw.js';
import { summariseDraws } from '../../geometry/quantiles.js';
import type { Spectrum } from '../../linalg/singularValues.js';
import type { SpectrumOf } from '../../series/matrixPieces.js';

/** Singular values of shuffles, or draws of their law (`geometry/shuffleLaw.ts`). */
export type ShuffledDraws = readonly Float64Array[] | NormalDraws;

/** The entry of one spectrum, with its statistics and those of its shuffles. */
export const spectrumEntryOf = (
  {
    spec,
    of,
    edges: own,
  }: { readonly spec: MatrixSpec; readonly of: SpectrumOf; readonly edges: MarchenkoPasturEdges },
  step: number,
  { values, method, errorBound }: Spectrum,
  shuffles: ShuffledDraws,
  seed: number,
): SpectrumEntry => {
  const { rows, columns, fused } = spec;
  // The parts of a fused tensor have their own variances: only they have edges.
  const edges = fused ? undefined : own;
  const size = { rows, columns, hasNoBulk: fused, ...(edges && { upperEdge: edges.upperEdge }) };
  const statistics = statisticsOf(spectrumOf(values, size));
  const isLaw = 'norm' in shuffles;
  // A shuffle preserves the entries, and so their variance and the edge.
  const draws = isLaw
    ? shuffles.spectra.map((draw) => ({ ...scaledSpectrum(draw, shuffles.norm), ...size }))
    : shuffles.map((draw) => spectrumOf(draw, size));
  return {
    step,
    tensor: spec.tensor,
    ...(spec.part === undefined ? {} : { part: spec.part }),
    of,
    rows,
    columns,
    singularValues: Array.from(values),
    method,
    exact: true,
    errorBound,
    ...statistics,
    nulls: {
      ...(edges && { marchenkoPastur: { ...edges, above: statistics.aboveUpperEdge! } }),
      ...(draws.length === 0
        ? {}
        : {
            shuffled: {
              seed,
              ...(isLaw ? { law: 'normal-entries' as const } : {}),
              ...summariseDraws(draws.map((draw) => draw.values)),
            },
            ...nullsOf(draws.map(statisticsOf)),
          }),
    },
  };
};

/** Mean and quantiles of each statistic over the draws; left out if a draw lacks the statistic. */
export const nullsOf = (draws: readonly StatisticValues[]): { [K in StatisticKey]?: StatisticNull } => {
  const keys = statisticKeys.filter((key) => draws.every((draw) => draw[key] !== undefined));
  const { mean, q05, q95 } = summariseDraws(draws.map((draw) => keys.map((key) => draw[key]!)));
  return Object.fromEntries(keys.map((key, i) => [key, { mean: mean[i]!, q05: q05[i]!, q95: q95[i]! }]));
};
