import type { Warning } from '../../../contract/report.js';
import { quote } from '../../checkpoints/bytes/fileErrors.js';
import type { Matrix } from '../../linalg/matrix.js';
import type { Survey } from '../../series/survey.js';
import { isNear, sameNumbers } from './equalWeights.js';

/** Numbers that are read again to tell equal tensors from near ones: as many as a small model has. */
const MOST_READ = 1 << 28;
const MOST_NAMED = 3;
const MOST_WARNINGS = 20;

/** Tensors that are equal, number for number, at two steps of a series whose other tensors differ there. */
export class EqualTensors {
  /** Later and earlier checkpoint → tensors. */
  private readonly pairs = new Map<string, string[]>();
  private budget = MOST_READ;

  constructor(private readonly survey: Survey) {}

  /** Takes the inner products of θ_t − θ_0 of one whole tensor. */
  async add(tensor: string, elements: number, gram: Matrix): Promise<void> {
    for (let t = 1; t < gram.rows; t++) {
      let earlier = 0;
      while (earlier < t && !(await this.isEqual(tensor, elements, gram, earlier, t))) earlier++;
      if (earlier === t) continue;
      const key = `${t}:${earlier}`;
      const named = this.pairs.get(key);
      if (named === undefined) this.pairs.set(key, [tensor]);
      else named.push(tensor);
    }
  }

  private async isEqual(
    tensor: string,
    elements: number,
    gram: Matrix,
    earlier: number,
    t: number,
  ): Promise<boolean> {
    if (!isNear(gram, earlier, t)) return false;
    // A difference from the first checkpoint whose squares sum to zero is zero.
    if (earlier === 0) return gram.data[t * gram.rows + t] === 0;
    if (elements > this.budget) return false;
    this.budget -= elements;
    return sameNumbers(this.survey, [{ name: tensor, elements }], earlier, t);
  }

  /** A warning for each pair of checkpoints that share tensors; `whole` holds those that are equal altogether. */
  warnings(whole: ReadonlyMap<number, number>): Warning[] {
    const { checkpoints, comparable } = this.survey;
    const all = comparable.length;
    const found = [...this.pairs].flatMap(([key, tensors]): Warning[] => {
      const [t, earlier] = key.split(':').map(Number) as [number, number];
      if (whole.has(t) || tensors.length === all) return [];
      const { label, step } = checkpoints[t]!;
      const named = tensors.slice(0, MOST_NAMED).map(quote).join(', ');
      const more = tensors.length > MOST_NAMED ? ` and ${tensors.length - MOST_NAMED} more` : '';
      const verb = tensors.length === 1 ? 'is' : 'are';
      const message =
        `${tensors.length} of ${all} tensors ${verb} the same at ${label} as at ${checkpoints[earlier]!.label}, ` +
        `number for number: ${named}${more}.`;
      return [{ code: 'duplicate-tensors', message, step }];
    });
    const rest = found.length - MOST_WARNINGS;
    if (rest <= 0) return found;
    const message = `At ${rest} more checkpoints some tensors are the same as at an earlier one.`;
    return [...found.slice(0, MOST_WARNINGS), { code: 'duplicate-tensors', message }];
  }
}
