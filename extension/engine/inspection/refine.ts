import type { ComputeCalls, InspectRequest } from '../../contract/calls.js';
import { GeometryError } from '../../contract/errors.js';
import type { SpectrumEntry } from '../../contract/report.js';
import { findSeries } from '../series/source.js';
import { exactSpectrum } from '../analyses/spectra/spectra.js';
import { survey as surveySeries } from '../series/survey.js';
import { TensorValues } from '../series/tensorValues.js';
import { isEstimated } from '../analyses/workPolicy.js';

type SpectrumName = Parameters<ComputeCalls['refine']>[1];

/**
 * One spectrum exactly, though the inspection estimated it; nothing else of the series is read.
 * @throws GeometryError `invalid-argument` where there is no such spectrum, `too-large` where the matrix does not fit
 * into memory, `cancelled`, and what reading throws.
 */
export const refine = async (
  { path, settings }: Pick<InspectRequest, 'path' | 'settings'>,
  { step, tensor, part, of }: SpectrumName,
  signal: AbortSignal,
): Promise<SpectrumEntry> => {
  const survey = await surveySeries(await findSeries(path, signal), signal, settings.tensors);
  try {
    const index = survey.checkpoints.findIndex((checkpoint) => checkpoint.step === step);
    const spec = survey.matrices.find((matrix) => matrix.tensor === tensor && matrix.part === part);
    if (spec !== undefined && isEstimated(spec, true)) {
      throw new GeometryError(
        'too-large',
        `${tensor} (${spec.rows} × ${spec.columns}) does not fit into memory, so its spectrum stays an estimate.`,
      );
    }
    const run = { survey, values: new TensorValues(survey), settings, signal };
    const entry = spec && index >= 0 ? await exactSpectrum(run, index, spec, of) : undefined;
    if (entry !== undefined) return entry;
    throw new GeometryError('invalid-argument', `${tensor} has no spectrum at step ${step}.`);
  } finally {
    await survey.pool.close();
  }
};
