import { metricsSchema, runFileSchema } from '../run.js';
import { section } from './section.js';

/** The run that wrote the checkpoints, if it is a run of this product: one entry. */
export const run = section(runFileSchema, () => 'run');
export const metrics = section(metricsSchema, (e) => String(e.step));
