import { GeometryError } from '../../../contract/errors.js';
import { matrixKey } from '../../geometry/matrices.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import type { SpectrumOf } from '../../series/matrixPieces.js';
import type { AnalysisRun } from '../analysis.js';
import { isEstimated } from '../workPolicy.js';
import { exactSpectrum } from './spectra.js';

export interface ExactSettings {
  /** `tensor`, or `tensor#Q` of a fused one. */
  readonly matrix: string;
  /** Default: the last checkpoint. */
  readonly step?: number | undefined;
  readonly of: SpectrumOf;
}

/**
 * Computes one spectrum exactly and replaces the inspection's estimate. A spectrum that is exact already stays,
 * with its nulls.
 * @throws GeometryError `invalid-argument` if there is no such spectrum, `too-large` if the matrix does not fit
 * in memory, and errors of reading.
 */
export async function* exactSpectrumOf(
  run: AnalysisRun<'spectra'>,
  { matrix, step, of }: ExactSettings,
): AsyncGenerator<TaskStep, void> {
  const { survey } = run;
  const index =
    step === undefined
      ? survey.checkpoints.length - 1
      : survey.checkpoints.findIndex((checkpoint) => checkpoint.step === step);
  const spec = survey.matrices.find((one) => matrixKey(one) === matrix);
  const checkpoint = survey.checkpoints[index];
  if (spec === undefined || checkpoint === undefined) throw none(matrix, step);
  if (spec.rank === undefined && isEstimated(spec, true)) {
    throw new GeometryError(
      'too-large',
      `${matrix} (${spec.rows} × ${spec.columns}) does not fit into memory, so its spectrum stays an estimate.`,
    );
  }
  const isThis = (entry: {
    tensor: string;
    part?: string | undefined;
    step: number;
    of: SpectrumOf;
  }): boolean =>
    entry.tensor === spec.tensor &&
    entry.part === spec.part &&
    entry.step === checkpoint.step &&
    entry.of === of;
  if (run.report().spectra.some((entry) => entry.exact && isThis(entry))) return;
  yield { fraction: 0, text: `Singular values of ${matrix}` };
  const entry = await exactSpectrum(run, index, spec, of);
  if (entry === undefined) throw none(matrix, step);
  run.emit({ spectra: [entry] });
}

const none = (matrix: string, step: number | undefined): GeometryError =>
  new GeometryError(
    'invalid-argument',
    `${matrix} has no spectrum${step === undefined ? '' : ` at step ${step}`}.`,
  );
