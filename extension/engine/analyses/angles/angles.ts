import type { PrincipalAnglesEntry, ReportAddition } from '../../../contract/report.js';
import { matrixKey } from '../../../contract/matrixKey.js';
import { tensorColumns, type MatrixSpec } from '../../geometry/matrices.js';
import { principalAngles, randomAngle } from '../../geometry/principalAngles.js';
import { randomlyMoved, stepAnglesOf } from '../../geometry/stepAngles.js';
import { seedFromText } from '../../ground/seededRandom.js';
import { ahead } from '../../ground/work/ahead.js';
import { grouped } from '../../ground/work/grouped.js';
import type { LeadingVectors } from '../../linalg/batch.js';
import { leadingVectorsBatch } from '../../linalg/leadingVectors.js';
import type { Matrix } from '../../linalg/matrix.js';
import type { SpectraRun } from '../spectra/spectra.js';
import { ONE_STAGE_NUMBERS } from '../../linalg/oneStage.js';
import { matrixFrom } from '../../series/tensorMatrix.js';
import { angleDraws } from '../workPolicy.js';
import type { TaskStep } from '../../ground/work/tasks.js';

/** Elements per batch of decompositions with vectors: enough for all cores, little memory. */
const batchElements = 1 << 19;

interface Subspaces extends LeadingVectors {
  readonly step: number;
}

/** Neighbouring checkpoints of a matrix, and the random steps whose angles are drawn beside theirs. */
interface Stretch {
  readonly spec: MatrixSpec;
  readonly indices: readonly number[];
  readonly kept: ReadonlyMap<number, LeadingVectors>;
  /** Matrices whose vectors did not come with their spectra. */
  readonly missing: readonly (readonly [index: number, matrix: Matrix])[];
  readonly moved: readonly { readonly index: number; readonly matrix: Matrix }[];
}

interface Found extends Stretch {
  readonly vectors: ReadonlyMap<number, LeadingVectors>;
  readonly drawn: ReadonlyMap<number, readonly LeadingVectors[]>;
}

/** Principal angles between the leading singular subspaces of the weights at neighbouring checkpoints. */
export async function* anglesOf(run: SpectraRun): AsyncGenerator<TaskStep, void> {
  const { plan } = run;
  const matrices = plan.matrices.filter((spec) => !plan.estimated.has(spec));
  const total = plan.anglesOf.length * matrices.length;
  let done = 0;
  let before: { readonly spec: MatrixSpec; readonly at: Subspaces | undefined } | undefined;
  const found = ahead(
    stretches(run, matrices),
    (stretch) => vectorsOf(run, stretch),
    ({ spec }) => (spec.rows * spec.columns <= ONE_STAGE_NUMBERS ? 0.5 : 1),
  );
  for await (const { spec, indices, vectors, drawn } of found) {
    for (const index of indices) {
      const now = vectors.get(index);
      const { step } = run.survey.checkpoints[index]!;
      const at = now && { ...now, step };
      if (before?.spec === spec && before.at && at)
        run.emit(await anglesBetween(spec, before.at, at, drawn.get(index) ?? []));
      before = { spec, at };
    }
    done += indices.length;
    yield { fraction: done / total, text: `Principal angles: ${done} of ${total} matrices` };
  }
}

/** Each matrix at all planned checkpoints, as many of these at a time as fit. */
async function* stretches(run: SpectraRun, matrices: readonly MatrixSpec[]): AsyncGenerator<Stretch> {
  const { plan } = run;
  for (const spec of matrices) {
    const together = Math.max(1, Math.floor(batchElements / (spec.rows * spec.columns)));
    let last: Matrix | undefined;
    for (let from = 0; from < plan.anglesOf.length; from += together) {
      const indices = plan.anglesOf.slice(from, from + together);
      const there = await weightsOf(run, spec, indices);
      const moved = indices
        .filter((index) => plan.angleNullsOf.has(index))
        .flatMap((index) => randomSteps(run, spec, index, there.get(index - 1) ?? last, there.get(index)));
      const kept = new Map(
        [...there.keys()].flatMap((index) => {
          const vectors = run.vectors?.take(index, spec);
          return vectors === undefined ? [] : [[index, vectors] as const];
        }),
      );
      yield { spec, indices, kept, missing: [...there].filter(([index]) => !kept.has(index)), moved };
      last = there.get(indices.at(-1)!);
    }
  }
}

const vectorsOf = async ({ settings, signal }: SpectraRun, stretch: Stretch): Promise<Found> => {
  const { spec, kept, missing, moved } = stretch;
  const vectors = await leadingVectorsBatch(
    [...missing.map(([, matrix]) => matrix), ...moved.map(({ matrix }) => matrix)],
    settings.subspace,
    { name: spec.tensor, signal },
  );
  const own = missing.map(([index], i) => [index, vectors[i]!] as const);
  const draws = grouped(
    moved.map(({ index }, i) => ({ index, vectors: vectors[missing.length + i]! })),
    ({ index }) => index,
  );
  return {
    ...stretch,
    vectors: new Map([...kept, ...own]),
    drawn: new Map([...draws].map(([index, drawn]) => [index, drawn.map((draw) => draw.vectors)])),
  };
};

/** The matrix at each checkpoint where it exists with finite values, by index. */
const weightsOf = async (
  { survey, values }: SpectraRun,
  spec: MatrixSpec,
  indices: readonly number[],
): Promise<Map<number, Matrix>> => {
  const columns = tensorColumns(spec, survey.tensorNamed.get(spec.tensor)!.shape);
  const there = new Map<number, Matrix>();
  for (const index of indices) {
    const data = await values.of(index, spec.tensor);
    if (data !== undefined) there.set(index, matrixFrom(spec, data, columns));
  }
  return there;
};

/** The matrix before a step plus the step's shuffled entries; none if either is missing. */
const randomSteps = (
  { settings, survey }: SpectraRun,
  spec: MatrixSpec,
  index: number,
  before: Matrix | undefined,
  after: Matrix | undefined,
): { readonly index: number; readonly matrix: Matrix }[] => {
  if (before === undefined || after === undefined) return [];
  const { step } = survey.checkpoints[index]!;
  const name = seedFromText(`${matrixKey(spec)}|step`);
  return Array.from({ length: angleDraws }, (_, draw) => ({
    index,
    matrix: randomlyMoved(before, after, settings.seed, name, step, draw),
  }));
};

const anglesBetween = async (
  spec: MatrixSpec,
  before: Subspaces,
  now: Subspaces,
  drawn: readonly LeadingVectors[],
): Promise<ReportAddition> => {
  const between = async (to: LeadingVectors): Promise<{ left: number[]; right: number[] }> => ({
    left: await principalAngles(before.left, to.left),
    right: await principalAngles(before.right, to.right),
  });
  const random = [];
  for (const draw of drawn) random.push(await between(draw));
  const entry: PrincipalAnglesEntry = {
    tensor: spec.tensor,
    ...(spec.part === undefined ? {} : { part: spec.part }),
    fromStep: before.step,
    toStep: now.step,
    k: now.left.columns,
    ...(await between(now)),
    null: {
      kind: 'random-subspaces',
      left: randomAngle(now.left.columns, spec.rows),
      right: randomAngle(now.right.columns, spec.columns),
    },
    ...(random.length === 0 ? {} : { ofStepSize: stepAnglesOf(random) }),
  };
  return { principalAngles: [entry] };
};
