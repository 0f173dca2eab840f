import type { ReconstructionEntry, ReconstructionMethod } from '../../../contract/report.js';
import type { MatrixSpec } from '../../geometry/matrices.js';
import { chosenRanks } from '../../geometry/ranks.js';
import { reconstructionCurve } from '../../geometry/reconstruction/curve.js';
import {
  jointMixing,
  jointRelativeErrors,
  jointSvd,
  type JointSegment,
} from '../../geometry/reconstruction/jointSvd.js';
import { perMatrixEnergy, truncatedChange } from '../../geometry/reconstruction/perMatrixSvd.js';
import { trajectoryEnergy, trajectoryMixing } from '../../geometry/reconstruction/trajectoryPca.js';
import type { TrajectoryPca } from '../../geometry/trajectory.js';
import { GramAccumulator } from '../../linalg/gram.js';
import type { Matrix } from '../../linalg/matrix.js';
import { spectraWithShuffles } from '../../linalg/singularValues.js';
import { svd, type Decomposition } from '../../linalg/svd.js';
import type { Evaluate } from '../../evaluation/namedWeights.js';
import { jointCost, perMatrixCost } from './cost.js';
import { orthogonalRowsEnergy, shuffledEnergy, type EnergyNull } from './energyNull.js';
import { subjectsOf, theChange, type Subject } from './subjects.js';
import { weightsOf, withAccuracy, type Rebuild } from './accuracy.js';
import { mixedCheckpoints } from './mixedCheckpoints.js';
import { readPart } from '../../series/partReader.js';
import type { TrainingRecord } from '../../series/trainingRecord.js';
import { scatterPart } from '../../series/scatterPart.js';
import type { UncentredPaths } from '../trajectory/trajectories.js';
import type { SpectraRun } from '../spectra/spectra.js';
import type { Survey } from '../../series/survey.js';
import { inPhases } from '../../ground/work/phases.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { seedFromText } from '../../ground/seededRandom.js';
import { isFinite } from '../../series/tensorValues.js';

export interface ReconstructionRun extends Pick<
  SpectraRun,
  'survey' | 'values' | 'settings' | 'signal' | 'emit' | 'plan'
> {
  readonly training?: TrainingRecord;
  /** Absent without a descriptor, or for a model that is too large. */
  readonly evaluate?: Evaluate;
  readonly evaluationPairs?: number;
}

/** Float64 numbers that one block of the joint method's rows holds. */
const jointBlock = 2e6;

const leaveOut = ({ emit }: ReconstructionRun, tensor: string, why: string): void => {
  const message = `The change of the trunk is not rebuilt: ${tensor} ${why}.`;
  emit({ warnings: [{ code: 'reconstruction-left-out', message, tensor }] });
};
const notFinite = 'is not finite at the first or the last checkpoint';

/** The trunk's matrices; none, with a warning, if one is missing at either end. */
const rebuildable = (run: ReconstructionRun): readonly MatrixSpec[] => {
  const { present } = run.survey;
  const trunk = run.plan.matrices.filter(({ trunk: inside }) => inside);
  const absent = trunk.find(({ tensor }) => !present[0]!.has(tensor) || !present.at(-1)!.has(tensor));
  if (absent === undefined) return trunk;
  leaveOut(run, absent.tensor, 'is missing, or of another shape, at the first checkpoint');
  return [];
};

const entryOf = (
  method: ReconstructionMethod,
  { of, decay }: Subject,
  scope: 'trunk' | 'all',
  matrices: readonly MatrixSpec[],
  energy: Float64Array,
  ranks: readonly number[],
  byChance?: EnergyNull,
  relativeErrors?: readonly number[],
): ReconstructionEntry => {
  const curve = reconstructionCurve(energy, ranks, relativeErrors);
  return {
    ...{ method, of, scope, matrices: matrices.map(({ group }) => group) },
    ...(decay === undefined ? {} : { decay }),
    ...curve,
    points: [...curve.points],
    ...(curve.energies === undefined ? {} : { energies: [...curve.energies] }),
    ...(byChance === undefined ? {} : { null: byChance }),
  };
};

