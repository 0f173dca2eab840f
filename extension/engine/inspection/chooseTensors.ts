import { GeometryError } from '../../contract/errors.js';
import type { Warning } from '../../contract/report.js';
import type { MatrixSpec } from '../geometry/matrices.js';
import type { Survey } from './survey.js';

/** The tensors that a glob chose, as one group of the trajectory. */
export interface ChosenGroup {
  readonly glob: string;
  readonly tensors: ReadonlySet<string>;
}

/** What is analysed: everything, or what a glob over tensor names chooses. `all` stays all parameters. */
export const chooseTensors = (
  survey: Survey,
  glob: string | undefined,
): {
  readonly matrices: readonly MatrixSpec[];
  readonly group?: ChosenGroup;
  readonly warnings: readonly Warning[];
} => {
  if (glob === undefined) return { matrices: survey.matrices, warnings: [] };
  const tensors = new Set(
    survey.tensors.filter(({ name }) => matchesTensorGlob(glob, name)).map(({ name }) => name),
  );
  if (tensors.size === 0) {
    const [first] = survey.tensors;
    throw new GeometryError(
      'invalid-argument',
      `No tensor's name matches ${JSON.stringify(glob)}; the first of ${survey.tensors.length} is ${JSON.stringify(first?.name ?? '')}.`,
    );
  }
  return {
    matrices: survey.matrices.filter(({ tensor }) => tensors.has(tensor)),
    group: { glob, tensors },
    warnings: [],
  };
};

const matchesTensorGlob = (glob: string, name: string): boolean =>
  new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  ).test(name);
