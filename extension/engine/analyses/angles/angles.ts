import type { PrincipalAnglesEntry, ReportAddition } from '../../../contract/report.js';
import { matrixKey } from '../../../contract/matrixKey.js';
import { foldedSize, type MatrixSpec } from '../../geometry/matrices.js';
import { principalAngles, randomAngle } from '../../geometry/principalAngles.js';
import { randomlyMoved, stepAnglesOf } from '../../geometry/stepAngles.js';
import { seedFromText } from '../../ground/seededRandom.js';
import { grouped } from '../../ground/work/grouped.js';
import type { LeadingVectors } from '../../linalg/batch.js';
import { leadingVectorsBatch } from '../../linalg/leadingVectors.js';
import type { Matrix } from '../../linalg/matrix.js';
import type { SpectraRun } from '../spectra/spectra.js';
import { matrixFrom } from '../../series/tensorMatrix.js';
import { angleDraws } from '../workPolicy.js';
import type { TaskStep } from '../../ground/work/tasks.js';

/** Elements per batch of decompositions with vectors: enough for all cores, little memory. */
const batchElements = 1 << 19;

interface Subspaces extends LeadingVectors {
  readonly step: number;
}

/** Principal angles between the leading singular subspaces of the weights at neighbouring checkpoints. */
export async function* anglesOf(run: SpectraRun): AsyncGenerator<TaskStep, void> {
  const { plan, signal } = run;
  const k = run.settings.subspace;
  const matrices = plan.matrices.filter((spec) => !plan.estimated.has(spec));
  const total = plan.anglesOf.length * matrices.length;
  let done = 0;
  for (const spec of matrices) {
    const together = Math.max(1, Math.floor(batchElements / (spec.rows * spec.columns)));
    let before: Subspaces | undefined;
    let last: Matrix | undefined;
    for (let from = 0; from < plan.anglesOf.length; from += together) {
      const indices = plan.anglesOf.slice(from, from + together);
      const there = await weightsOf(run, spec, indices);
      const pairs = indices.filter((index) => plan.angleNullsOf.has(index));
      const moved = pairs.flatMap((index) =>
        randomSteps(run, spec, index, there.get(index - 1) ?? last, there.get(index)),
      );
      const kept = new Map(
        [...there.keys()].flatMap((index) => {
          const vectors = run.vectors?.take(index, spec);
          return vectors === undefined ? [] : [[index, vectors] as const];
        }),
      );
      const missing = [...there].filter(([index]) => !kept.has(index));
      const vectors = await leadingVectorsBatch(
        [...missing.map(([, matrix]) => matrix), ...moved.map(({ matrix }) => matrix)],
        k,
        { name: spec.tensor, signal },
      );
      const found = new Map([...kept, ...missing.map(([index], i) => [index, vectors[i]!] as const)]);
      const drawn = grouped(
        moved.map(({ index }, i) => ({ index, vectors: vectors[missing.length + i]! })),
        ({ index }) => index,
      );
      for (const index of indices) {
        const now = found.get(index);
        const { step } = run.survey.checkpoints[index]!;
        const subspaces = now && { ...now, step };
        if (before && subspaces) {
          const draws = (drawn.get(index) ?? []).map((draw) => draw.vectors);
          run.emit(await anglesBetween(spec, before, subspaces, draws));
        }
        before = subspaces;
      }
      last = there.get(indices.at(-1)!);
      done += indices.length;
      yield { fraction: done / total, text: `Principal angles: ${done} of ${total} matrices` };
    }
  }
}

/** The matrix at each checkpoint where it exists with finite values, by index. */
const weightsOf = async (
  { survey, values }: SpectraRun,
  spec: MatrixSpec,
  indices: readonly number[],
): Promise<Map<number, Matrix>> => {
  const { columns } = foldedSize(survey.tensorNamed.get(spec.tensor)!.shape)!;
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
