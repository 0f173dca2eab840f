import { gramWithoutDecay, stepsWithoutDecay } from '../../geometry/decayNull.js';
import { stepLengths } from '../../geometry/randomWalkNull.js';
import { dot } from '../../geometry/reconstruction/vectors.js';
import type { TrainingRecord } from '../../series/trainingRecord.js';
import { decayOf, type Decay } from '../trajectory/decayOf.js';
import type { CheckpointRows } from './checkpointRows.js';
import type { WalkedPath } from './controls.js';

/** The null paths of a run: a walk of its step lengths, and decay plus a walk with the remaining steps. */
export interface WalkedPaths {
  readonly walk: WalkedPath;
  /** Absent without decay. */
  readonly decayWalk?: Required<WalkedPath> & { readonly decay: Decay };
}

/** Step lengths of a run and its decay, on record or fitted. */
export const walkedPaths = (
  { rows, steps, gram }: CheckpointRows,
  training: TrainingRecord | undefined,
): WalkedPaths => {
  const walk = { lengths: stepLengths(gram) };
  const first = Float64Array.from(rows[0]!);
  const squared = dot(first, first);
  const products = rows.map((row) => dot(Float64Array.from(row), first) - squared);
  const start = { products, squared };
  const decay = decayOf({ steps, start, ...(training === undefined ? {} : { training }) });
  if (decay === undefined) return { walk };
  const lengths = stepsWithoutDecay(gramWithoutDecay(gram, start, decay.kept), decay);
  return { walk, decayWalk: { lengths, decay } };
};
