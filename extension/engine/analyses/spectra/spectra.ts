import type { InspectSettings, Report, ReportAddition, SpectrumEntry } from '../../../contract/report.js';
import { RunningDistribution } from '../../geometry/distribution.js';
import { marchenkoPasturEdges } from '../../geometry/marchenkoPastur.js';
import { matrixKey } from '../../../contract/matrixKey.js';
import { tensorColumns, type MatrixSpec } from '../../geometry/matrices.js';
import { entryMoments, followsShuffleLaw, ShuffleLaw } from '../../geometry/shuffleLaw.js';
import { seedFromText } from '../../ground/seededRandom.js';
import { shuffledEntries, type Seeds } from '../../linalg/shuffledEntries.js';
import type { Matrix } from '../../linalg/matrix.js';
import {
  singularValuesBatch,
  spectraWithShuffles,
  type ShuffledSpectra,
} from '../../linalg/singularValues.js';
import type { KeptVectors } from '../keptVectors.js';
import { beginEstimatedEntry, type BegunEntry } from './estimatedSpectra.js';
import { factoredEntry } from './factoredSpectra.js';
import { spectrumEntryOf, type ShuffledDraws } from './spectrumEntry.js';
import type { SpectrumOf } from '../../series/matrixPieces.js';
import type { Survey } from '../../series/survey.js';
import { matrixFrom } from '../../series/tensorMatrix.js';
import { ahead } from '../../ground/work/ahead.js';
import { grouped } from '../../ground/work/grouped.js';
import { pauseFor } from '../../ground/work/pause.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import type { TensorValues } from '../../series/tensorValues.js';
import { singularValuesMs } from '../expectedTime.js';
import type { WorkPlan } from '../workPolicy.js';

/** Elements per batch of decompositions, shuffles included: bounds its memory. The matrices of one tensor are never split. */
const batchElements = 1 << 21;

export interface Subject {
  readonly spec: MatrixSpec;
  readonly of: SpectrumOf;
  readonly matrix: Matrix;
}

export interface SpectraRun {
  readonly survey: Survey;
  readonly values: TensorValues;
  readonly plan: WorkPlan;
  readonly settings: InspectSettings;
  readonly signal: AbortSignal;
  readonly emit: (addition: ReportAddition) => void;
  /** Where leading vectors that come with a spectrum are kept. */
  readonly vectors?: KeptVectors;
  /** Exact spectra in it, requested by name, are not estimated again. */
  readonly report?: () => Report;
}

/** The nulls of a checkpoint's spectra: draws of the law where it is given and holds, else shuffles. */
interface Nulls {
  readonly draws: number;
  readonly law?: ShuffleLaw | undefined;
}

/** Matrices of one checkpoint. */
interface Batch {
  readonly index: number;
  readonly subjects: readonly Subject[];
}

/** Elements of all batches that are held at a time: 128 MB. */
const heldElements = 1 << 24;

/** A stack of small matrices is one tensor, and so one batch, however large it is. */
const shareOf = ({ subjects }: Pick<Batch, 'subjects'>): number =>
  subjects.reduce((sum, { matrix }) => sum + matrix.data.length, 0) / heldElements;

/**
 * One spectrum exactly, whatever its size: of the weights, or of the change from the first checkpoint.
 * Undefined if the checkpoint lacks the matrix or a value is not finite.
 */
export const exactSpectrum = async (
  run: Pick<SpectraRun, 'survey' | 'values' | 'settings' | 'signal'>,
  index: number,
  spec: MatrixSpec,
  of: SpectrumOf,
): Promise<SpectrumEntry | undefined> => {
  const { survey, settings, signal } = run;
  if (spec.rank !== undefined) return factoredEntry(survey, index, spec, of, { seed: settings.seed, signal });
  const subjects = (await subjectsOf(run, index, spec.tensor, [spec])).filter((one) => one.of === of);
  const [entry] = await entriesOf(run, await decomposed(run, { index, subjects }, { draws: 0 }));
  return entry && isWithinRange(entry) ? entry : undefined;
};

