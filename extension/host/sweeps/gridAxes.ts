import { taskNames, type TaskName } from '../../contract/descriptor.js';

interface Limits {
  readonly least?: number;
  readonly above?: number;
  readonly below?: number;
  readonly areWhole?: boolean;
}

/** Distinct numbers, separated by commas or spaces; undefined if one is invalid, out of range, or repeated. */
export function numbersIn(text: string, { least, above, below, areWhole }: Limits): number[] | undefined {
  const words = text.split(/[\s,]+/).filter(Boolean);
  const values = words.map(Number);
  const fits = (value: number): boolean =>
    Number.isFinite(value) &&
    (least === undefined || value >= least) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below) &&
    (!areWhole || Number.isInteger(value));
  return values.length > 0 && values.every(fits) && new Set(values).size === values.length
    ? values
    : undefined;
}

const known = new Set<string>(taskNames);

/** Sets of tasks: `add, add+mul`; undefined if a task is unknown or repeated, or a set is repeated. */
export function taskSetsIn(text: string): TaskName[][] | undefined {
  const sets = text
    .split(',')
    .map((set) => set.trim())
    .filter(Boolean)
    .map((set) => set.split('+').map((task) => task.trim()));
  const keys = sets.map((set) => [...set].sort().join('+'));
  const isFine =
    sets.length > 0 &&
    new Set(keys).size === sets.length &&
    sets.every((set) => new Set(set).size === set.length && set.every((task) => known.has(task)));
  return isFine ? (sets as TaskName[][]) : undefined;
}

/** Runs of a grid with one scale. */
export const gridSize = (axes: {
  readonly decays: readonly unknown[];
  readonly seeds: readonly unknown[];
  readonly tasks: readonly unknown[];
  readonly fractions: readonly unknown[];
}): number => axes.decays.length * axes.seeds.length * axes.tasks.length * axes.fractions.length;
