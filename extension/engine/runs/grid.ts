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

/** The values of one axis: each once, as two runs of one name would share a folder. */
const axisOf = <S extends v.GenericSchema>(
  value: S,
  keyOf: (value: v.InferOutput<S>) => string,
  what: string,
) => {
  const repeated = (values: readonly v.InferOutput<S>[]): string | undefined => {
    const keys = values.map(keyOf);
    return keys.find((key, i) => keys.indexOf(key) !== i);
  };
  return v.pipe(
    v.array(value),
    v.minLength(1),
    v.check(
      (values) => repeated(values) === undefined,
      ({ input }) => `the ${what} ${repeated(input)} is there twice`,
    ),
  );
};

const taskSchema = v.picklist(taskNames);

/** Every combination of scales, decays, seeds and sets of tasks is one run; all else is the base's. */
export const gridSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  base: runConfigSchema,
  // Some file systems do not tell capitals from small letters.
  scales: axisOf(scaleSchema, ({ name }) => name.toLowerCase(), 'name'),
  decays: axisOf(nonNegative, String, 'weight decay'),
  /** Of the weights, of the batches and of the split at once. */
  seeds: axisOf(whole, String, 'seed'),
  tasks: axisOf(axisOf(taskSchema, String, 'task'), (tasks) => [...tasks].sort().join('+'), 'set of tasks'),
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