/** The spectra of every planned matrix of the given checkpoints: of the weights, and of the change from the first. */
export async function* spectraOf(
  run: SpectraRun,
  indices: readonly number[],
): AsyncGenerator<TaskStep, void> {
  const { plan, survey } = run;
  const held = plan.matrices.filter((spec) => !plan.estimated.has(spec));
  const exact = groupByTensor(held.filter(({ rank }) => rank === undefined));
  const factored = held.filter(({ rank }) => rank !== undefined);
  const { settings, signal } = run;
  const law = new ShuffleLaw(settings.shuffleDraws, settings.seed, { signal });
  // The last checkpoint, whose nulls the sentences name, is always shuffled; with exact precision every
  // checkpoint is.
  const isShuffled = (index: number): boolean =>
    index === survey.checkpoints.length - 1 || settings.precision === 'exact';
  const total = indices.length * plan.matrices.length;
  const costOf = (specs: readonly MatrixSpec[]): number =>
    specs.reduce((sum, spec) => sum + singularValuesMs(plan, spec), 0);
  const wholeCost = indices.length * costOf(plan.matrices);
  let [done, cost] = [0, 0];
  const progress = (index: number, specs: readonly MatrixSpec[]): TaskStep => {
    done += specs.length;
    cost += costOf(specs);
    return {
      fraction: cost / Math.max(1e-9, wholeCost),
      text: `Spectra: ${done} of ${total} matrices (checkpoint ${survey.checkpoints[index]!.label})`,
    };
  };
  const nullsOf = (index: number): Nulls => {
    const draws = plan.nullsOf.has(index) ? settings.shuffleDraws : 0;
    return { draws, law: draws > 0 && !isShuffled(index) ? law : undefined };
  };
  const begun = ahead(
    batches(run, indices, exact, (index) => batchElements / (1 + nullsOf(index).draws)),
    (batch) => decomposed(run, batch, nullsOf(batch.index)),
    shareOf,
  );
  for await (const batch of begun) {
    const { index, subjects } = batch;
    run.emit(additionOf(survey, index, await entriesOf(run, batch)));
    yield progress(
      index,
      subjects.flatMap(({ of, spec }) => (of === 'weights' ? [spec] : [])),
    );
  }
  for (const index of indices) {
    for (const spec of factored) {
      await factoredSpectra(run, index, spec, nullsOf(index));
      yield progress(index, [spec]);
    }
    // An estimate ends on another thread, while the next matrix is gone through.
    const estimates = ahead(estimatesOf(run, index), settled, ({ entry }) => (entry === undefined ? 0 : 0.5));
    for await (const { entry, finished } of estimates) {
      if (entry !== undefined) run.emit({ spectra: [entry] });
      // Other tasks and a cancel have a turn between two estimates.
      yield progress(index, finished);
    }
  }
}

/** One estimate of a matrix, or the end of all of its estimates. */
interface BegunEstimate {
  readonly entry?: Promise<SpectrumEntry>;
  readonly finished: readonly MatrixSpec[];
}

const settled = async ({ entry, finished }: BegunEstimate) => ({ entry: await entry, finished });

async function* estimatesOf(run: SpectraRun, index: number): AsyncGenerator<BegunEstimate, void> {
  for (const spec of run.plan.estimated) {
    for await (const { entry } of estimatedSpectra(run, index, spec)) yield { entry, finished: [] };
    yield { finished: [spec] };
  }
}

async function* estimatedSpectra(
  { survey, signal, report, settings: { seed } }: SpectraRun,
  index: number,
  spec: MatrixSpec,
): AsyncGenerator<BegunEntry, void> {
  const isThere = (checkpoint: number): boolean => survey.present[checkpoint]!.has(spec.tensor);
  if (!isThere(index)) return;
  const { step } = survey.checkpoints[index]!;
  const known = (report?.().spectra ?? []).filter(
    (entry) => entry.exact && entry.step === step && entry.tensor === spec.tensor && entry.part === spec.part,
  );
  for (const of of index > 0 && isThere(0) ? (['weights', 'change'] as const) : (['weights'] as const)) {
    if (known.some((entry) => entry.of === of)) continue;
    if (spec.rank === undefined) {
      const begun = await beginEstimatedEntry(survey, index, spec, of, signal);
      if (begun !== undefined) yield begun;
    } else {
      const entry = await factoredEntry(survey, index, spec, of, { seed, signal });
      if (entry !== undefined) yield { entry: Promise.resolve(entry) };
    }
  }
}

