import { metricsSchema, runFileSchema } from '../run.js';
import { section } from './section.js';

/** The run that wrote the checkpoints, where they are a run of ours: one entry. */
export const run = section(runFileSchema, () => 'run');
export const metrics = section(metricsSchema, (e) => String(e.step));
