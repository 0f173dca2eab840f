import { GeometryError } from '../../contract/errors.js';
import type { RunFile } from '../../contract/run.js';
import { settingThatDiffers } from '../../contract/sameRun.js';
import type { Cell } from './grid.js';

/**
 * Checks that the run in a cell's folder is the cell's.
 * @throws GeometryError `invalid-argument` naming the run and the first setting that differs.
 */
export const requireSameRun = ({ name, config: asked }: Cell, folder: string, { config }: RunFile): void => {
  const key = settingThatDiffers(config, asked);
  if (key === undefined) return;
  throw new GeometryError(
    'invalid-argument',
    `${folder} holds a run with another ${key} than ${name} has in this grid: name another folder, or remove that run.`,
  );
};
