import type { Model, TaskName } from '../../contract/descriptor.js';
import type { RunConfigInput } from '../../contract/run.js';
import { standardAddition, standardEncoder } from '../../contract/standardModel.js';

/** A run that a user starts by name. */
export interface Preset {
  readonly name: string;
  /** One line: the paper's section, what it does, what to expect. */
  readonly summary: string;
  readonly config: RunConfigInput;
}

const splitFrom = (firstToken: 0 | 1) => ({ ...standardAddition.data.split, firstToken });

/** AdamW without warm-up, decay on everything, clip 1 (2602.16746 and its code). */
const standardTraining = {
  initSeed: 42,
  batchSeed: 42,
  batch: 512,
  learningRate: 1e-3,
  betas: [0.9, 0.98],
  weightDecay: 1,
  clipNorm: 1,
  evaluateEvery: 100,
  checkpointEvery: 100,
} satisfies Partial<RunConfigInput>;

const singleTask = (
  paper: string,
  task: TaskName,
  options: { firstToken?: 0 | 1; maxSteps: number; expect: string },
): Preset => {
  const name = `${paper}-${task}`;
  return {
    name,
    summary: `One task, ${task} mod 97, half of the pairs, weight decay 1: ${options.expect}`,
    config: {
      name,
      model: standardEncoder,
      data: { tasks: [task], split: splitFrom(options.firstToken ?? 0) },
      ...standardTraining,
      maxSteps: options.maxSteps,
      stop: { testAccuracy: 0.98, consecutive: 3 },
    },
  };
};

/** Grok steps as published for 2602.16746; its limit of 200,000 steps is for the two tasks that never grok. */
const groksNear = (step: number): string => `published to grok near step ${step}.`;
const NEVER = 'published not to grok (test accuracy below 0.78).';

const threeTasks = (size: string, model: Model, maxSteps: number): Preset => ({
  name: `2602.18649-${size}`,
  summary: `Three tasks on one trunk of width ${model.d} and ${model.layers} layers, full batch, heads on the mean of both tokens, as the paper's text has it (its companion's code: batch 512, first token).`,
  config: {
    name: `2602.18649-${size}`,
    model,
    data: { tasks: ['add', 'mul', 'x2_y2'], split: splitFrom(0) },
    ...standardTraining,
    batch: 'full',
    evaluateEvery: 200,
    checkpointEvery: 200,
    maxSteps,
    stop: { testAccuracy: 0.95, consecutive: 3 },
  },
});

const meanReadout = { ...standardEncoder, readout: 'mean' } as const satisfies Model;

/** The second code of 2606.04405's author. */
const scaleInvariantTraining = {
  model: {
    kind: 'scale-invariant',
    prime: 97,
    d: 128,
    layers: 2,
    heads: 4,
    dFf: 512,
    readout: 'last',
    norm: 'RMSNorm',
    normEps: 1e-8,
    qkNormEps: 1e-6,
    activation: 'swiglu',
  },
  data: { tasks: ['add'], split: { ...splitFrom(0), trainFraction: 0.4 } },
  initSeed: 42,
  batchSeed: 42,
  batch: 'full',
  learningRate: 2e-2,
  warmupSteps: 200,
  betas: [0.9, 0.999],
  // L2 on all weights but biases and norms (section 5 of the paper).
  decayedParameters: 'matrices',
  clipNorm: 1,
  maxSteps: 4000,
  evaluateEvery: 100,
  checkpointEvery: 100,
  stop: { testAccuracy: 0.99, consecutive: 1 },
} satisfies Omit<RunConfigInput, 'name'>;

/** The papers' settings, and a tiny one. */
const published: readonly Preset[] = [
  {
    name: 'tiny',
    summary: 'Addition mod 53 in a model of width 32, about twenty seconds on two cores: it groks.',
    config: {
      name: 'tiny',
      model: { ...standardEncoder, prime: 53, d: 32, layers: 1, dFf: 64 },
      data: { tasks: ['add'], split: { ...splitFrom(0), trainFraction: 0.6 } },
      ...standardTraining,
      maxSteps: 4000,
      stop: { testAccuracy: 0.98, consecutive: 3 },
    },
  },
  singleTask('2602.16746', 'add', { maxSteps: 5000, expect: groksNear(2900) }),
  singleTask('2602.16746', 'sub', { maxSteps: 6000, expect: groksNear(3400) }),
  singleTask('2602.16746', 'mul', { firstToken: 1, maxSteps: 5000, expect: groksNear(2600) }),
  singleTask('2602.16746', 'x2_y2', { maxSteps: 5000, expect: groksNear(1900) }),
  singleTask('2602.16746', 'x2_xy_y2', { maxSteps: 200_000, expect: NEVER }),
  singleTask('2602.16746', 'x3_xy', { maxSteps: 200_000, expect: NEVER }),
  threeTasks('baseline', meanReadout, 200_000),
  threeTasks('medium', { ...meanReadout, layers: 4 }, 200_000),
  threeTasks('large', { ...meanReadout, d: 256, layers: 4, heads: 8, dFf: 512 }, 200_000),
  singleTask('2604.06256', 'add', { maxSteps: 5000, expect: groksNear(2900) }),
  singleTask('2604.06256', 'sub', { maxSteps: 6000, expect: groksNear(3400) }),
  singleTask('2604.06256', 'mul', { firstToken: 1, maxSteps: 5000, expect: groksNear(2600) }),
  singleTask('2604.06256', 'x2_y2', { maxSteps: 5000, expect: groksNear(1900) }),
  {
    name: '2606.04405-l2',
    summary:
      'The scale-invariant transformer on addition mod 97 with L2 decay 1e-3, two fifths of the pairs: the authors’ code groks between steps 1500 and 2200.',
    config: {
      name: '2606.04405-l2',
      ...scaleInvariantTraining,
      weightDecay: 1e-3,
    },
  },
  {
    name: '2606.04405-lrd',
    summary:
      'The same with Low-Rank Decay of attention and MLP instead (λ 0.1, 30 Newton–Schulz iterations, without the Frobenius factor): the authors’ code groks between steps 1200 and 1700.',
    config: {
      name: '2606.04405-lrd',
      ...scaleInvariantTraining,
      weightDecay: 0,
      lowRankDecay: { lambda: 0.1, iterations: 30, frobeniusFactor: false },
      spectra: { every: 100, matrices: 'qk' },
    },
  },
];

/** Runs of commutative tasks whose pairs are also offered split with their mirrors. */
const commutative: ReadonlySet<string> = new Set([
  '2602.16746-add',
  '2602.16746-mul',
  '2602.16746-x2_y2',
  '2602.18649-baseline',
  '2606.04405-l2',
  '2606.04405-lrd',
]);

/** The same run with (a, b) and (b, a) on one side of the split: memory of training pairs answers no test pair. */
const byUnorderedPairs = ({ name, config }: Preset): Preset => ({
  name: `${name}-unordered`,
  summary: `${name} with its pairs split together with their mirrors, so that no test pair is answered from memory; nothing is published.`,
  config: {
    ...config,
    name: `${name}-unordered`,
    data: { ...config.data, split: { ...config.data.split, method: 'unordered-pairs' } },
  },
});

/** Every preset. */
export const presets: readonly Preset[] = [
  ...published,
  ...published.filter(({ name }) => commutative.has(name)).map(byUnorderedPairs),
];
