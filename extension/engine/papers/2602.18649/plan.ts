import type { Model, Split } from '../../../contract/descriptor.js';
import type { RunConfig } from '../../../contract/run.js';
import { GeometryError } from '../../../contract/errors.js';
import { cellsOf, type Cell, type Grid } from '../../runs/grid.js';
import { presets } from '../../training/presets.js';
import { parseRunConfig } from '../../training/runConfig.js';

/** Where the paper's text and its companion's code differ, and this reproduction must choose. */
export interface Choices {
  /** Heads read the first token (the companion's code) or the mean of both (the paper's text). */
  readonly readout: 'first' | 'mean';
  /** Pairs per step: 512 drawn with replacement (the companion's code) or all training pairs (the paper's text). */
  readonly batch: number | 'full';
  /** Of all tasks: all 97² pairs (the paper's text) or the 96² without zero (the companion's code). */
  readonly pairs: 'all' | 'nonzero';
}

/** The part of the paper's grid that is trained. */
export interface Part {
  readonly scales: readonly string[];
  readonly decays: readonly number[];
}

export interface Plan {
  /** The paper's 3 × 5 grid. */
  readonly grid: Grid;
  /** Runs of the grid that are trained, the wanted ones. */
  readonly gridCells: readonly Cell[];
  /** One task at a time at the baseline scale: the same pattern within minutes. */
  readonly singles: readonly Cell[];
  /** A run that memorises and does not grok. */
  readonly control: Cell;
}

const SEED = 42;
/** Pairs per step in the companion's code. */
export const companionBatch = 512;
export const paperDecays: readonly number[] = [0.1, 0.2, 0.3, 0.5, 1];
export const paperScales = ['baseline', 'medium', 'large'] as const;
export const wholeGrid: Part = { scales: paperScales, decays: paperDecays };
/** What shows the pattern within minutes. */
export const quickPart: Part = { scales: ['baseline'], decays: [1] };
/** Long enough to memorise and to stand still for as long as decayed runs take to grok. */
const CONTROL_STEPS = 3500;

const presetConfig = (name: string): RunConfig => {
  const preset = presets.find((candidate) => candidate.name === name);
  if (preset === undefined) throw new GeometryError('internal', `There is no preset ${name}.`);
  return parseRunConfig(preset.config, name);
};

const withReadout = (model: Model, readout: Choices['readout']): Model =>
  model.kind === 'encoder' ? { ...model, readout } : model;

const gridOf = ({ readout, batch, pairs }: Choices): Grid => {
  const configs = paperScales.map((scale) => ({ scale, config: presetConfig(`2602.18649-${scale}`) }));
  const base = configs[0]!.config;
  const { data } = base;
  const split: Split = { ...data.split, firstToken: pairs === 'all' ? 0 : 1 };
  return {
    name: '2602.18649',
    base: { ...base, data: { ...data, split }, batch },
    scales: configs.map(({ scale, config }) => ({ name: scale, model: withReadout(config.model, readout) })),
    decays: [...paperDecays],
    seeds: [SEED],
    tasks: [data.tasks],
  };
};

const alone = (name: string, config: RunConfig): Cell => ({
  name,
  scale: 'single task',
  decay: config.weightDecay,
  seed: config.initSeed,
  tasks: config.data.tasks,
  config: { ...config, name },
});

/** The runs of a reproduction: a part of the paper's grid, and beside it what the paper's pattern is held against. */
export const planOf = (choices: Choices, part: Part): Plan => {
  const grid = gridOf(choices);
  const singles = ['add', 'mul', 'x2_y2'].map((task) =>
    alone(`single-${task}`, presetConfig(`2602.16746-${task}`)),
  );
  const control = alone('control-add-wd0', {
    ...presetConfig('2602.16746-add'),
    weightDecay: 0,
    maxSteps: CONTROL_STEPS,
  });
  const gridCells = cellsOf(grid).filter(
    ({ scale, decay }) => part.scales.includes(scale) && part.decays.includes(decay),
  );
  return { grid, gridCells, singles, control };
};
