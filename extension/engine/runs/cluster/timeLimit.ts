import { GeometryError } from '../../../contract/errors.js';

/**
 * Seconds of a time limit in Slurm's format: `MIN`, `MIN:SEC`, `HOURS:MIN:SEC`, `DAYS-HOURS`, `DAYS-HOURS:MIN`,
 * `DAYS-HOURS:MIN:SEC`.
 * @throws GeometryError `invalid-argument`.
 */
export const secondsOfLimit = (text: string): number => {
  const [, days, clock = ''] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(text) ?? [];
  const parts = clock.split(':').map(Number);
  const [hours = 0, minutes = 0, seconds = 0] =
    days !== undefined || parts.length === 3 ? parts : [0, ...parts];
  const total = ((Number(days ?? 0) * 24 + hours) * 60 + minutes) * 60 + seconds;
  if (clock === '' || total === 0) {
    throw new GeometryError(
      'invalid-argument',
      `${JSON.stringify(text)} is no time limit: take one like 1:30:00.`,
    );
  }
  return total;
};
