import * as v from 'valibot';
import { runConfigSchema } from '../../../extension/contract/run.js';
import { gridSchema, type Grid } from '../../../extension/engine/runs/grid.js';
import type { TrainRun } from '../../../extension/engine/runs/engineLaunchers.js';
import { train } from '../../../extension/engine/training/trainer/train.js';

const model = {
  ...{ kind: 'encoder', prime: 5, d: 8, layers: 1, heads: 2, dFf: 16, readout: 'first' },
  ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
} as const;

/** Two scales by two decays, each trained within a second. */
export const smallGrid: Grid = v.parse(gridSchema, {
  name: 'small',
  base: v.parse(runConfigSchema, {
    name: 'base',
    model,
    data: {
      tasks: ['add'],
      split: { method: 'python-random-shuffle', seed: 0, trainFraction: 0.5, firstToken: 0 },
    },
    batch: 8,
    maxSteps: 60,
    evaluateEvery: 20,
    checkpointEvery: 20,
  }),
  scales: [
    { name: 'narrow', model },
    { name: 'wide', model: { ...model, d: 16 } },
  ],
  decays: [0.1, 1],
  seeds: [1],
  tasks: [['add', 'mul']],
});

/** The bundle's own probe of providers is not there when sources are run. */
export const onProcessor: TrainRun = (request, control, events) =>
  train(request, control, events, {
    choose: () => Promise.resolve({ name: 'cpu', tf32: false, passedOver: [] }),
  });
