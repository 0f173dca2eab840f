import { withoutStart, type StartProducts } from '../../geometry/decayNull.js';
import { namedMatrix } from '../../geometry/matrixRoles.js';
import { attentionRoles } from '../../geometry/attentionPlaces.js';
import { zeros, type Matrix } from '../../linalg/matrix.js';
import type { ChosenGroup } from '../../series/chooseTensors.js';
import type { Survey } from '../../series/survey.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { trajectoryPass, type GramPiece } from './trajectoryPass.js';

/** Bytes of Gram matrices of single matrices that are kept; those of all and of the attention are kept always. */
const keptBytes = 64 << 20;

/** A group of parameters and the inner products of its rows θ_t − θ_0. */
export interface KeptGram {
  readonly group: string;
  readonly parameters: number;
  /** T × T; NaN in the rows of checkpoints that are not finite. */
  readonly gram: Matrix;
  /** Products of the rows with θ_0. */
  readonly start: StartProducts;
}

/** A sum of the pass's Gram matrices, whose last row is −θ_0. */
interface Sum {
  parameters: number;
  readonly extended: Matrix;
}

/** The group of the attention matrices of every layer, as 2604.06256 stacks them. */
export const attentionGroup = 'attention';

/** Collects the Gram matrices of groups from the pieces of a pass: each matrix, all, the attention, the chosen group. */
export class GroupGrams {
  private readonly matrices: KeptGram[] = [];
  private readonly sums = new Map<string, Sum>();

  constructor(private readonly chosen: ChosenGroup | undefined) {}

  add({ tensor, matrix, gram, parameters, disjoint }: GramPiece): void {
    if (disjoint) {
      for (const group of this.sumsOf(tensor.name, matrix?.part)) this.addTo(group, gram, parameters);
    }
    const isWanted = this.chosen === undefined || this.chosen.tensors.has(tensor.name);
    const bytes = 8 * gram.data.length * (this.matrices.length + 1);
    if (matrix !== undefined && !matrix.fused && isWanted && bytes <= keptBytes) {
      this.matrices.push({ group: matrix.group, parameters, ...withoutStart(gram) });
    }
  }

  /** Sums first, then matrices in the order of the tensors. */
  all(): KeptGram[] {
    const sums = [...this.sums].map(([group, { parameters, extended }]) => ({
      ...{ group, parameters },
      ...withoutStart(extended),
    }));
    return [...sums, ...this.matrices];
  }

  private sumsOf(tensor: string, part: string | undefined): string[] {
    const place = namedMatrix(tensor);
    const role = part ?? place?.role;
    const isAttention = place !== undefined && attentionRoles.some((name) => name === role);
    return [
      'all',
      ...(isAttention ? [attentionGroup] : []),
      ...(this.chosen?.tensors.has(tensor) === true ? [this.chosen.glob] : []),
    ];
  }

  private addTo(group: string, gram: Matrix, parameters: number): void {
    const sum = this.sums.get(group) ?? { parameters: 0, extended: zeros(gram.rows, gram.columns) };
    this.sums.set(group, sum);
    sum.parameters += parameters;
    for (let i = 0; i < gram.data.length; i++) sum.extended.data[i]! += gram.data[i]!;
  }
}

/** What the last whole pass over a series found, so that analyses after it need no pass of their own. */
const found = new WeakMap<Survey, readonly KeptGram[]>();

export const keepGrams = (survey: Survey, grams: GroupGrams): void => {
  found.set(survey, grams.all());
};

/** The Gram matrices of a series' groups: those of the trajectory's pass, or of one of its own where there was none. */
export async function* groupGrams(run: {
  readonly survey: Survey;
  readonly group?: ChosenGroup;
}): AsyncGenerator<TaskStep, readonly KeptGram[]> {
  const { survey, group } = run;
  const known = found.get(survey);
  if (known !== undefined) return known;
  const grams = new GroupGrams(group);
  yield* trajectoryPass(survey, {
    onSums: () => undefined,
    // The analysis of the trajectory warns of them.
    onNotFinite: () => undefined,
    onGram: (piece) => grams.add(piece),
  });
  keepGrams(survey, grams);
  return found.get(survey)!;
}
