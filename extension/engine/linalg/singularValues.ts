import { bandReductionSpace, bandSpace, bandwidthForValues, reduceToBand } from './bandReduction.js';
import { bandValues, type StoredBand } from './bandValues.js';
import { withWorkspace } from './kernels.js';
import type { Matrix } from './matrix.js';
import { requireFinite, transpose } from './matrix.js';
import { inTurn } from '../ground/work/inTurn.js';
import type { Pause } from '../ground/work/pause.js';
import { pauseFor } from '../ground/work/pause.js';
import { ONE_STAGE_COLUMNS, ONE_STAGE_NUMBERS, oneStage } from './oneStage.js';
import { qr } from './qr.js';
import type { Scaled } from './scaling.js';
import { scaled } from './scaling.js';
import { batchValues, type LeadingVectors, type WantedValues } from './batch.js';
import { shuffledEntries } from './shuffledEntries.js';
import { onThread } from './threads/threads.js';

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

const reducedBand = ({ rows, columns, data }: Matrix, pause: Pause): Promise<StoredBand> => {
  const b = bandwidthForValues(columns);
  const space = bandReductionSpace(rows, columns, b);
  const length = bandSpace(columns, b);
  return withWorkspace(space.blocks + 1, space.numbers + length, async (workspace) => {
    const band = workspace.allocate(length);
    await reduceToBand(workspace, { rows, columns, data }, { data: band.data, b }, false, pause);
    return { n: columns, b, data: band.data.slice() };
  });
};

/** Tall or square, and scaled: what the reductions expect. */
const prepared = (a: Matrix): Scaled => scaled(a.rows < a.columns ? transpose(a) : a);

const spectrum = (values: Float64Array, { rows, columns }: Matrix): Spectrum => ({
  values,
  method: 'householder',
  errorBound: roundingBound(rows, columns, values[0] ?? 0),
});

/** How the values of a band are found. */
type BandSolver = (band: StoredBand, pause: Pause) => Promise<Float64Array>;

/** A spectrum on its way: the matrix is not needed any more. */
interface Begun {
  readonly spectrum: Promise<Spectrum>;
}

/** Settled once the finite matrix is reduced; its spectrum may take longer. Errors as {@link singularValues}. */
const begin = async (a: Matrix, options: SpectrumOptions, valuesOf: BandSolver): Promise<Begun> => {
  const pause = pauseFor(options.signal);
  const { matrix, restore } = prepared(a);
  const { rows, columns } = matrix;
  if (columns === 0) return { spectrum: Promise.resolve(spectrum(new Float64Array(0), a)) };
  const square =
    rows >= TALL * columns && rows * columns > ONE_STAGE_NUMBERS
      ? (await qr(matrix, false, pause)).r
      : matrix;
  // Reductions of one computation (it has one signal) share its cores: two that took turns would end together, and nothing
  // would be left to do while the values of both are found from their bands.
  const values =
    columns <= ONE_STAGE_COLUMNS
      ? oneStage(square)
      : valuesOf(await inTurn(options.signal, () => reducedBand(square, pause)), pause);
  return { spectrum: values.then((found) => spectrum(restore(found), a)) };
};

/** All singular values of a real matrix. @throws GeometryError `not-finite`, `invalid-argument`, `cancelled`. */
export const singularValues = async (a: Matrix, options: SpectrumOptions = {}): Promise<Spectrum> => {
  requireFinite(a, options.name);
  const { spectrum: found } = await begin(a, options, bandValues);
  return found;
};

/** Columns up to which a band's values take some tenths of a second: a thread cannot be cancelled. */
const MOST_ON_THREAD = 2560;

/** On another thread: this one goes on with the next matrix, whose products leave part of the cores idle. */
const besideNext: BandSolver = (band, pause) =>
  band.n <= MOST_ON_THREAD
    ? onThread('bandSpectrum', band, [band.data.buffer as ArrayBuffer])
    : bandValues(band, pause);

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
 * vectors: while the values of one are found from its band, the next is reduced. Errors as {@link singularValues}.
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
  const others = await oneByOne(
    wanted.filter((one) => !found.has(one)),
    options,
  );
  return wanted.map((one) => (found.get(one) ?? others.get(one))!);
};

const oneByOne = async (
  wanted: readonly WantedValues[],
  options: SpectrumOptions,
): Promise<ReadonlyMap<WantedValues, ShuffledSpectra>> => {
  const begun: Promise<Spectrum>[] = [];
  const add = async (matrix: Matrix): Promise<void> => {
    const { spectrum: found } = await begin(matrix, options, besideNext);
    // A failure is met when all are awaited.
    found.catch(() => undefined);
    begun.push(found);
  };
  try {
    for (const { matrix, shuffles } of wanted) {
      await add(matrix);
      for (const seeds of shuffles) await add(shuffledEntries(matrix, ...seeds));
    }
  } finally {
    // No thread still works for a batch that has failed.
    await Promise.allSettled(begun);
  }
  const spectra = await Promise.all(begun);
  let at = 0;
  return new Map(
    wanted.map((one) => {
      const [own, ...shuffled] = spectra.slice(at, (at += 1 + one.shuffles.length));
      return [one, { own: own!, shuffled }];
    }),
  );
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
