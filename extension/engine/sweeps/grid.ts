import * as v from 'valibot';
import { modelSchema, taskNames, type Model, type Split, type TaskName } from '../../contract/descriptor.js';
import { runConfigSchema, type RunConfig } from '../../contract/run.js';

/** A model size under a name of its own. */
const scaleSchema = v.object({
  name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]*$/i, 'a name of letters, digits, dots and dashes')),
  model: modelSchema,
});

const nonNegative = v.pipe(v.number(), v.finite(), v.minValue(0));
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Every combination of scales, decays, seeds and sets of tasks is one run; all else is the base's. */
export const gridSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  base: runConfigSchema,
  scales: v.pipe(v.array(scaleSchema), v.minLength(1)),
  decays: v.pipe(v.array(nonNegative), v.minLength(1)),
  /** Of the weights, of the batches and of the split at once. */
  seeds: v.pipe(v.array(whole), v.minLength(1)),
  tasks: v.pipe(v.array(v.pipe(v.array(v.picklist(taskNames)), v.minLength(1))), v.minLength(1)),
});
export type Grid = v.InferOutput<typeof gridSchema>;
export type Scale = v.InferOutput<typeof scaleSchema>;

/** One run of a grid. */
export interface Cell {
  /** Folder under the sweep's, unique in the grid: `baseline-add+mul-wd1-seed42`. */
  readonly name: string;
  readonly scale: string;
  readonly decay: number;
  readonly seed: number;
  readonly tasks: readonly TaskName[];
  readonly config: RunConfig;
}

const configOf = (
  { base }: Grid,
  name: string,
  model: Model,
  weightDecay: number,
  seed: number,
  tasks: TaskName[],
): RunConfig => {
  const split: Split = { ...base.data.split, seed };
  return { ...base, name, model, data: { tasks, split }, weightDecay, initSeed: seed, batchSeed: seed };
};

/** All runs, the smallest models and the largest decays first: what groks soonest is seen soonest. */
export const cellsOf = (grid: Grid): Cell[] =>
  grid.scales.flatMap(({ name: scale, model }) =>
    [...grid.decays]
      .sort((a, b) => b - a)
      .flatMap((decay) =>
        grid.tasks.flatMap((tasks) =>
          grid.seeds.map((seed) => {
            const name = `${scale}-${tasks.join('+')}-wd${decay}-seed${seed}`;
            const config = configOf(grid, name, model, decay, seed, tasks);
            return { name, scale, decay, seed, tasks, config };
          }),
        ),
      ),
  );
