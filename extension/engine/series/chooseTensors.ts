import { GeometryError } from '../../contract/errors.js';
import { tensorChoice } from '../checkpoints/tensors/tensorGlob.js';
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

/** A star stays between two dots, which many do not expect: says so where two stars would have taken something. */
const overDots = (glob: string, tensors: readonly { readonly name: string }[]): string => {
  const wide = glob.replaceAll(/(?<!\*)\*(?!\*)/g, '**');
  if (wide === glob) return '';
  const isChosen = tensorChoice(wide);
  const count = tensors.filter(({ name }) => isChosen(name)).length;
  return count === 0 ? '' : ` A * stays between two dots: ${JSON.stringify(wide)} matches ${count}.`;
};
