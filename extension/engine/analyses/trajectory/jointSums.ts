import type { JointGroup } from '../../../contract/report/jointGroups.js';
import { isEmbedding } from '../../geometry/embeddings.js';
import { zeros, type Matrix } from '../../linalg/matrix.js';
import type { GramPiece } from './trajectoryPass.js';

interface Sum {
  parameters: number;
  pieces: number;
  readonly extended: Matrix;
}

/** A sum of the pass's Gram matrices, whose last row is −θ_0. */
export interface JointSum {
  readonly group: JointGroup;
  readonly parameters: number;
  readonly extended: Matrix;
}

/** Sums a pass's pieces into the {@link JointGroup}s. Memory: one (T + 1)² matrix for each group. */
export class JointSums {
  private readonly sums = new Map<JointGroup, Sum>();
  private pieces = 0;

  add({ tensor, matrix, gram, parameters, disjoint }: GramPiece): void {
    if (!disjoint) return;
    this.pieces++;
    if (matrix?.trunk === true) this.addTo('trunk', gram, parameters, 1);
    if (isEmbedding(tensor.name)) this.addTo('embeddings', gram, parameters, 1);
    // (T, T) of the rows θ_t − θ_0: the row before the last, as the last is −θ_0.
    const last = gram.rows - 2;
    const change = gram.data[last * gram.columns + last]!;
    // One that does not move has no direction; where the last checkpoint is not finite nothing has, and the group is left out.
    if (change > 0 || Number.isNaN(change)) this.addTo('equal-weight', gram, parameters, 1 / change);
  }

  /** Groups of more than one tensor that are not all of them; tensors of equal weight where there is more than one. */
  all(): JointSum[] {
    return [...this.sums].flatMap(([group, { parameters, pieces, extended }]) =>
      pieces > 1 && (group === 'equal-weight' || pieces < this.pieces)
        ? [{ group, parameters, extended }]
        : [],
    );
  }

  private addTo(group: JointGroup, gram: Matrix, parameters: number, factor: number): void {
    const sum = this.sums.get(group) ?? {
      parameters: 0,
      pieces: 0,
      extended: zeros(gram.rows, gram.columns),
    };
    this.sums.set(group, sum);
    sum.parameters += parameters;
    sum.pieces++;
    for (let i = 0; i < gram.data.length; i++) sum.extended.data[i]! += factor * gram.data[i]!;
  }
}
