import type { MatrixDetail } from '../../../contract/report.js';
import { GeometryError } from '../../../contract/errors.js';
import { RunningDistribution } from '../../geometry/distribution.js';
import { matrixBlocks, lineNorms, participationRatio } from '../../geometry/matrixEntries.js';
import { quantile } from '../../geometry/quantiles.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { seedFromText } from '../../ground/seededRandom.js';
import type { Matrix } from '../../linalg/matrix.js';
import { shuffledEntries } from '../../linalg/shuffledEntries.js';
import { svd } from '../../linalg/svd.js';
import type { AnalysisRun } from '../analysis.js';
import { oneMatrix, type OneMatrix } from '../oneMatrix.js';
import { subjectsOf } from '../spectra/spectra.js';
import { isEstimated } from '../workPolicy.js';

/** Blocks per side of the picture, vectors listed and drawn, entries of a vector in a chart. */
const mostBlocks = 64;
const listedVectors = 16;
const drawnVectors = 3;
const mostEntries = 4096;
const draws = 5;

/**
 * Entries, norms and leading singular vectors of one matrix.
 * @throws GeometryError `invalid-argument` where there is none.
 */
export async function* detailOf(
  run: AnalysisRun<'matrixDetails'>,
  one: OneMatrix,
): AsyncGenerator<TaskStep, void> {
  const { survey, settings, signal, emit } = run;
  const { spec, index } = oneMatrix(run, one);
  const name = one.matrix;
  yield { fraction: 0, text: `Reading ${name}` };
  const subjects = await subjectsOf(run, index, spec.tensor, [spec]);
  const matrix = subjects.find(({ of }) => of === 'weights')?.matrix;
  if (matrix === undefined) {
    throw new GeometryError('not-finite', `${name} holds NaN or infinity, or is not there, at this step.`);
  }
  const distribution = new RunningDistribution();
  distribution.add(matrix.data);
  const { mean, sd, histogram } = distribution.result();
  const norms = lineNorms(matrix);
  const shuffled = Array.from({ length: draws }, (_, draw) =>
    lineNorms(shuffledEntries(matrix, settings.seed, seedFromText(name), draw)),
  );
  const isLarge = isEstimated(matrix, settings.precision === 'exact');
  yield { fraction: 0.3, text: `Singular vectors of ${name}` };
  const detail: MatrixDetail = {
    step: survey.checkpoints[index]!.step,
    tensor: spec.tensor,
    ...(spec.part === undefined ? {} : { part: spec.part }),
    rows: matrix.rows,
    columns: matrix.columns,
    blocks: matrixBlocks(matrix, mostBlocks),
    mean: mean!,
    sd: sd!,
    histogram: { ...histogram!, counts: [...histogram!.counts] },
    rowNorms: Array.from(norms.rows),
    columnNorms: Array.from(norms.columns),
    rowNull: chanceOf(shuffled.flatMap(({ rows }) => Array.from(rows))),
    columnNull: chanceOf(shuffled.flatMap(({ columns }) => Array.from(columns))),
    ...(isLarge ? {} : { vectors: await vectorsOf(matrix, signal) }),
    vectorNull: { left: (matrix.rows + 2) / 3, right: (matrix.columns + 2) / 3 },
  };
  emit({ matrixDetails: [detail] });
}

const chanceOf = (values: readonly number[]): MatrixDetail['rowNull'] => {
  const ascending = Float64Array.from(values).sort();
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    q05: quantile(ascending, 0.05),
    q95: quantile(ascending, 0.95),
  };
};

const vectorsOf = async (
  matrix: Matrix,
  signal: AbortSignal,
): Promise<NonNullable<MatrixDetail['vectors']>> => {
  const { u, singularValues, v } = await svd(matrix, { signal });
  const column = ({ rows, columns, data }: Matrix, at: number): Float64Array =>
    Float64Array.from({ length: rows }, (_, row) => data[row * columns + at]!);
  return Array.from({ length: Math.min(listedVectors, singularValues.length) }, (_, i) => {
    const [left, right] = [column(u, i), column(v, i)];
    return {
      singularValue: singularValues[i]!,
      leftParticipation: participationRatio(left),
      rightParticipation: participationRatio(right),
      ...(i < drawnVectors && left.length <= mostEntries ? { left: Array.from(left) } : {}),
      ...(i < drawnVectors && right.length <= mostEntries ? { right: Array.from(right) } : {}),
    };
  });
};
