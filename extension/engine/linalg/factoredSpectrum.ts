import { pauseFor } from '../ground/work/pause.js';
import { gemm } from './gemm.js';
import { transpose, type Matrix } from './matrix.js';
import { qr } from './qr.js';
import { roundingBound, singularValues, type Spectrum, type SpectrumOptions } from './singularValues.js';

/**
 * Singular values of left · right, m × r times r × n, without the product: with left = Q₁R₁ and rightᵀ = Q₂R₂ they are
 * those of R₁R₂ᵀ, which is r × r; the others are zero. O((m + n)·r²) operations and O((m + n)·r) numbers.
 * @throws GeometryError `not-finite`, `cancelled`.
 */
export const factoredSpectrum = async (
  left: Matrix,
  right: Matrix,
  options: SpectrumOptions = {},
): Promise<Spectrum> => {
  const pause = pauseFor(options.signal);
  const { rows, columns: rank } = left;
  const { columns } = right;
  /** A factor that is wider than tall is its own core. */
  const coreOf = async (factor: Matrix): Promise<Matrix> =>
    factor.rows < rank ? factor : (await qr(factor, false, pause)).r;
  const core = await gemm(await coreOf(left), transpose(await coreOf(transpose(right))));
  const found = await singularValues(core, options);
  const values = new Float64Array(Math.min(rows, columns));
  values.set(found.values.subarray(0, values.length));
  return {
    values,
    method: `QR of both factors, then ${found.method}`,
    // The factors' norms may be far larger than their product's: their roundings are relative to those.
    errorBound: roundingBound(rows, columns, norm(left) * norm(right)),
  };
};

const norm = ({ data }: Matrix): number => Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
