import { describe, expect, it } from 'vitest';
import type { Model } from '../../../../extension/contract/descriptor.js';
import type { MatrixSelection } from '../../../../extension/contract/optimiser.js';
import { buildModel } from '../../../../extension/engine/models/model.js';
import { matrixSlots } from '../../../../extension/engine/training/optimiser/matrixSlots.js';

const sizes = { prime: 11, d: 8, layers: 1, heads: 2 } as const;
const encoder: Model = {
  ...{ kind: 'encoder', ...sizes, dFf: 16, readout: 'first' },
  ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
};
const scaleInvariant: Model = {
  ...{ kind: 'scale-invariant', ...sizes, dFf: 32, readout: 'last' },
  ...{ norm: 'RMSNorm', normEps: 1e-8, qkNormEps: 1e-6, activation: 'swiglu' },
};

const slots = (model: Model, selection: MatrixSelection) => {
  const split = { method: 'python-random-shuffle', seed: 0, trainFraction: 0.5, firstToken: 0 } as const;
  const { parameters } = buildModel({ model, data: { tasks: ['add'], split } });
  return matrixSlots(parameters, selection).map((slot) => ({
    ...slot,
    start: slot.offset - parameters.find(({ name }) => slot.name.startsWith(name))!.offset,
  }));
};
const names = (model: Model, selection: MatrixSelection): string[] =>
  slots(model, selection).map(({ name }) => name.replace(/^(enc\.layers|blocks)\.0\./, ''));

describe('a selection of matrices', () => {
  it('names the groups of the scale-invariant model', () => {
    const attention = ['wq.weight', 'wk.weight', 'wv.weight', 'wo.weight'];
    const mlp = ['w1.weight', 'w2.weight', 'w3.weight'];
    expect(names(scaleInvariant, 'qk')).toEqual(attention.slice(0, 2));
    expect(names(scaleInvariant, 'attention')).toEqual(attention);
    expect(names(scaleInvariant, 'mlp')).toEqual(mlp);
    expect(names(scaleInvariant, 'blocks')).toEqual([...attention, ...mlp]);
    expect(names(scaleInvariant, 'all')).toEqual(['pos', 'tok.weight', ...attention, ...mlp, 'head.weight']);
    expect(names(scaleInvariant, ['w2', 'Q'])).toEqual(['wq.weight', 'w2.weight']);
  });

  it('cuts the encoder’s fused matrix into thirds of its rows', () => {
    const found = slots(encoder, 'qk');
    expect(found.map(({ start, rows, columns }) => [start, rows, columns])).toEqual([
      [0, 8, 8],
      [64, 8, 8],
    ]);
    expect(names(encoder, 'attention')).toEqual([
      'self_attn.in_proj_weight.Q',
      'self_attn.in_proj_weight.K',
      'self_attn.in_proj_weight.V',
      'self_attn.out_proj.weight',
    ]);
    expect(names(encoder, 'mlp')).toEqual(['linear1.weight', 'linear2.weight']);
  });

  it('refuses a name that no matrix has, and says which there are', () => {
    expect(() => names(encoder, ['wq'])).toThrow(/no matrix “wq”.*in_proj.*linear1/);
  });
});