/** Spectra of a matrix that is a product of factors, from these; only where there are shuffles is the product formed. */
const factoredSpectra = async (
  run: SpectraRun,
  index: number,
  spec: MatrixSpec,
  { draws, law }: Nulls,
): Promise<void> => {
  const { survey, settings, signal, emit } = run;
  const { step } = survey.checkpoints[index]!;
  const subjects = draws > 0 ? await subjectsOf(run, index, spec.tensor, [spec]) : [];
  for (const of of index > 0 ? (['weights', 'change'] as const) : (['weights'] as const)) {
    const subject = subjects.find((one) => one.of === of);
    const shuffles =
      subject && (await shufflesOf(subject, step, { draws, law, seed: settings.seed, signal }));
    const options = { seed: settings.seed, signal, ...(shuffles && { shuffles }) };
    const entry = await factoredEntry(survey, index, spec, of, options);
    if (entry !== undefined) emit({ spectra: [entry] });
  }
};

/** Spectra of a subject's shuffled entries, or draws of their law where it is given and holds. */
const shufflesOf = async (
  subject: Subject,
  step: number,
  { draws, law, seed, signal }: Nulls & { readonly seed: number; readonly signal: AbortSignal },
): Promise<ShuffledDraws> => {
  const { matrix } = subject;
  const moments = entryMoments(matrix);
  if (law !== undefined && followsShuffleLaw(matrix, moments)) return law.draws(matrix, moments.variance);
  const shuffles = Array.from({ length: draws }, (_, draw) => shuffleOf(subject, seed, step, draw));
  return (await singularValuesBatch(shuffles, { signal })).map(({ values }) => values);
};

const groupByTensor = (matrices: readonly MatrixSpec[]): Map<string, MatrixSpec[]> =>
  grouped(matrices, ({ tensor }) => tensor);

/** Matrices of one tensor at one checkpoint; none if a value is not finite or the shape differs. */
export const subjectsOf = async (
  { survey, values }: Pick<SpectraRun, 'survey' | 'values'>,
  index: number,
  tensor: string,
  specs: readonly MatrixSpec[],
): Promise<Subject[]> => {
  const weights = await values.of(index, tensor);
  if (weights === undefined) return [];
  const first = index > 0 ? await values.of(0, tensor) : undefined;
  const change = first === undefined ? undefined : weights.map((value, i) => value - first[i]!);
  const { shape } = survey.tensorNamed.get(tensor)!;
  return specs.flatMap((spec) => [
    { spec, of: 'weights' as const, matrix: matrixFrom(spec, weights, tensorColumns(spec, shape)) },
    ...(change === undefined
      ? []
      : [{ spec, of: 'change' as const, matrix: matrixFrom(spec, change, tensorColumns(spec, shape)) }]),
  ]);
};

/** Subjects of one checkpoint after the other, batched if small: large batches use all cores. */
async function* batches(
  run: SpectraRun,
  indices: readonly number[],
  perTensor: ReadonlyMap<string, readonly MatrixSpec[]>,
  mostElements: (index: number) => number,
): AsyncGenerator<Batch> {
  for (const index of indices) {
    let subjects: Subject[] = [];
    let elements = 0;
    for (const [tensor, specs] of perTensor) {
      const size = 2 * specs.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
      // Submitted before the next tensor is read, so that two large ones are never held.
      if (subjects.length > 0 && elements + size > mostElements(index)) {
        yield { index, subjects };
        subjects = [];
        elements = 0;
      }
      subjects.push(...(await subjectsOf(run, index, tensor, specs)));
      elements += size;
    }
    if (subjects.length > 0) yield { index, subjects };
  }
}

/** Seeds of one draw of the null of a matrix at a step; every statistic of the step uses the same draws. */
export const seedsOf = (
  { spec, of }: Pick<Subject, 'spec' | 'of'>,
  seed: number,
  step: number,
  draw: number,
): Seeds => [seed, seedFromText(`${matrixKey(spec)}|${of}`), step, draw];

