import type { TaskName } from '../../contract/descriptor.js';
import { GeometryError } from '../../contract/errors.js';
import type { RunConfig } from '../../contract/run.js';
import type { Cell, Grid } from '../runs/grid.js';
import { presets } from '../training/presets.js';
import { parseRunConfig } from '../training/runConfig.js';

/** One run of one task, as in 2602.16746 and its companions. */
export interface SingleTask {
  readonly task: TaskName;
  readonly decay: number;
  readonly seed: number;
  /** Default: the preset's own. */
  readonly maxSteps?: number;
}

const presetOf = (task: TaskName): RunConfig => {
  const name = `2602.16746-${task}`;
  const preset = presets.find((candidate) => candidate.name === name);
  if (preset === undefined) throw new GeometryError('internal', `There is no preset ${name}.`);
  return parseRunConfig(preset.config, name);
};

/**
 * A run beside the grid. Its seed determines the weights, the batches and the split, as the grid's seeds do.
 */
export const singleTaskCell = ({ task, decay, seed, maxSteps }: SingleTask): Cell => {
  const preset = presetOf(task);
  const name = `${task}-wd${decay}-seed${seed}`;
  const data = { ...preset.data, split: { ...preset.data.split, seed } };
  const config: RunConfig = {
    ...{ ...preset, name, data, weightDecay: decay, initSeed: seed, batchSeed: seed },
    maxSteps: maxSteps ?? preset.maxSteps,
  };
  return { name, scale: 'baseline', decay, seed, tasks: data.tasks, config };
};

/**
 * The grid of the tasks that share a split: addition, subtraction and x² + y², with and without decay. Multiplication leaves
 * out zero, so its runs lie beside the grid.
 */
export const singleTaskGrid = (paper: string, seeds: readonly number[], maxSteps: number): Grid => {
  const preset = presetOf('add');
  return {
    name: paper,
    base: { ...preset, maxSteps },
    scales: [{ name: 'baseline', model: preset.model }],
    decays: [1, 0],
    seeds: [...seeds],
    tasks: [['add'], ['sub'], ['x2_y2']],
  };
};
