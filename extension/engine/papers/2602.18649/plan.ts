import type { Model, Split } from '../../../contract/descriptor.js';
import { GeometryError } from '../../../contract/errors.js';
import type { RunConfig } from '../../../contract/run.js';
import { cellsOf, type Cell, type Grid } from '../../runs/grid.js';
import { presets } from '../../training/presets.js';
import { parseRunConfig } from '../../training/runConfig.js';
import type { PaperFlag, Plan, PlanRequest } from '../paper.js';
import { choicesOf, type Choices } from './choices.js';

/**
 * The paper names none; these are its companion code's. Three where that takes minutes, one where it takes
 * days.
 */
const quickSeeds: readonly number[] = [42, 137, 2024];
const wholeSeeds: readonly number[] = [42];
export const paperDecays: readonly number[] = [0.1, 0.2, 0.3, 0.5, 1];
export const paperScales = ['baseline', 'medium', 'large'] as const;
/** The part that shows the pattern within minutes. */
const quickPart: Readonly<Record<'scales' | 'decays', readonly string[]>> = {
  scales: ['baseline'],
  decays: ['1'],
};
/** Long enough to memorise, and to show for the time that decayed runs need that it does not grok. */
const CONTROL_STEPS = 3500;

const oneOf = (values: readonly (string | number)[]): RegExp =>
  new RegExp(`^(${values.map((value) => String(value).replace('.', '\\.')).join('|')})$`);

/** The flags that choose a part of the grid. */
export const partFlags: readonly PaperFlag[] = [
  {
    name: 'scales',
    value: 'LIST',
    help: `of the grid only these sizes: ${paperScales.join(',')}`,
    accepts: oneOf(paperScales),
    list: true,
  },
  {
    name: 'decays',
    value: 'LIST',
    help: `of the grid only these weight decays: ${paperDecays.join(',')}`,
    accepts: oneOf(paperDecays),
    list: true,
  },
];

const presetConfig = (name: string): RunConfig => {
  const preset = presets.find((candidate) => candidate.name === name);
  if (preset === undefined) throw new GeometryError('internal', `There is no preset ${name}.`);
  return parseRunConfig(preset.config, name);
};

const withReadout = (model: Model, readout: Choices['readout']): Model =>
  model.kind === 'encoder' ? { ...model, readout } : model;

const gridOf = ({ readout, batch, pairs }: Choices, seeds: readonly number[]): Grid => {
  const configs = paperScales.map((scale) => ({ scale, config: presetConfig(`2602.18649-${scale}`) }));
  const base = configs[0]!.config;
  const { data } = base;
  const split: Split = { ...data.split, firstToken: pairs === 'all' ? 0 : 1 };
  return {
    name: '2602.18649',
    base: { ...base, data: { ...data, split }, batch },
    scales: configs.map(({ scale, config }) => ({ name: scale, model: withReadout(config.model, readout) })),
    decays: [...paperDecays],
    seeds: [...seeds],
    tasks: [data.tasks],
  };
};

/**
 * A run beside the grid. Its seed determines the weights, the batches and the split, as the grid's seeds do.
 */
const alone = (stem: string, base: RunConfig, seed: number): Cell => {
  const name = `${stem}-seed${seed}`;
  const data = { ...base.data, split: { ...base.data.split, seed } };
  const config = { ...base, name, data, initSeed: seed, batchSeed: seed };
  return { name, scale: 'single task', decay: config.weightDecay, seed, tasks: data.tasks, config };
};

/**
 * The runs of a reproduction: for each seed one single-task run per task at the baseline scale, which shows the
 * same pattern within minutes; a run that memorises and does not grok; and the requested part of the paper's 3
 * × 5 grid.
 */
export const planOf = ({ quick, seeds = quick ? quickSeeds : wholeSeeds, options }: PlanRequest): Plan => {
  const grid = gridOf(choicesOf(options), seeds);
  const singles = ['add', 'mul', 'x2_y2'].flatMap((task) =>
    seeds.map((seed) => alone(`single-${task}`, presetConfig(`2602.16746-${task}`), seed)),
  );
  const memorising = { ...presetConfig('2602.16746-add'), weightDecay: 0, maxSteps: CONTROL_STEPS };
  const controls = seeds.map((seed) => alone('control-add-wd0', memorising, seed));
  const wanted = (flag: keyof typeof quickPart, value: string | number): boolean => {
    const list = options[flag]?.split(',') ?? (quick ? quickPart[flag] : undefined);
    return list === undefined || list.includes(String(value));
  };
  const cells = cellsOf(grid).filter(
    ({ scale, decay }) => wanted('scales', scale) && wanted('decays', decay),
  );
  return { grid, runs: [...singles, ...controls, ...cells] };
};
