import * as v from 'valibot';
import { count, numbers, rows } from './numbers.js';
import { section } from './section.js';

export const trajectoryEntrySchema = v.object({
  /** `all`, a matrix (`layer0.Q`), or a glob the user chose. */
  group: v.string(),
  parameters: count,
  centred: v.boolean(),
  steps: numbers,
  /** Fractions of the (centred or plain) squared length, largest first. */
  explained: numbers,
  /** One row per checkpoint, first 10 components at most. */
  coordinates: rows,
  /** Per checkpoint: distance from the span of the first 1, 2, …, 10 components over its own length. */
  residual: rows,
  null: v.object({
    /** Random walk with the same step lengths in the same number of dimensions. */
    kind: v.literal('random-walk'),
    draws: count,
    seed: count,
    /** Explained fractions per component. */
    mean: numbers,
    q05: numbers,
    q95: numbers,
  }),
});
export type TrajectoryEntry = v.InferOutput<typeof trajectoryEntrySchema>;

export const trajectories = section(trajectoryEntrySchema, (e) => `${e.group}|${e.centred}`);
