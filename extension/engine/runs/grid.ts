import * as v from 'valibot';
import { modelSchema, taskNames, type Split, type TaskName } from '../../contract/descriptor.js';
import { runConfigSchema, type RunConfig } from '../../contract/run.js';
import { withAssignments } from '../training/runConfig.js';

const plainName = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9.-]*$/i, 'a name of letters, digits, dots and dashes'),
);

/** A named model size. */
const scaleSchema = v.object({
  name: plainName,
  model: modelSchema,
});

/** A named set of other settings: `key=value` as in `--set`, applied after all other axes. */
const variantSchema = v.object({ name: plainName, set: v.array(v.pipe(v.string(), v.minLength(1))) });

const nonNegative = v.pipe(v.number(), v.finite(), v.minValue(0));
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const fraction = v.pipe(v.number(), v.gtValue(0), v.ltValue(1));

/** The values of one axis, unique: two runs of one name would share a folder. */
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

/**
 * Every combination of scales, variants, train fractions, decays, sets of tasks and seeds is one run; all other
 * settings are the base's.
 */
export const gridSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  base: runConfigSchema,
  // Some file systems ignore case.
  scales: axisOf(scaleSchema, ({ name }) => name.toLowerCase(), 'name'),
  /** Default: the base's settings alone. */
  variants: v.optional(axisOf(variantSchema, ({ name }) => name.toLowerCase(), 'variant')),
  /** Default: the base's. */
  trainFractions: v.optional(axisOf(fraction, String, 'train fraction')),
  decays: axisOf(nonNegative, String, 'weight decay'),
  /** Seed of the weights, the batches and the split. */
  seeds: axisOf(whole, String, 'seed'),
  tasks: axisOf(axisOf(taskSchema, String, 'task'), (tasks) => [...tasks].sort().join('+'), 'set of tasks'),
});
export type Grid = v.InferOutput<typeof gridSchema>;
export type Scale = v.InferOutput<typeof scaleSchema>;
export type Variant = v.InferOutput<typeof variantSchema>;

/** One run of a grid. */
export interface Cell {
  /** Folder name below the sweep's, unique in the grid: `baseline-add+mul-wd1-seed42`. */
  readonly name: string;
  readonly scale: string;
  /** For grids with variants. */
  readonly variant?: string;
  readonly decay: number;
  readonly seed: number;
  readonly tasks: readonly TaskName[];
  readonly config: RunConfig;
}

interface Point {
  readonly scale: Scale;
  readonly variant: Variant | undefined;
  /** For grids with train fractions. */
  readonly fraction: number | undefined;
  readonly decay: number;
  readonly tasks: TaskName[];
  readonly seed: number;
}

const nameOf = ({ scale, variant, fraction: trained, decay, tasks, seed }: Point): string =>
  [
    scale.name,
    ...(variant === undefined ? [] : [variant.name]),
    ...(trained === undefined ? [] : [`f${trained}`]),
    tasks.join('+'),
    `wd${decay}`,
    `seed${seed}`,
  ].join('-');

/** @throws GeometryError `invalid-config` for a variant whose settings do not fit. */
const cellOf = (base: RunConfig, point: Point): Cell => {
  const { scale, variant, fraction: trained, decay, tasks, seed } = point;
  const name = nameOf(point);
  const split: Split = {
    ...base.data.split,
    seed,
    ...(trained === undefined ? {} : { trainFraction: trained }),
  };
  const axes: RunConfig = {
    ...base,
    ...{ name, model: scale.model, data: { tasks, split } },
    ...{ weightDecay: decay, initSeed: seed, batchSeed: seed },
  };
  const config = variant === undefined ? axes : withAssignments(axes, variant.set);
  return {
    ...{ name, scale: scale.name, decay: config.weightDecay, seed, tasks, config },
    ...(variant === undefined ? {} : { variant: variant.name }),
  };
};

/**
 * All runs, the smallest models and the largest decays first: they grok soonest.
 * @throws GeometryError `invalid-config` for a variant whose settings do not fit.
 */
export const cellsOf = (grid: Grid): Cell[] => {
  const decays = [...grid.decays].sort((a, b) => b - a);
  const variants = grid.variants ?? [undefined];
  const fractions = grid.trainFractions ?? [undefined];
  return grid.scales.flatMap((scale) =>
    variants.flatMap((variant) =>
      fractions.flatMap((trained) =>
        decays.flatMap((decay) =>
          grid.tasks.flatMap((tasks) =>
            grid.seeds.map((seed) =>
              cellOf(grid.base, { scale, variant, fraction: trained, decay, tasks, seed }),
            ),
          ),
        ),
      ),
    ),
  );
};