/** Per-matrix SVD of the trunk: of its change, of its weights, of its change without decay. */
export async function* perMatrixReconstruction(run: ReconstructionRun): AsyncGenerator<TaskStep, void> {
  const trunk = rebuildable(run);
  const tooLarge = trunk.find((spec) => run.plan.estimated.has(spec));
  if (tooLarge !== undefined) {
    leaveOut(run, tooLarge.tensor, 'is too large to be decomposed, so the per-matrix method is left out');
    return;
  }
  if (trunk.length === 0) return;
  const subjects = await subjectsOf(run, trunk);
  for (const [i, subject] of subjects.entries()) {
    for await (const { fraction, text } of perMatrixOf(run, trunk, subject)) {
      yield { fraction: (i + fraction) / subjects.length, text };
    }
  }
}

async function* perMatrixOf(
  run: ReconstructionRun,
  trunk: readonly MatrixSpec[],
  subject: Subject,
): AsyncGenerator<TaskStep, void> {
  const spectra: Float64Array[] = [];
  const cost = perMatrixCost(run);
  const spectraPart = cost.spectra / (cost.spectra + cost.evaluations);
  const last = run.survey.checkpoints.length - 1;
  const draws = run.plan.nullsOf.has(last) ? run.settings.shuffleDraws : 0;
  const shuffled: Float64Array[][] = Array.from({ length: draws }, () => []);
  for (const spec of trunk) {
    const change = await changeOf(run.survey, spec, subject.startKept);
    if (!isFinite(change.data)) {
      leaveOut(run, spec.tensor, notFinite);
      return;
    }
    const shuffles = shuffled.map((_, draw) => [run.settings.seed, seedFromText(spec.group), last, draw]);
    const [found] = await spectraWithShuffles([{ matrix: change, shuffles }], { signal: run.signal });
    spectra.push(found!.own.values);
    found!.shuffled.forEach(({ values }, draw) => shuffled[draw]!.push(values));
    yield {
      fraction: (spectraPart * spectra.length) / trunk.length,
      text: `Per-matrix reconstruction: ${spectra.length} of ${trunk.length} matrices`,
    };
  }
  const energy = perMatrixEnergy(spectra);
  const ranks = chosenRanks(run.settings.ranks, energy.length);
  const byChance = shuffledEnergy(shuffled, run.settings.seed);
  const entry = entryOf('per-matrix-svd', subject, 'trunk', trunk, energy, ranks, byChance);
  run.emit({ reconstructions: [entry] });
  if (!run.evaluate) return;
  const rebuild = await perMatrixRebuild(run, trunk, subject);
  for await (const { fraction, text } of evaluated(run, run.evaluate, entry, rebuild)) {
    yield { fraction: spectraPart + (1 - spectraPart) * fraction, text };
  }
}

const perMatrixRebuild = async (
  run: ReconstructionRun,
  trunk: readonly MatrixSpec[],
  subject: Subject,
): Promise<Rebuild> => {
  const decompositions: Decomposition[] = [];
  for (const spec of trunk) {
    const change = await changeOf(run.survey, spec, subject.startKept);
    decompositions.push(await svd(change, { signal: run.signal }));
  }
  return async (ranks) => {
    const rebuilt = [];
    for (const rank of ranks) {
      const changes: Matrix[] = [];
      for (const decomposition of decompositions) {
        changes.push(
          await truncatedChange(decomposition, Math.min(rank, decomposition.singularValues.length)),
        );
      }
      rebuilt.push(await withTrunkChanges(run.survey, trunk, changes, subject));
    }
    return rebuilt;
  };
};

/** Joint SVD of the trunk's matrices stacked as rows: of their changes, their weights, their changes without decay. */
export async function* jointReconstruction(run: ReconstructionRun): AsyncGenerator<TaskStep, void> {
  const trunk = rebuildable(run);
  if (trunk.length === 0) return;
  const subjects = await subjectsOf(run, trunk);
  for (const [i, subject] of subjects.entries()) {
    for await (const { fraction, text } of jointOf(run, trunk, subject)) {
      yield { fraction: (i + fraction) / subjects.length, text };
    }
  }
}

