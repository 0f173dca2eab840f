import { BANDWIDTH as b, bandReductionSpace, bandSpace, reduceToBand } from './bandReduction.js';
import { chaseBand, chaseSpace } from './bandToBidiagonal.js';
import { withWorkspace } from './kernels.js';
import type { Matrix } from './matrix.js';
import { requireFinite, transpose } from './matrix.js';
import type { Pause } from '../ground/work/pause.js';
import { pauseFor } from '../ground/work/pause.js';
import {
  ONE_STAGE_COLUMNS,
  ONE_STAGE_NUMBERS,
  oneStage,
  valuesOfBidiagonal,
  valuesSpace,
} from './oneStage.js';
import { qr } from './qr.js';
import type { Scaled } from './scaling.js';
import { scaled } from './scaling.js';
import { batchValues, type LeadingVectors, type WantedValues } from './batch.js';
import { shuffledEntries } from './shuffledEntries.js';

export interface Spectrum {
  /** Descending, min(rows, columns) of them. */
  readonly values: Float64Array;
  /** How the numbers were found, for the report. */
  readonly method: string;
  /** Absolute: each value is within this of the true one. */
  readonly errorBound: number;
}

export interface SpectrumOptions {
  /** What the matrix is called in an error message. */
  readonly name?: string;
  readonly signal?: AbortSignal;
}

/** Rows over columns from which a QR factorisation first takes fewer operations (Chan 1982). */
export const TALL = 5 / 3;

/**
 * What every value of a backward stable reduction is within: Weyl's bound on the rounding of the orthogonal
 * transformations, ‖E‖ ≤ p(m, n)·ε·σ₁, with p = 4·max(m, n) where rounding in practice grows like its square root.
 */
export const roundingBound = (rows: number, columns: number, largest: number): number =>
  4 * Math.max(rows, columns) * 2 ** -53 * largest;

const twoStage = (matrix: Matrix, pause: Pause): Promise<Float64Array> => {
  const { rows: m, columns: n } = matrix;
  const space = bandReductionSpace(m, n, b);
  const values = valuesSpace(n);
  const bandLength = bandSpace(n, b);
  return withWorkspace(
    space.blocks + 6 + values.blocks,
    space.numbers + bandLength + chaseSpace(n, b, false) + values.numbers,
    async (workspace) => {
      const band = { ...workspace.allocate(bandLength), b };
      await reduceToBand(workspace, matrix, band, false, pause);
      const { diagonal, superdiagonal } = await chaseBand(workspace, band, n, false, pause);
      return valuesOfBidiagonal(workspace, diagonal, superdiagonal);
    },
  );
};

/** Tall or square, and scaled: what the reductions expect. */
const prepared = (a: Matrix, name: string | undefined): Scaled => {
  requireFinite(a, name);
  return scaled(a.rows < a.columns ? transpose(a) : a);
};

const spectrum = (values: Float64Array, { rows, columns }: Matrix): Spectrum => ({
  values,
  method: 'householder',
  errorBound: roundingBound(rows, columns, values[0] ?? 0),
});

/** All singular values of a real matrix. @throws GeometryError `not-finite`, `invalid-argument`, `cancelled`. */
export const singularValues = async (a: Matrix, options: SpectrumOptions = {}): Promise<Spectrum> => {
  const pause = pauseFor(options.signal);
  const { matrix, restore } = prepared(a, options.name);
  const { rows, columns } = matrix;
  if (columns === 0) return spectrum(new Float64Array(0), a);
  const square =
    rows >= TALL * columns && rows * columns > ONE_STAGE_NUMBERS
      ? (await qr(matrix, false, pause)).r
      : matrix;
  return spectrum(
    restore(await (columns <= ONE_STAGE_COLUMNS ? oneStage(square) : twoStage(square, pause))),
    a,
  );
};

/** The spectra of a matrix and of its shuffles. */
export interface ShuffledSpectra {
  readonly own: Spectrum;
  readonly shuffled: readonly Spectrum[];
  /** Where they were wanted, came with the values, and are certain. */
  readonly leading?: LeadingVectors;
}

/**
 * The spectra of many matrices and of their shuffled entries, in the order given. Small ones are spread over all cores, and
 * their shuffles are made there; larger ones, whose products use all cores by themselves, follow one by one, without
 * vectors. Errors as {@link singularValues}.
 */
export const spectraWithShuffles = async (
  wanted: readonly WantedValues[],
  options: SpectrumOptions = {},
): Promise<ShuffledSpectra[]> => {
  for (const { matrix } of wanted) requireFinite(matrix, options.name);
  const small = wanted.filter(
    ({ matrix }) => matrix.data.length <= ONE_STAGE_NUMBERS && Math.min(matrix.rows, matrix.columns) > 0,
  );
  const ofSmall = small.length > 1 || (small[0]?.shuffles.length ?? 0) > 0;
  const found = new Map<WantedValues, ShuffledSpectra>();
  if (ofSmall) {
    const batched = await batchValues(small, options.signal);
    small.forEach((one, i) => {
      const { values, leading } = batched[i]!;
      const [own, ...shuffled] = values.map((each) => spectrum(each, one.matrix));
      found.set(one, { own: own!, shuffled, ...(leading && { leading }) });
    });
  }
  const results: ShuffledSpectra[] = [];
  for (const one of wanted) {
    let spectra = found.get(one);
    if (spectra === undefined) {
      const own = await singularValues(one.matrix, options);
      const shuffled: Spectrum[] = [];
      for (const seeds of one.shuffles)
        shuffled.push(await singularValues(shuffledEntries(one.matrix, ...seeds), options));
      spectra = { own, shuffled };
    }
    results.push(spectra);
  }
  return results;
};

/** The singular values of many matrices, in the order given. Errors as {@link singularValues}. */
export const singularValuesBatch = async (
  matrices: readonly Matrix[],
  options: SpectrumOptions = {},
): Promise<Spectrum[]> => {
  const spectra = await spectraWithShuffles(
    matrices.map((matrix) => ({ matrix, shuffles: [] })),
    options,
  );
  return spectra.map(({ own }) => own);
};
