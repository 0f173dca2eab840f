import { GeometryError } from '../../../contract/errors.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import type { SpectrumOf } from '../../series/matrixPieces.js';
import type { AnalysisRun } from '../analysis.js';
import { oneMatrix, type OneMatrix } from '../oneMatrix.js';
import { isEstimated } from '../workPolicy.js';
import { exactSpectrum } from './spectra.js';

export interface ExactSettings extends OneMatrix {
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
  settings: ExactSettings,
): AsyncGenerator<TaskStep, void> {
  const { matrix, of } = settings;
  const { spec, index } = oneMatrix(run, settings);
  const checkpoint = run.survey.checkpoints[index]!;
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
  if (entry === undefined) {
    throw new GeometryError('invalid-argument', `${matrix} has no spectrum at step ${checkpoint.step}.`);
  }
  run.emit({ spectra: [entry] });
}
