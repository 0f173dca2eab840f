import { GeometryError } from '../../../contract/errors.js';
import type { Scheduler } from './scheduler.js';
import { kubernetes } from './kubernetes.js';
import { ray, type RayAccess } from './ray.js';
import { slurm } from './slurm.js';

/**
 * How schedulers are reached, given by the user each time. Not read from a file, because files may be
 * untrusted.
 */
export interface Access {
  readonly ray?: RayAccess;
}

/** The schedulers that `--on` names. To add one, add a file and a row. */
export const schedulers: Readonly<Record<string, (access: Access) => Scheduler>> = {
  slurm: () => slurm(),
  ray: (access) => ray(access.ray),
  kubernetes: () => kubernetes(),
};

/** @throws GeometryError `invalid-argument` for a name that no row has. */
export const schedulerNamed = (name: string, access: Access = {}): Scheduler => {
  const make = Object.hasOwn(schedulers, name) ? schedulers[name] : undefined;
  if (make === undefined) {
    throw new GeometryError(
      'invalid-argument',
      `There is no launcher ${JSON.stringify(name)}: take here, ${Object.keys(schedulers).join(', ')}.`,
    );
  }
  return make(access);
};
