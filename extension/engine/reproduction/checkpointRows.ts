import type { Parameter } from '../training/models/parameters.js';
import type { Survey } from '../inspection/survey.js';
import { weightsOf } from '../inspection/accuracy.js';
import { weightRow } from '../evaluation/weightRow.js';
import { GramAccumulator } from '../linalg/gram.js';
import type { Matrix } from '../linalg/matrix.js';

/** The checkpoints of a run as rows of weights, in memory. */
export interface CheckpointRows {
  /** Weights of every checkpoint in the model's order. */
  readonly rows: readonly Float32Array[];
  /** θ_T − θ_0. */
  readonly change: Float64Array;
  /** T × T inner products of θ_t − θ_0. */
  readonly gram: Matrix;
  /** θ_0 + Σ_t weights[t] · (θ_t − θ_0). */
  readonly mix: (weights: readonly number[]) => Float32Array;
  /** θ_0 + change. */
  readonly from: (change: Float64Array) => Float32Array;
}

const pieceLength = 8192;

export const checkpointRows = async (
  survey: Survey,
  parameters: readonly Parameter[],
): Promise<CheckpointRows> => {
  const rows: Float32Array[] = [];
  for (let t = 0; t < survey.checkpoints.length; t++) {
    rows.push(weightRow(parameters, await weightsOf(survey, t)));
  }
  const first = rows[0]!;
  const last = rows.at(-1)!;
  const from = (change: Float64Array): Float32Array =>
    Float32Array.from(change, (value, i) => first[i]! + value);
  return {
    rows,
    change: Float64Array.from(last, (value, i) => value - first[i]!),
    gram: await gramOf(rows),
    mix: (weights) => {
      const change = new Float64Array(first.length);
      weights.forEach((weight, t) => {
        if (weight === 0) return;
        const row = rows[t]!;
        for (let i = 0; i < change.length; i++) change[i]! += weight * (row[i]! - first[i]!);
      });
      return from(change);
    },
    from,
  };
};

const gramOf = async (rows: readonly Float32Array[]): Promise<Matrix> => {
  const first = rows[0]!;
  const gram = new GramAccumulator(rows.length, pieceLength);
  for (let start = 0; start < first.length; start += pieceLength) {
    const length = Math.min(pieceLength, first.length - start);
    gram.piece.forEach((target, t) => {
      const row = rows[t]!;
      for (let i = 0; i < length; i++) target[i] = row[start + i]! - first[start + i]!;
    });
    await gram.add(gram.piece, length);
  }
  return gram.result();
};
