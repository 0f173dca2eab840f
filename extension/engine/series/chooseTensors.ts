import { GeometryError } from '../../contract/errors.js';
import { tensorChoice } from '../checkpoints/tensors/tensorGlob.js';
import type { MatrixSpec } from '../geometry/matrices.js';
import type { Survey } from './survey.js';

/** The tensors of a glob, as one group of the trajectory. */
export interface ChosenGroup {
  readonly glob: string;
  readonly tensors: ReadonlySet<string>;
}

/** The analysed tensors: all, or those of a glob over tensor names. `all` still means all parameters. */
export const chooseTensors = (
  survey: Survey,
  glob: string | undefined,
): {
  readonly matrices: readonly MatrixSpec[];
  readonly group?: ChosenGroup;
} => {
  if (glob === undefined) return { matrices: survey.matrices };
  const isChosen = tensorChoice(glob);
  const tensors = new Set(survey.tensors.map(({ name }) => name).filter(isChosen));
  if (tensors.size === 0) {
    const [first] = survey.tensors;
    throw new GeometryError(
      'invalid-argument',
      `No tensor's name matches ${JSON.stringify(glob)}; the first of ${survey.tensors.length} is ${JSON.stringify(first?.name ?? '')}.${overDots(glob, survey.tensors)}`,
    );
  }
  return {
    matrices: survey.matrices.filter(({ tensor }) => tensors.has(tensor)),
    group: { glob, tensors },
  };
};

/** A star does not cross a dot, which many do not expect: warns if two stars would have matched. */
const overDots = (glob: string, tensors: readonly { readonly name: string }[]): string => {
  const wide = glob.replaceAll(/(?<!\*)\*(?!\*)/g, '**');
  if (wide === glob) return '';
  const isChosen = tensorChoice(wide);
  const count = tensors.filter(({ name }) => isChosen(name)).length;
  return count === 0 ? '' : ` A * stays between two dots: ${JSON.stringify(wide)} matches ${count}.`;
};
