import { tensorChoice } from '../../checkpoints/tensors/tensorGlob.js';
import { marchenkoPastur, marchenkoPasturEdges } from '../../geometry/marchenkoPastur.js';
import { matrixKey } from '../../../contract/matrixKey.js';
import type { MatrixSpec } from '../../geometry/matrices.js';
import { seedFromText } from '../../ground/seededRandom.js';
import { shuffledEntries } from '../../linalg/shuffledEntries.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import type { Matrix } from '../../linalg/matrix.js';
import { singularValuesBatch, type Spectrum } from '../../linalg/singularValues.js';
import type { SpectraRun } from './spectra.js';
import { spectrumEntryOf } from './spectrumEntry.js';

/** Limit: the equivalent real matrix has four times the size. */
const mostElements = 1 << 20;

/** Real and imaginary parts of a matrix, row-major. */
interface ComplexMatrix {
  readonly real: Matrix;
  readonly imaginary: Matrix;
}

/** [[A, −B], [B, A]]: its singular values are those of A + iB, each twice (Golub and Van Loan, section 8.6). */
const embedded = ({ real, imaginary }: ComplexMatrix): Matrix => {
  const { rows, columns } = real;
  const data = new Float64Array(4 * rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const [a, b] = [real.data[i * columns + j]!, imaginary.data[i * columns + j]!];
      data[2 * i * columns + j] = data[2 * (i + rows) * columns + columns + j] = a;
      data[2 * i * columns + columns + j] = -b;
      data[2 * (i + rows) * columns + j] = b;
    }
  }
  return { rows: 2 * rows, columns: 2 * columns, data };
};

const once = ({ values, ...spectrum }: Spectrum): Spectrum => ({
  ...spectrum,
  values: values.filter((_, i) => i % 2 === 0),
});

/** The same complex entries in another order: one permutation for both parts. */
const shuffled = ({ real, imaginary }: ComplexMatrix, ...seeds: readonly number[]): ComplexMatrix => {
  const places = { ...real, data: Float64Array.from(real.data, (_, i) => i) };
  const order = shuffledEntries(places, ...seeds).data;
  const take = (part: Matrix): Matrix => ({
    ...part,
    data: Float64Array.from(order, (at) => part.data[at]!),
  });
  return { real: take(real), imaginary: take(imaginary) };
};

const matrixOf = async (
  { survey }: SpectraRun,
  index: number,
  { tensor, rows, columns }: MatrixSpec,
): Promise<ComplexMatrix | undefined> => {
  if (!survey.present[index]!.has(tensor) || rows * columns > mostElements) return undefined;
  const checkpoint = await survey.pool.get(index);
  const numbers = await checkpoint.read(tensor, 0, 2 * rows * columns);
  if (!numbers.every(Number.isFinite)) return undefined;
  const part = (offset: number): Matrix => ({
    rows,
    columns,
    data: Float64Array.from({ length: rows * columns }, (_, i) => numbers[2 * i + offset]!),
  });
  return { real: part(0), imaginary: part(1) };
};

/** Spectra of complex matrices, of the weights, beside the spectra of their shuffled entries. */
export async function* complexSpectraOf(
  run: SpectraRun,
  indices: readonly number[],
): AsyncGenerator<TaskStep, void> {
  const { survey, settings, plan, signal, emit } = run;
  const isChosen = settings.tensors === undefined ? () => true : tensorChoice(settings.tensors);
  const specs = survey.complexMatrices.filter(({ tensor }) => isChosen(tensor));
  const total = indices.length * specs.length;
  let done = 0;
  for (const index of indices) {
    const { step, label } = survey.checkpoints[index]!;
    for (const spec of specs) {
      const matrix = await matrixOf(run, index, spec);
      done++;
      if (matrix === undefined) continue;
      const draws = plan.nullsOf.has(index) ? settings.shuffleDraws : 0;
      const seed = seedFromText(`${matrixKey(spec)}|weights`);
      const others = Array.from({ length: draws }, (_, draw) =>
        shuffled(matrix, settings.seed, seed, step, draw),
      );
      const found = await singularValuesBatch([matrix, ...others].map(embedded), { signal });
      const [own, ...nulls] = found.map(once);
      const variance = marchenkoPastur(matrix.real).variance + marchenkoPastur(matrix.imaginary).variance;
      const edges = marchenkoPasturEdges(variance, spec.rows, spec.columns);
      const entry = spectrumEntryOf(
        { spec, of: 'weights', edges },
        step,
        own!,
        nulls.map(({ values }) => values),
        settings.seed,
      );
      emit({ spectra: [{ ...entry, method: `${entry.method}, of the real form of a complex matrix` }] });
      yield {
        fraction: done / total,
        text: `Spectra: ${done} of ${total} complex matrices (checkpoint ${label})`,
      };
    }
  }
}
