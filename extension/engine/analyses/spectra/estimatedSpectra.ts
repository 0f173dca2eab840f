import type { SpectrumEntry } from '../../../contract/report.js';
import { marchenkoPasturEdges } from '../../geometry/marchenkoPastur.js';
import { matrixKey } from '../../../contract/matrixKey.js';
import type { MatrixSpec } from '../../geometry/matrices.js';
import { beginEstimate, type Estimate, type SpectrumEstimate } from '../../linalg/estimates.js';
import { matrixPieces, momentsOf, operatorOf, type SpectrumOf } from '../../series/matrixPieces.js';
import type { Survey } from '../../series/survey.js';

/** Milliseconds after which an estimate stops iterating; its intervals are then wider. */
const budgetMs = 8000;

/** A spectrum on its way: the matrix has been gone through. */
export interface BegunEntry {
  readonly entry: Promise<SpectrumEntry>;
}

/**
 * The spectrum of a matrix that is too large to decompose: norms, ranks and leading values with their intervals.
 * Undefined where a value is not finite.
 */
export const beginEstimatedEntry = async (
  survey: Survey,
  index: number,
  spec: MatrixSpec,
  of: SpectrumOf,
  signal: AbortSignal,
): Promise<BegunEntry | undefined> => {
  const { rows, columns } = spec;
  const pieces = matrixPieces(survey, index, spec, of, signal);
  const moments = await momentsOf(pieces);
  if (!Number.isFinite(moments.sumOfSquares)) return undefined;
  const mean = moments.sum / (rows * columns);
  const variance = Math.max(0, moments.sumOfSquares / (rows * columns) - mean * mean);
  // The parts of a fused tensor have their own variances: only they have edges.
  const edges = spec.fused ? undefined : marchenkoPasturEdges(variance, rows, columns);
  const operator = operatorOf(pieces, matrixKey(spec), moments);
  const { estimate } = await beginEstimate(operator, {
    budgetMs,
    signal,
    ...(edges && edges.upperEdge > 0 ? { thresholds: [edges.upperEdge] } : {}),
  });
  const { step } = survey.checkpoints[index]!;
  const entry = estimate.then((found) => entryOf({ spec, of, step, edges }, found));
  entry.catch(() => undefined);
  return { entry };
};

const entryOf = (
  {
    spec: { rows, columns, tensor, part },
    of,
    step,
    edges,
  }: {
    readonly spec: MatrixSpec;
    readonly of: SpectrumOf;
    readonly step: number;
    readonly edges: ReturnType<typeof marchenkoPasturEdges> | undefined;
  },
  estimate: SpectrumEstimate,
): SpectrumEntry => {
  const { frobeniusNorm, spectralNorm, leading, nuclearNorm, stableRank, effectiveRank } = estimate;
  const above = estimate.density.find(({ threshold }) => threshold === edges?.upperEdge)?.above;
  return {
    step,
    tensor,
    ...(part === undefined ? {} : { part }),
    of,
    rows,
    columns,
    singularValues: leading.map(({ value }) => value),
    method: `estimated: ${estimate.method}; intervals hold with probability ${estimate.confidence}`,
    exact: false,
    errorBound: Math.max(0, ...leading.map(({ low, value, high }) => Math.max(high - value, value - low))),
    spectralNorm: spectralNorm.value,
    frobeniusNorm,
    nuclearNorm: nuclearNorm.value,
    ...(frobeniusNorm > 0 ? { stableRank: stableRank.value, effectiveRank: effectiveRank.value } : {}),
    ...(above === undefined ? {} : { aboveUpperEdge: Math.round(above.value) }),
    intervals: intervalsOf(estimate, above),
    nulls: edges ? { marchenkoPastur: { ...edges, above: Math.round(above?.value ?? 0) } } : {},
  };
};

const intervalsOf = (
  { spectralNorm, nuclearNorm, stableRank, effectiveRank }: SpectrumEstimate,
  aboveUpperEdge: Estimate | undefined,
): Record<string, [number, number]> =>
  Object.fromEntries(
    Object.entries({ spectralNorm, nuclearNorm, stableRank, effectiveRank, aboveUpperEdge }).flatMap(
      ([name, estimate]) =>
        estimate === undefined ? [] : [[name, [estimate.low, estimate.high] as [number, number]]],
    ),
  );