/** One draw of the null of a matrix at a step, as {@link seedsOf} names it. */
export const shuffleOf = (subject: Subject, seed: number, step: number, draw: number): Matrix =>
  shuffledEntries(subject.matrix, ...seedsOf(subject, seed, step, draw));

/** A batch whose spectra are found, with those of shuffles where no law applies. */
interface Decomposed extends Batch {
  readonly found: readonly ShuffledSpectra[];
  readonly variances: readonly number[];
  /** The law of each subject's shuffles, where it applies. */
  readonly laws: readonly (ShuffleLaw | undefined)[];
}

const decomposed = async (
  { survey, settings, signal, vectors }: Pick<SpectraRun, 'survey' | 'settings' | 'signal' | 'vectors'>,
  { index, subjects }: Batch,
  { draws, law }: Nulls,
): Promise<Decomposed> => {
  const { step } = survey.checkpoints[index]!;
  // Fourth moments, which the law alone takes, cost as much as all else.
  const moments = subjects.map(({ matrix }) => (law ? entryMoments(matrix) : undefined));
  const variances = subjects.map(({ matrix }, i) => moments[i]?.variance ?? varianceOf(matrix));
  const laws = subjects.map(({ matrix }, i) =>
    moments[i] !== undefined && followsShuffleLaw(matrix, moments[i]) ? law : undefined,
  );
  const wanted = subjects.map((subject, i) => ({
    matrix: subject.matrix,
    shuffles: Array.from({ length: laws[i] ? 0 : draws }, (_, draw) =>
      seedsOf(subject, settings.seed, step, draw),
    ),
    leading: subject.of === 'weights' ? (vectors?.wanted(index) ?? 0) : 0,
  }));
  return { index, subjects, variances, laws, found: await spectraWithShuffles(wanted, { signal }) };
};

/** Of the entries, which are finite; infinite where their squares are not. */
const varianceOf = (matrix: Matrix): number => {
  const running = new RunningDistribution(false);
  running.add(matrix.data);
  const { sd } = running.result();
  return sd === undefined ? entryMoments(matrix).variance : sd * sd;
};

const isWithinRange = ({ frobeniusNorm }: SpectrumEntry): boolean => Number.isFinite(frobeniusNorm);

/** Spectra of values too large to square are left out, with a warning. */
const additionOf = (survey: Survey, index: number, entries: readonly SpectrumEntry[]): ReportAddition => {
  const { label, step } = survey.checkpoints[index]!;
  // The sums of a single checkpoint's tensors tell of them too.
  const isTold = survey.checkpoints.length === 1;
  const left = isTold ? [] : entries.filter((entry) => !isWithinRange(entry));
  // A stack has a spectrum for each matrix.
  const tensors = [...new Set(left.map(({ tensor }) => tensor))];
  return {
    spectra: entries.filter(isWithinRange),
    ...(tensors.length === 0
      ? {}
      : {
          warnings: tensors.map((tensor) => ({
            code: 'not-finite',
            message: `${tensor} holds values too large to square at ${label}: it has no spectrum there.`,
            ...{ tensor, step },
          })),
        }),
  };
};

/** Each subject's spectrum and those of its shuffles, or draws of the shuffles' law where it applies. */
const entriesOf = async (
  { survey, settings, signal, vectors }: Pick<SpectraRun, 'survey' | 'settings' | 'signal' | 'vectors'>,
  { index, subjects, found, variances, laws }: Decomposed,
): Promise<SpectrumEntry[]> => {
  const { step } = survey.checkpoints[index]!;
  const pause = pauseFor(signal);
  const entries: SpectrumEntry[] = [];
  for (const [i, { spec, of, matrix }] of subjects.entries()) {
    const { own, shuffled, leading } = found[i]!;
    if (leading !== undefined) vectors?.keep(index, spec, leading);
    const variance = variances[i]!;
    const edges = marchenkoPasturEdges(variance, matrix.rows, matrix.columns);
    const shuffles = (await laws[i]?.draws(matrix, variance)) ?? shuffled.map(({ values }) => values);
    entries.push(spectrumEntryOf({ spec, of, edges }, step, own, shuffles, settings.seed));
    await pause();
  }
  return entries;
};
