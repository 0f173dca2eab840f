import { spectrumOf, type Spectrum } from '../../contract/statistics/statistic.js';
import { seededRandom } from '../ground/seededRandom.js';
import type { Matrix } from '../linalg/matrix.js';
import { singularValuesBatch, type SpectrumOptions } from '../linalg/singularValues.js';

/** Moments of the entries of a matrix. A shuffle keeps them. */
export interface EntryMoments {
  readonly mean: number;
  /** About the mean, divided by m·n. */
  readonly variance: number;
  /** Fourth moment about the mean over the squared variance, minus 3: 0 of a normal distribution. */
  readonly excessKurtosis: number;
}

export const entryMoments = ({ data }: Matrix): EntryMoments => {
  let sum = 0;
  // By index: an iterator of a million numbers costs more than the sums.
  for (let i = 0; i < data.length; i++) sum += data[i]!;
  const mean = sum / data.length;
  let squares = 0;
  let fourth = 0;
  for (let i = 0; i < data.length; i++) {
    const square = (data[i]! - mean) * (data[i]! - mean);
    squares += square;
    fourth += square * square;
  }
  const variance = squares / data.length;
  return { mean, variance, excessKurtosis: fourth / data.length / (variance * variance) - 3 };
};

/** Fewer rows or columns have spectra in which single entries show; their shuffles cost nothing. */
const fewestSides = 32;
/**
 * Largest change of Σσ⁴, relative to that of normal entries, that the entries' distribution may cause. It moves σ₁ most,
 * by about as large a share (measured: −0.8 % at 64 × 64 with κ = −1.2; a single draw varies by 2.3 %).
 */
const mostFourthMoment = 1 / 128;
/** Largest mean, relative to the one at which a value leaves the bulk. */
const mostMean = 0.25;

/**
 * Whether the spectrum of the shuffled entries has the law of normal entries of the same variance (universality, see
 * {@link ShuffleLaw}). Two things of the entries show in a matrix of finite size: their fourth moment changes E Σσ⁴ by
 * κ/(m + n), κ the excess kurtosis, and their mean adds a direction of length |mean|·√(mn), which stays in the bulk
 * below sd·(mn)^¼.
 */
export const followsShuffleLaw = (
  { rows, columns }: Pick<Matrix, 'rows' | 'columns'>,
  { mean, variance, excessKurtosis }: EntryMoments,
): boolean =>
  Math.min(rows, columns) >= fewestSides &&
  variance > 1e-200 &&
  Math.abs(excessKurtosis) <= mostFourthMoment * (rows + columns) &&
  Math.abs(mean) * (rows * columns) ** 0.25 <= mostMean * Math.sqrt(variance);

/** Draws of normal entries. One set serves all matrices of a size. */
export interface NormalDraws {
  /** Of matrices with the Frobenius norm 1. */
  readonly spectra: readonly Spectrum[];
  /** What they are multiplied by. */
  readonly norm: number;
}

/**
 * Spectra that shuffled entries would have, from draws of normal entries of the same size: to leading order the spectrum
 * of a matrix of independent entries depends on their variance alone (Marchenko and Pastur 1967; edges: Pillai and Yin
 * 2014). Draws keep what a shuffle keeps, the sum of the entries and of their squares, so that corrections of finite size
 * are those of a shuffle. One set of draws serves all matrices of a size. Where {@link followsShuffleLaw} holds, means
 * over draws agree with those over shuffles: each value within 1 % of σ₁, each norm and rank within 1 % of itself (the
 * stable rank, which has σ₁ squared, within 2 %).
 */
export class ShuffleLaw {
  readonly #drawn = new Map<string, Promise<readonly Spectrum[]>>();

  constructor(
    private readonly count: number,
    private readonly seed: number,
    private readonly options: SpectrumOptions = {},
  ) {}

  /** The draws for a matrix of this size and variance of entries. */
  async draws({ rows, columns }: Pick<Matrix, 'rows' | 'columns'>, variance: number): Promise<NormalDraws> {
    const key = `${rows}x${columns}`;
    const drawn = this.#drawn.get(key) ?? this.#draw(rows, columns);
    this.#drawn.set(key, drawn);
    return { spectra: await drawn, norm: Math.sqrt(variance * rows * columns) };
  }

  /** Of draws with the sum 0 and the Frobenius norm 1. */
  async #draw(rows: number, columns: number): Promise<readonly Spectrum[]> {
    const matrices = Array.from({ length: this.count }, (_, draw) => {
      const random = seededRandom(this.seed, rows, columns, draw);
      const data = Float64Array.from({ length: rows * columns }, () => random.normal());
      const { mean, variance } = entryMoments({ rows, columns, data });
      const scale = 1 / Math.sqrt(variance * data.length);
      return { rows, columns, data: data.map((value) => (value - mean) * scale) };
    });
    const found = await singularValuesBatch(matrices, this.options);
    return found.map(({ values }) => spectrumOf(values, { rows, columns }));
  }
}
