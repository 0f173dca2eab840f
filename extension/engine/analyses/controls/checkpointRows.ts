import type { Parameter } from '../../models/parameters.js';
import type { Survey } from '../../series/survey.js';
import { weightsOf } from '../reconstruction/accuracy.js';
import { requireFit, weightRow } from '../../evaluation/weightRow.js';
import { GramAccumulator } from '../../linalg/gram.js';
import type { Matrix } from '../../linalg/matrix.js';
import { pauseFor, type Pause } from '../../ground/work/pause.js';

/** The finite checkpoints of a run as rows of weights, in memory. */
export interface CheckpointRows {
  readonly steps: readonly number[];
  /** Weights of every checkpoint in the model's order. */
  readonly rows: readonly Float32Array[];
  /** θ_T − θ_0. */
  readonly change: Float64Array;
  /** T × T inner products of θ_t − θ_0. */
  readonly gram: Matrix;
  /** θ_0 + Σ_t weights[t] · (θ_t − θ_0). */
  readonly mix: (weights: readonly number[]) => Float32Array;
}

/** θ_0 + change. */
export const weightsAfter = (first: Float32Array, change: Float64Array): Float32Array => {
  const row = new Float32Array(first.length);
  for (let i = 0; i < row.length; i++) row[i] = first[i]! + change[i]!;
  return row;
};

const pieceLength = 8192;

/**
 * Reads every finite checkpoint of a series into memory, as trajectories do.
 * @returns undefined if there is no path: the first checkpoint is not finite, or the last finite one does not
 * differ from it.
 * @throws GeometryError `invalid-descriptor` if a checkpoint lacks the model's parameters; `cancelled`, and
 * errors of reading.
 */
export const checkpointRows = async (
  survey: Survey,
  parameters: readonly Parameter[],
  signal: AbortSignal,
): Promise<CheckpointRows | undefined> => {
  requireFit(parameters, survey.comparable);
  const pause = pauseFor(signal);
  const rows: Float32Array[] = [];
  const steps: number[] = [];
  for (const [t, { step }] of survey.checkpoints.entries()) {
    await pause();
    const row = weightRow(parameters, await weightsOf(survey, t));
    if (row.every(Number.isFinite)) {
      rows.push(row);
      steps.push(step);
    } else if (t === 0) return undefined;
  }
  const first = rows[0]!;
  const change = new Float64Array(first.length);
  const last = rows.at(-1)!;
  for (let i = 0; i < change.length; i++) change[i] = last[i]! - first[i]!;
  if (!change.some((moved) => moved !== 0)) return undefined;
  return {
    ...{ steps, rows },
    change,
    gram: await gramOf(rows, pause),
    mix: (weights) => {
      const mixed = new Float64Array(first.length);
      weights.forEach((weight, t) => {
        if (weight === 0) return;
        const row = rows[t]!;
        for (let i = 0; i < mixed.length; i++) mixed[i]! += weight * (row[i]! - first[i]!);
      });
      return weightsAfter(first, mixed);
    },
  };
};

const gramOf = async (rows: readonly Float32Array[], pause: Pause): Promise<Matrix> => {
  const first = rows[0]!;
  const gram = new GramAccumulator(rows.length, pieceLength);
  for (let start = 0; start < first.length; start += pieceLength) {
    const length = Math.min(pieceLength, first.length - start);
    gram.piece.forEach((target, t) => {
      const row = rows[t]!;
      for (let i = 0; i < length; i++) target[i] = row[start + i]! - first[start + i]!;
    });
    await gram.add(gram.piece, length);
    await pause();
  }
  return gram.result();
};
