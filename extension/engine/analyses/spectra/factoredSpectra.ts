import type { SpectrumEntry } from '../../../contract/report.js';
import { marchenkoPasturEdges } from '../../geometry/marchenkoPastur.js';
import { tensorColumns, type MatrixSpec } from '../../geometry/matrices.js';
import { factoredSpectrum } from '../../linalg/factoredSpectrum.js';
import type { Matrix } from '../../linalg/matrix.js';
import type { SpectrumOf } from '../../series/matrixPieces.js';
import type { Survey } from '../../series/survey.js';
import { matrixFrom } from '../../series/tensorMatrix.js';
import { isFinite } from '../../series/tensorValues.js';
import { spectrumEntryOf, type ShuffledDraws } from './spectrumEntry.js';

interface Factored {
  readonly left: Matrix;
  readonly right: Matrix;
}

/** The factors of a tensor, or of a part of it: rows of the left one, columns of the right one. */
const factorsAt = async (survey: Survey, index: number, spec: MatrixSpec): Promise<Factored> => {
  const checkpoint = await survey.pool.get(index);
  const { left, right } = await checkpoint.factors!(spec.tensor);
  const columns = tensorColumns(spec, survey.tensorNamed.get(spec.tensor)!.shape);
  // The checkpoint's own: adapters are pruned on the way (AdaLoRA), and those of two ranks may lie in a folder.
  const rank = right.length / columns;
  const [from, to] = spec.range?.columns ?? [0, columns];
  const ofRows = {
    ...spec,
    columns: rank,
    ...(spec.range && { range: { ...spec.range, columns: [0, rank] as const } }),
  };
  return {
    left: matrixFrom(ofRows, left, rank),
    right: {
      rows: rank,
      columns: to - from,
      data: Float64Array.from({ length: rank * (to - from) }, (_, at) => {
        const row = Math.floor(at / (to - from));
        return right[row * columns + from + (at % (to - from))]!;
      }),
    },
  };
};

/** B·A − B₀·A₀ as one product: [B, −B₀] · [A; A₀]. */
const difference = (a: Factored, b: Factored): Factored => {
  const { rows } = a.left;
  const [own, first] = [a.left.columns, b.left.columns];
  const left = new Float64Array(rows * (own + first));
  for (let row = 0; row < rows; row++) {
    left.set(a.left.data.subarray(row * own, (row + 1) * own), row * (own + first));
    for (let k = 0; k < first; k++) left[row * (own + first) + own + k] = -b.left.data[row * first + k]!;
  }
  const right = new Float64Array(a.right.data.length + b.right.data.length);
  right.set(a.right.data);
  right.set(b.right.data, a.right.data.length);
  return {
    left: { rows, columns: own + first, data: left },
    right: { rows: own + first, columns: a.right.columns, data: right },
  };
};

/** The mean of the product's entries: (1ᵀ·left)·(right·1) / (m·n). */
const meanOf = ({ left, right }: Factored): number => {
  let sum = 0;
  for (let k = 0; k < right.rows; k++) {
    let [above, beside] = [0, 0];
    for (let row = 0; row < left.rows; row++) above += left.data[row * left.columns + k]!;
    for (let column = 0; column < right.columns; column++) beside += right.data[k * right.columns + column]!;
    sum += above * beside;
  }
  return sum / (left.rows * right.columns);
};

/**
 * The spectrum of a matrix that is a product of thin factors, exactly, without the product: of the weights, or of the
 * change from the first checkpoint. Undefined where a checkpoint lacks the matrix or a value is not finite.
 * @param shuffles of the product's entries, which only the product tells.
 */
export const factoredEntry = async (
  survey: Survey,
  index: number,
  spec: MatrixSpec,
  of: SpectrumOf,
  options: { readonly seed: number; readonly signal: AbortSignal; readonly shuffles?: ShuffledDraws },
): Promise<SpectrumEntry | undefined> => {
  const isThere = (checkpoint: number): boolean => survey.present[checkpoint]!.has(spec.tensor);
  if (!isThere(index) || (of === 'change' && !isThere(0))) return undefined;
  const own = await factorsAt(survey, index, spec);
  const factors = of === 'weights' ? own : difference(own, await factorsAt(survey, 0, spec));
  if (!isFinite(factors.left.data) || !isFinite(factors.right.data)) return undefined;
  const spectrum = await factoredSpectrum(factors.left, factors.right, { signal: options.signal });
  const { rows, columns } = spec;
  const squares = spectrum.values.reduce((sum, value) => sum + value * value, 0);
  const variance = Math.max(0, squares / (rows * columns) - meanOf(factors) ** 2);
  const edges = marchenkoPasturEdges(variance, rows, columns);
  const { step } = survey.checkpoints[index]!;
  return spectrumEntryOf({ spec, of, edges }, step, spectrum, options.shuffles ?? [], options.seed);
};
