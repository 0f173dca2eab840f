import { expect, it } from 'vitest';
import { matricesOf } from '../../../extension/engine/geometry/matrices.js';
import { stackOf } from '../../../extension/engine/geometry/stacks.js';

it.each([
  ['model.layers.0.mlp.experts.gate_up_proj', [4, 24, 32], 'experts'],
  ['blk.0.ffn_up_exps.weight', [8, 16, 32], 'experts'],
  ['model.layers.0.mlp.switch_mlp.up_proj.weight', [4, 24, 32], 'experts'],
  ['blocks.0.attn.W_Q', [4, 32, 8], 'heads'],
  ['model.layers.0.mlp.experts.3.up_proj.weight', [24, 32], undefined],
  ['experts.3.conv.weight', [16, 8, 3], undefined],
  ['features.0.weight', [16, 3, 3, 3], undefined],
  ['encoder.conv1.weight', [16, 8, 3], undefined],
  ['blocks.0.attn.b_Q', [4, 8], undefined],
])('%s %j is a stack of %s', (name, shape, of) => {
  expect(stackOf(name, shape)).toBe(of);
});

it('a stack is its matrices, a convolution is outputs × the rest', () => {
  const { matrices } = matricesOf([
    { name: 'mlp.experts.down_proj', shape: [3, 4, 5] },
    { name: 'features.0.weight', shape: [16, 3, 3, 3] },
  ]);
  expect(matrices.map(({ part, rows, columns }) => [part, rows, columns])).toEqual([
    ['[0]', 4, 5],
    ['[1]', 4, 5],
    ['[2]', 4, 5],
    [undefined, 16, 27],
  ]);
});