async function* jointOf(
  run: ReconstructionRun,
  trunk: readonly MatrixSpec[],
  subject: Subject,
): AsyncGenerator<TaskStep, void> {
  const { survey } = run;
  const cost = jointCost(run);
  const sumPart = cost.sums / (cost.sums + cost.evaluations);
  const segments: JointSegment[] = [];
  const lengths = trunk.map(({ rows, columns }) => rows * columns);
  const ends = [...new Set(lengths)].sort((x, y) => x - y);
  for (const [i, end] of ends.entries()) {
    const range = { start: ends[i - 1] ?? 0, end, longest: ends.at(-1)! };
    const gram = yield* segmentGram(survey, trunk, range, subject, sumPart);
    segments.push({ end, gram });
  }
  const faulty = trunk.findIndex((_, i) =>
    segments.some(({ gram }) => !Number.isFinite(gram.data[i * gram.rows + i])),
  );
  if (faulty !== -1) {
    leaveOut(run, trunk[faulty]!.tensor, notFinite);
    return;
  }
  const joint = await jointSvd(segments);
  // At most as many rows as matrices: every rank is shown unless the user chose ranks.
  const everyRank = Array.from({ length: trunk.length }, (_, i) => i + 1);
  const ranks = chosenRanks(run.settings.ranks ?? everyRank, trunk.length);
  const errors = jointRelativeErrors(joint, segments, lengths, ranks);
  const squares = trunk.map((_, i) =>
    segments.reduce((sum, { gram }) => sum + gram.data[i * gram.rows + i]!, 0),
  );
  const byChance = orthogonalRowsEnergy(squares);
  const entry = entryOf('joint-svd', subject, 'trunk', trunk, joint.energy, ranks, byChance, errors);
  run.emit({ reconstructions: [entry] });
  if (!run.evaluate) return;
  const changes: Matrix[] = [];
  for (const spec of trunk) changes.push(await changeOf(survey, spec, subject.startKept));
  const rebuild: Rebuild = async (wanted) => {
    const rebuilt = [];
    for (const rank of wanted) {
      rebuilt.push(await withTrunkChanges(survey, trunk, mixed(changes, jointMixing(joint, rank)), subject));
    }
    return rebuilt;
  };
  for await (const { fraction, text } of evaluated(run, run.evaluate, entry, rebuild)) {
    yield { fraction: sumPart + (1 - sumPart) * fraction, text };
  }
}

/** Inner products of the flattened and padded targets over the elements [start, end). */
async function* segmentGram(
  survey: Survey,
  trunk: readonly MatrixSpec[],
  { start, end, longest }: { readonly start: number; readonly end: number; readonly longest: number },
  { startKept }: Subject,
  part: number,
): AsyncGenerator<TaskStep, Matrix> {
  const last = survey.checkpoints.length - 1;
  const block = Math.min(end - start, Math.max(4096, Math.floor(jointBlock / trunk.length)));
  const rows = trunk.map(() => new Float64Array(block));
  const first = new Float64Array(block);
  const gram = new GramAccumulator(trunk.length);
  for (let from = start; from < end; from += block) {
    const length = Math.min(block, end - from);
    for (const [i, spec] of trunk.entries()) {
      await readPart(survey, last, spec, from, length, rows[i]!);
      await readPart(survey, 0, spec, from, length, first);
      for (let k = 0; k < length; k++) rows[i]![k]! -= startKept * first[k]!;
    }
    await gram.add(rows, length);
    yield { fraction: (part * (from + length)) / longest, text: 'Joint reconstruction' };
  }
  return gram.result();
}

const mixed = (changes: readonly Matrix[], mixing: Matrix): Matrix[] =>
  changes.map((change, i) => {
    const data = new Float64Array(change.data.length);
    changes.forEach((other, j) => {
      const weight = mixing.data[i * mixing.columns + j]!;
      const shared = Math.min(data.length, other.data.length);
      for (let k = 0; k < shared; k++) data[k]! += weight * other.data[k]!;
    });
    return { ...change, data };
  });

