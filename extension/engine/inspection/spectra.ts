import type { InspectSettings, ReportAddition, SpectrumEntry } from '../../contract/report.js';
import { countAbove, marchenkoPastur } from '../geometry/marchenkoPastur.js';
import { foldedSize, matrixKey, type MatrixSpec } from '../geometry/matrices.js';
import { summariseDraws } from '../geometry/quantiles.js';
import { rankStatistics } from '../geometry/rankStatistics.js';
import { seedFromText } from '../geometry/seededRandom.js';
import { shuffledEntries } from '../geometry/shuffledNull.js';
import type { Matrix } from '../linalg/matrix.js';
import { singularValuesBatch, type Spectrum } from '../linalg/singularValues.js';
import type { Survey } from './survey.js';
import { matrixFrom } from './tensorMatrix.js';
import type { TaskStep } from './tasks.js';
import type { TensorValues } from './tensorValues.js';
import type { WorkPlan } from './workPolicy.js';

/** Elements given to one batch of decompositions: keeps a chunk short and its memory small. */
const batchElements = 1 << 20;

interface Subject {
  readonly spec: MatrixSpec;
  readonly of: 'weights' | 'change';
  readonly matrix: Matrix;
}

export interface SpectraRun {
  readonly survey: Survey;
  readonly values: TensorValues;
  readonly plan: WorkPlan;
  readonly settings: InspectSettings;
  readonly signal: AbortSignal;
  readonly emit: (addition: ReportAddition) => void;
}

/** The spectra of every planned matrix of the given checkpoints: of the weights, and of the change from the first. */
export async function* spectraOf(
  run: SpectraRun,
  indices: readonly number[],
): AsyncGenerator<TaskStep, void> {
  const perTensor = groupByTensor(run.plan.matrices);
  const total = indices.length * run.plan.matrices.length;
  let done = 0;
  for (const index of indices) {
    for (const [tensor, specs] of perTensor) {
      for (const batch of batches(await subjectsOf(run, index, tensor, specs))) {
        const entries = await entriesOf(run, index, batch);
        run.emit({ spectra: entries });
        yield {
          fraction: done / Math.max(1, total),
          text: `Spectra: ${done} of ${total} matrices (checkpoint ${run.survey.checkpoints[index]!.label})`,
        };
      }
      done += specs.length;
    }
  }
}

const groupByTensor = (matrices: readonly MatrixSpec[]): Map<string, MatrixSpec[]> => {
  const grouped = new Map<string, MatrixSpec[]>();
  for (const matrix of matrices) grouped.set(matrix.tensor, [...(grouped.get(matrix.tensor) ?? []), matrix]);
  return grouped;
};

/** Matrices of one tensor at one checkpoint; none where a value is not finite or the shape differs. */
const subjectsOf = async (
  { survey, values }: SpectraRun,
  index: number,
  tensor: string,
  specs: readonly MatrixSpec[],
): Promise<Subject[]> => {
  const weights = await values.of(index, tensor);
  if (weights === undefined) return [];
  const first = index > 0 ? await values.of(0, tensor) : undefined;
  const change = first === undefined ? undefined : weights.map((value, i) => value - first[i]!);
  const { columns } = foldedSize(survey.tensors.find(({ name }) => name === tensor)!.shape)!;
  return specs.flatMap((spec) => [
    { spec, of: 'weights' as const, matrix: matrixFrom(spec, weights, columns) },
    ...(change === undefined
      ? []
      : [{ spec, of: 'change' as const, matrix: matrixFrom(spec, change, columns) }]),
  ]);
};

const batches = function* (subjects: readonly Subject[]): Generator<readonly Subject[]> {
  let batch: Subject[] = [];
  let elements = 0;
  for (const subject of subjects) {
    const size = subject.matrix.data.length;
    if (batch.length > 0 && elements + size > batchElements) {
      yield batch;
      batch = [];
      elements = 0;
    }
    batch.push(subject);
    elements += size;
  }
  if (batch.length > 0) yield batch;
};

const entriesOf = async (
  { survey, plan, settings, signal }: SpectraRun,
  index: number,
  batch: readonly Subject[],
): Promise<SpectrumEntry[]> => {
  const { step } = survey.checkpoints[index]!;
  const draws = plan.nullsOf.has(index) ? settings.shuffleDraws : 0;
  const spectra = await singularValuesBatch(
    batch.map(({ matrix }) => matrix),
    { signal },
  );
  const shuffled = draws > 0 ? await shuffledSpectra(batch, step, draws, settings, signal) : undefined;
  return batch.map((subject, i) => spectrumEntry(subject, step, spectra[i]!, shuffled?.[i], settings.seed));
};

const shuffledSpectra = async (
  batch: readonly Subject[],
  step: number,
  draws: number,
  settings: InspectSettings,
  signal: AbortSignal,
): Promise<Float64Array[][]> => {
  const collected: Float64Array[][] = batch.map(() => []);
  for (let draw = 0; draw < draws; draw++) {
    const matrices = batch.map(({ spec, of, matrix }) =>
      shuffledEntries(matrix, settings.seed, seedFromText(`${matrixKey(spec)}|${of}`), step, draw),
    );
    const spectra = await singularValuesBatch(matrices, { signal });
    spectra.forEach(({ values }, i) => collected[i]!.push(values));
  }
  return collected;
};

const spectrumEntry = (
  { spec, of, matrix }: Subject,
  step: number,
  { values, method, errorBound }: Spectrum,
  shuffled: readonly Float64Array[] | undefined,
  seed: number,
): SpectrumEntry => {
  const edges = marchenkoPastur(matrix);
  return {
    step,
    tensor: spec.tensor,
    ...(spec.part === undefined ? {} : { part: spec.part }),
    of,
    rows: spec.rows,
    columns: spec.columns,
    singularValues: Array.from(values),
    method,
    exact: true,
    errorBound,
    ...rankStatistics(values),
    nulls: {
      marchenkoPastur: { ...edges, above: countAbove(values, edges.upperEdge) },
      ...(shuffled === undefined ? {} : { shuffled: { seed, ...summariseDraws(shuffled) } }),
    },
  };
};
