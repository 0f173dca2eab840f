import type { Model, ModelDescriptor } from './descriptor.js';

/** The encoder of 2602.16746 and its companions: 290,401 parameters with one head for addition mod 97. */
export const standardEncoder = {
  kind: 'encoder',
  prime: 97,
  d: 128,
  layers: 2,
  heads: 4,
  dFf: 256,
  readout: 'first',
  norm: 'LayerNorm',
  normEps: 1e-5,
  activation: 'gelu',
} as const satisfies Model;

/** Addition on it, with the papers' split. */
export const standardAddition = {
  model: standardEncoder,
  data: {
    tasks: ['add'],
    split: { method: 'python-random-shuffle', seed: 42, trainFraction: 0.5, firstToken: 0 },
  },
} as const satisfies ModelDescriptor;
