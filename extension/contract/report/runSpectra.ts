import * as v from 'valibot';
import { section } from './section.js';
import { spectrumEntrySchema } from './spectra.js';

/** A spectrum of another run, of a matrix that the inspected one has too: by the inspected run's name of it. */
export const runSpectrumSchema = v.object({
  /** Name of the other run, and where it lies. */
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
