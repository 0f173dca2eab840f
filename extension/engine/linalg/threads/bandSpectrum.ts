import { bandValues, type StoredBand } from '../bandValues.js';

/** The singular values of a band, descending. @throws GeometryError `internal`. */
export const bandSpectrum = async (band: StoredBand) => {
  const answer = await bandValues(band, () => Promise.resolve());
  return { answer, transfer: [answer.buffer] };
};