/** Trajectory PCA of all parameters, from the uncentred PCAs that the pass over the series has made. */
export async function* trajectoryReconstruction(
  run: ReconstructionRun,
  { change, withoutDecay, decay }: UncentredPaths,
): AsyncGenerator<TaskStep, void> {
  const ofChange = { expected: 1, steps: () => trajectoryOf(run, change, theChange) };
  if (withoutDecay === undefined || decay === undefined) {
    yield* ofChange.steps();
    return;
  }
  const { kept, ...origin } = decay;
  const startKept = kept.at(-1)!;
  const subject: Subject = {
    of: 'change-without-decay',
    startKept,
    decay: { kept: startKept, ...origin },
  };
  yield* inPhases([ofChange, { expected: 1, steps: () => trajectoryOf(run, withoutDecay, subject, kept) }]);
}

/** @param kept d_t of the rows θ_t − d_t·θ_0 that the PCA is of. */
async function* trajectoryOf(
  run: ReconstructionRun,
  pca: TrajectoryPca,
  subject: Subject,
  kept?: readonly number[],
): AsyncGenerator<TaskStep, void> {
  const energy = trajectoryEnergy(pca);
  if (energy.length === 0) return;
  const ranks = chosenRanks(run.settings.ranks, energy.length);
  const entry: ReconstructionEntry = {
    ...entryOf('trajectory-pca', subject, 'all', [], energy, ranks),
    matrices: ['all'],
  };
  run.emit({ reconstructions: [entry] });
  if (run.evaluate === undefined || pca.directions[0]!.length !== run.survey.checkpoints.length) return;
  const { startKept } = subject;
  yield* evaluated(run, run.evaluate, entry, (wanted) =>
    mixedCheckpoints(
      run.survey,
      wanted.map((rank) => {
        const weights = trajectoryMixing(pca, rank);
        // d_T·θ_0 + Σ_t w_t·(θ_t − d_t·θ_0), in rows θ_t − θ_0.
        const ofStart = weights.reduce((sum, weight, t) => sum + weight * (1 - (kept?.[t] ?? 1)), startKept);
        return { ofStart: kept === undefined ? 1 : ofStart, weights };
      }),
      run.signal,
    ),
  );
}

async function* evaluated(
  run: ReconstructionRun,
  evaluate: Evaluate,
  entry: ReconstructionEntry,
  rebuild: Rebuild,
): AsyncGenerator<TaskStep, void> {
  const final = await weightsOf(run.survey, run.survey.checkpoints.length - 1);
  for await (const better of withAccuracy(entry, final, rebuild, evaluate)) {
    run.emit({ reconstructions: [better] });
    const done = better.points.filter(({ testAccuracy }) => testAccuracy !== undefined).length;
    yield {
      fraction: done / better.points.length,
      text: `Accuracy of ${entry.method} of the ${entry.of}: ${done} of ${better.points.length} ranks`,
    };
  }
}

/** θ_T − c·θ_0 of one matrix; the change if c is not given. */
export const changeOf = async (survey: Survey, spec: MatrixSpec, startKept = 1): Promise<Matrix> => {
  const length = spec.rows * spec.columns;
  const data = new Float64Array(length);
  const first = new Float64Array(length);
  await readPart(survey, survey.checkpoints.length - 1, spec, 0, length, data);
  await readPart(survey, 0, spec, 0, length, first);
  for (let i = 0; i < length; i++) data[i]! -= startKept * first[i]!;
  return { rows: spec.rows, columns: spec.columns, data };
};

/** The last checkpoint with the trunk's matrices set to c·θ_0 plus the changes given. */
const withTrunkChanges = async (
  survey: Survey,
  trunk: readonly MatrixSpec[],
  changes: readonly Matrix[],
  { startKept }: Subject,
): Promise<Map<string, Float64Array>> => {
  const weights = await weightsOf(survey, survey.checkpoints.length - 1);
  for (const [i, spec] of trunk.entries()) {
    const values = new Float64Array(spec.rows * spec.columns);
    await readPart(survey, 0, spec, 0, values.length, values);
    for (let k = 0; k < values.length; k++) values[k] = startKept * values[k]! + changes[i]!.data[k]!;
    scatterPart(survey, spec, values, weights.get(spec.tensor)!);
  }
  return weights;
};
