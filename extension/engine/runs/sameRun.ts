import { isDeepStrictEqual } from 'node:util';
import { GeometryError } from '../../contract/errors.js';
import type { RunConfig, RunFile } from '../../contract/run.js';
import type { Cell } from './grid.js';

/** What a run that goes on may have changed; all else would make it another run. */
const changeable: ReadonlySet<string> = new Set<keyof RunConfig>(['maxSteps', 'stop']);

/**
 * That the run in a cell's folder is the cell's.
 * @throws GeometryError `invalid-argument` naming the run and the first setting that differs.
 */
export const requireSameRun = ({ name, config: asked }: Cell, folder: string, { config }: RunFile): void => {
  const keys = new Set([...Object.keys(config), ...Object.keys(asked)] as (keyof RunConfig)[]);
  for (const key of keys) {
    if (changeable.has(key) || isDeepStrictEqual(config[key], asked[key])) continue;
    throw new GeometryError(
      'invalid-argument',
      `${folder} holds a run with another ${key} than ${name} has in this grid: name another folder, or remove that run.`,
    );
  }
};
