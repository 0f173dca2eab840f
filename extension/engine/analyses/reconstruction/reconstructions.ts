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
import { singularValues } from '../../linalg/singularValues.js';
import { svd, type Decomposition } from '../../linalg/svd.js';
import type { Evaluate } from '../../evaluation/namedWeights.js';
import { weightsOf, withAccuracy, type Rebuild } from './accuracy.js';
import { readPart } from '../../series/partReader.js';
import { scatterPart } from '../../series/scatterPart.js';
import type { SpectraRun } from '../spectra/spectra.js';
import type { Survey } from '../../series/survey.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { isFinite } from '../../series/tensorValues.js';

export interface ReconstructionRun extends Pick<
  SpectraRun,
  'survey' | 'values' | 'settings' | 'signal' | 'emit' | 'plan'
> {
  /** Absent where no descriptor lets the model be run, or it is too large. */
  readonly evaluate?: Evaluate;
}

/** Float64 numbers that one block of the joint method's rows holds. */
const jointBlock = 2e6;

const leaveOut = ({ emit }: ReconstructionRun, tensor: string, why: string): void => {
  const message = `The change of the trunk is not rebuilt: ${tensor} ${why}.`;
  emit({ warnings: [{ code: 'reconstruction-left-out', message, tensor }] });
};
const notFinite = 'is not finite at the first or the last checkpoint';

/** The trunk's matrices; none, with a warning, where one is not there at both ends. */
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
  scope: 'trunk' | 'all',
  matrices: readonly MatrixSpec[],
  energy: Float64Array,
  ranks: readonly number[],
  relativeErrors?: readonly number[],
): ReconstructionEntry => {
  const curve = reconstructionCurve(energy, ranks, relativeErrors);
  return { method, scope, matrices: matrices.map(({ group }) => group), ...curve, points: [...curve.points] };
};

/** Per-matrix SVD of the trunk's changes. */
export async function* perMatrixReconstruction(run: ReconstructionRun): AsyncGenerator<TaskStep, void> {
  const trunk = rebuildable(run);
  const tooLarge = trunk.find((spec) => run.plan.estimated.has(spec));
  if (tooLarge !== undefined) {
    leaveOut(run, tooLarge.tensor, 'is too large to be decomposed, so the per-matrix method is left out');
    return;
  }
  const spectra: Float64Array[] = [];
  for (const spec of trunk) {
    const change = await changeOf(run.survey, spec);
    if (!isFinite(change.data)) {
      leaveOut(run, spec.tensor, notFinite);
      return;
    }
    const { values } = await singularValues(change, { signal: run.signal });
    spectra.push(values);
    yield {
      fraction: spectra.length / trunk.length,
      text: `Per-matrix reconstruction: ${spectra.length} of ${trunk.length} matrices`,
    };
  }
  if (trunk.length === 0) return;
  const energy = perMatrixEnergy(spectra);
  const entry = entryOf(
    'per-matrix-svd',
    'trunk',
    trunk,
    energy,
    chosenRanks(run.settings.ranks, energy.length),
  );
  run.emit({ reconstructions: [entry] });
  if (run.evaluate) yield* evaluated(run, run.evaluate, entry, await perMatrixRebuild(run, trunk));
}

const perMatrixRebuild = async (run: ReconstructionRun, trunk: readonly MatrixSpec[]): Promise<Rebuild> => {
  const decompositions: Decomposition[] = [];
  for (const spec of trunk)
    decompositions.push(await svd(await changeOf(run.survey, spec), { signal: run.signal }));
  return async (ranks) => {
    const rebuilt = [];
    for (const rank of ranks) {
      const changes: Matrix[] = [];
      for (const decomposition of decompositions) {
        changes.push(
          await truncatedChange(decomposition, Math.min(rank, decomposition.singularValues.length)),
        );
      }
      rebuilt.push(await withTrunkChanges(run.survey, trunk, changes));
    }
    return rebuilt;
  };
};

