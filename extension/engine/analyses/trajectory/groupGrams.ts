import { namedMatrix } from '../../geometry/matrixRoles.js';
import { attentionRoles } from '../../geometry/attentionPlaces.js';
import { gramWindow } from '../../geometry/updates/updateGram.js';
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
}

interface Sum {
  parameters: number;
  readonly gram: Matrix;
}

/** The group of the attention matrices of every layer, as 2604.06256 stacks them. */
export const attentionGroup = 'attention';

/** Collects the Gram matrices of groups from the pieces of a pass: each matrix, all, the attention, the chosen group. */
export class GroupGrams {
  private readonly matrices: KeptGram[] = [];
  private readonly sums = new Map<string, Sum>();

  constructor(
    private readonly survey: Survey,
    private readonly chosen: ChosenGroup | undefined,
  ) {}

  add({ tensor, matrix, gram: found, parameters, disjoint }: GramPiece): void {
    // The checkpoints' rows come first; what follows them is no checkpoint.
    const gram = gramWindow(found, 0, this.survey.checkpoints.length);
    if (disjoint) {
      for (const group of this.sumsOf(tensor.name, matrix?.part)) this.addTo(group, gram, parameters);
    }
    const isWanted = this.chosen === undefined || this.chosen.tensors.has(tensor.name);
    const bytes = 8 * gram.data.length * (this.matrices.length + 1);
    if (matrix !== undefined && !matrix.fused && isWanted && bytes <= keptBytes) {
      this.matrices.push({ group: matrix.group, parameters, gram });
    }
  }

  /** Sums first, then matrices in the order of the tensors. */
  all(): KeptGram[] {
    return [...[...this.sums].map(([group, sum]) => ({ group, ...sum })), ...this.matrices];
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
    const checkpoints = this.survey.checkpoints.length;
    const sum = this.sums.get(group) ?? { parameters: 0, gram: zeros(checkpoints, checkpoints) };
    this.sums.set(group, sum);
    sum.parameters += parameters;
    for (let i = 0; i < gram.data.length; i++) sum.gram.data[i]! += gram.data[i]!;
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
  const grams = new GroupGrams(survey, group);
  yield* trajectoryPass(survey, {
    onSums: () => undefined,
    // The analysis of the trajectory warns of them.
    onNotFinite: () => undefined,
    onGram: (piece) => grams.add(piece),
  });
  keepGrams(survey, grams);
  return found.get(survey)!;
}
