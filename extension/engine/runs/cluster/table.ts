import { GeometryError } from '../../../contract/errors.js';
import type { Scheduler } from './scheduler.js';
import { slurm } from './slurm.js';

/** The schedulers that `--on` names: a new one is a file and a row. */
export const schedulers: Readonly<Record<string, () => Scheduler>> = {
  slurm: () => slurm(),
};

/** @throws GeometryError `invalid-argument` for a name that no row has. */
export const schedulerNamed = (name: string): Scheduler => {
  const make = Object.hasOwn(schedulers, name) ? schedulers[name] : undefined;
  if (make === undefined) {
    throw new GeometryError(
      'invalid-argument',
      `There is no launcher ${JSON.stringify(name)}: take here, ${Object.keys(schedulers).join(', ')}.`,
    );
  }
  return make();
};