/** Joint SVD of the trunk's changes, stacked as rows. */
export async function* jointReconstruction(run: ReconstructionRun): AsyncGenerator<TaskStep, void> {
  const { survey } = run;
  const trunk = rebuildable(run);
  if (trunk.length === 0) return;
  const segments: JointSegment[] = [];
  const lengths = trunk.map(({ rows, columns }) => rows * columns);
  const ends = [...new Set(lengths)].sort((x, y) => x - y);
  for (const [i, end] of ends.entries()) {
    const gram = yield* segmentGram(survey, trunk, ends[i - 1] ?? 0, end, ends.at(-1)!);
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
  // At most as many rows as matrices: every rank is shown unless ranks were chosen.
  const everyRank = Array.from({ length: trunk.length }, (_, i) => i + 1);
  const ranks = chosenRanks(run.settings.ranks ?? everyRank, trunk.length);
  const errors = jointRelativeErrors(joint, segments, lengths, ranks);
  const entry = entryOf('joint-svd', 'trunk', trunk, joint.energy, ranks, errors);
  run.emit({ reconstructions: [entry] });
  if (!run.evaluate) return;
  const changes: Matrix[] = [];
  for (const spec of trunk) changes.push(await changeOf(survey, spec));
  const rebuild: Rebuild = async (wanted) => {
    const rebuilt = [];
    for (const rank of wanted) {
      rebuilt.push(await withTrunkChanges(survey, trunk, mixed(changes, jointMixing(joint, rank))));
    }
    return rebuilt;
  };
  yield* evaluated(run, run.evaluate, entry, rebuild);
}

/** Inner products of the changes, flattened and padded, over their elements [start, end). */
async function* segmentGram(
  survey: Survey,
  trunk: readonly MatrixSpec[],
  start: number,
  end: number,
  longest: number,
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
      for (let k = 0; k < length; k++) rows[i]![k]! -= first[k]!;
    }
    await gram.add(rows, length);
    yield { fraction: (from + length) / longest, text: 'Joint reconstruction' };
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

/** Trajectory PCA of all parameters, from the uncentred PCA that the pass over the series has made. */
export async function* trajectoryReconstruction(
  run: ReconstructionRun,
  pca: TrajectoryPca,
): AsyncGenerator<TaskStep, void> {
  const energy = trajectoryEnergy(pca);
  if (energy.length === 0) return;
  const ranks = chosenRanks(run.settings.ranks, energy.length);
  const entry: ReconstructionEntry = {
    ...entryOf('trajectory-pca', 'all', [], energy, ranks),
    matrices: ['all'],
  };
  run.emit({ reconstructions: [entry] });
  if (run.evaluate === undefined || pca.directions[0]!.length !== run.survey.checkpoints.length) return;
  yield* evaluated(run, run.evaluate, entry, (wanted) =>
    mixedCheckpoints(
      run.survey,
      wanted.map((rank) => trajectoryMixing(pca, rank)),
    ),
  );
}

/** θ_0 + Σ_t weights[t] · (θ_t − θ_0) for each list of weights, every checkpoint read once. */
const mixedCheckpoints = async (
  survey: Survey,
  mixings: readonly (readonly number[])[],
): Promise<Map<string, Float64Array>[]> => {
  const first = await weightsOf(survey, 0);
  const results = mixings.map(() => new Map([...first].map(([name, values]) => [name, values.slice()])));
  for (let t = 1; t < survey.checkpoints.length; t++) {
    const weights = await weightsOf(survey, t);
    for (const [m, result] of results.entries()) {
      const factor = mixings[m]![t]!;
      for (const [name, target] of result) {
        const from = first.get(name)!;
        const to = weights.get(name)!;
        for (let i = 0; i < target.length; i++) target[i]! += factor * (to[i]! - from[i]!);
      }
    }
  }
  return results;
};

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
      text: `Accuracy of ${entry.method}: ${done} of ${better.points.length} ranks`,
    };
  }
}

/** θ_T − θ_0 of one matrix. */
export const changeOf = async (survey: Survey, spec: MatrixSpec): Promise<Matrix> => {
  const length = spec.rows * spec.columns;
  const data = new Float64Array(length);
  const first = new Float64Array(length);
  await readPart(survey, survey.checkpoints.length - 1, spec, 0, length, data);
  await readPart(survey, 0, spec, 0, length, first);
  for (let i = 0; i < length; i++) data[i]! -= first[i]!;
  return { rows: spec.rows, columns: spec.columns, data };
};

/** The last checkpoint with the trunk's matrices set to their first values plus the changes given. */
const withTrunkChanges = async (
  survey: Survey,
  trunk: readonly MatrixSpec[],
  changes: readonly Matrix[],
): Promise<Map<string, Float64Array>> => {
  const weights = await weightsOf(survey, survey.checkpoints.length - 1);
  for (const [i, spec] of trunk.entries()) {
    const values = new Float64Array(spec.rows * spec.columns);
    await readPart(survey, 0, spec, 0, values.length, values);
    for (let k = 0; k < values.length; k++) values[k]! += changes[i]!.data[k]!;
    scatterPart(survey, spec, values, weights.get(spec.tensor)!);
  }
  return weights;
};
