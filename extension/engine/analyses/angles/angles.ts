import type { PrincipalAnglesEntry, ReportAddition } from '../../../contract/report.js';
import { foldedSize, matrixKey, type MatrixSpec } from '../../geometry/matrices.js';
import { leadingColumns, principalAngles, randomAngle } from '../../geometry/principalAngles.js';
import type { Matrix } from '../../linalg/matrix.js';
import { svd } from '../../linalg/svd.js';
import type { SpectraRun } from '../spectra/spectra.js';
import { matrixFrom } from '../../series/tensorMatrix.js';
import type { TaskStep } from '../../ground/work/tasks.js';

interface Subspaces {
  readonly step: number;
  readonly left: Matrix;
  readonly right: Matrix;
}

/** Principal angles between the leading singular subspaces of the weights at neighbouring checkpoints. */
export async function* anglesOf(run: SpectraRun): AsyncGenerator<TaskStep, void> {
  const { survey, values, plan, settings, signal } = run;
  const matrices = plan.matrices.filter((spec) => !plan.estimated.has(spec));
  const total = plan.anglesOf.length * matrices.length;
  let done = 0;
  for (const spec of matrices) {
    let before: Subspaces | undefined;
    for (const index of plan.anglesOf) {
      const data = await values.of(index, spec.tensor);
      const { columns } = foldedSize(survey.tensorNamed.get(spec.tensor)!.shape)!;
      const now =
        data === undefined
          ? undefined
          : await subspacesOf(
              matrixFrom(spec, data, columns),
              spec,
              settings.subspace,
              signal,
              survey.checkpoints[index]!.step,
            );
      if (before && now) run.emit(await anglesBetween(spec, before, now));
      before = now;
      done++;
      yield { fraction: done / total, text: `Principal angles: ${done} of ${total} matrices` };
    }
  }
}

const subspacesOf = async (
  matrix: Matrix,
  spec: MatrixSpec,
  wanted: number,
  signal: AbortSignal,
  step: number,
): Promise<Subspaces> => {
  const { u, v } = await svd(matrix, { name: matrixKey(spec), signal });
  const k = Math.min(wanted, matrix.rows, matrix.columns);
  return { step, left: leadingColumns(u, k), right: leadingColumns(v, k) };
};

const anglesBetween = async (
  spec: MatrixSpec,
  before: Subspaces,
  now: Subspaces,
): Promise<ReportAddition> => {
  const entry: PrincipalAnglesEntry = {
    tensor: spec.tensor,
    ...(spec.part === undefined ? {} : { part: spec.part }),
    fromStep: before.step,
    toStep: now.step,
    k: now.left.columns,
    left: await principalAngles(before.left, now.left),
    right: await principalAngles(before.right, now.right),
    null: {
      kind: 'random-subspaces',
      left: randomAngle(now.left.columns, spec.rows),
      right: randomAngle(now.right.columns, spec.columns),
    },
  };
  return { principalAngles: [entry] };
};
