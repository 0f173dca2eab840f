import { fewestForQuantiles } from '../../extension/contract/statistics/band.js';
import { counted } from './counts.js';
import { say } from './say.js';

/** The name of a band over a null's draws: quantiles if there are enough, otherwise their range. */
export const bandName = (draws: number): string =>
  say(draws < fewestForQuantiles ? 'band.range' : 'band.quantiles', { draws: counted(draws, 'draws') });
