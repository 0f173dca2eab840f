import * as v from 'valibot';
import { section } from './section.js';
import { spectrumEntrySchema } from './spectra.js';

/** A spectrum of another run for a matrix that both runs have, under the inspected run's name. */
export const runSpectrumSchema = v.object({
  /** Name and path of the other run. */
  run: v.string(),
  path: v.string(),
  spectrum: spectrumEntrySchema,
});
export type RunSpectrum = v.InferOutput<typeof runSpectrumSchema>;

export const runSpectra = section(
  runSpectrumSchema,
  ({ path, run, spectrum: { step, tensor, part, of } }) =>
    `${path}|${run}|${step}|${tensor}|${part ?? ''}|${of}`,
);
