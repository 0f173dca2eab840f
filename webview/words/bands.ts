import { fewestForQuantiles } from '../../extension/contract/statistics/band.js';
import { counted } from './counts.js';
import { say } from './say.js';

/** What a band over a null's draws is: quantiles where there are enough, else their range. */
export const bandName = (draws: number): string =>
  say(draws < fewestForQuantiles ? 'band.range' : 'band.quantiles', { draws: counted(draws, 'draws') });
