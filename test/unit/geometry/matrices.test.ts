import { describe, expect, it } from 'vitest';
import { matricesOf } from '../../../extension/engine/geometry/matrices.js';

const groups = (tensors: Record<string, number[]>, config?: Parameters<typeof matricesOf>[1]): string[] =>
  matricesOf(
    Object.entries(tensors).map(([name, shape]) => ({ name, shape })),
    config,
  ).matrices.map(({ group }) => group);

describe('matrices of a model', () => {
  it("are PyTorch's encoder layer by its parts", () => {
    const prefix = 'enc.layers.0.';
    const found = groups({
      'tok.weight': [97, 128],
      [`${prefix}self_attn.in_proj_weight`]: [384, 128],
      [`${prefix}self_attn.in_proj_bias`]: [384],
      [`${prefix}self_attn.out_proj.weight`]: [128, 128],
      [`${prefix}linear1.weight`]: [256, 128],
      [`${prefix}linear2.weight`]: [128, 256],
    });
    expect(found).toEqual([
      'tok.weight',
      `${prefix}self_attn.in_proj_weight`,
      'layer0.Q',
      'layer0.K',
      'layer0.V',
      'layer0.O',
      'layer0.FF1',
      'layer0.FF2',
    ]);
  });

  it("cut GPT-2's c_attn by columns, nanoGPT's by rows", () => {
    const ranges = (shape: number[]) =>
      matricesOf([{ name: 'h.3.attn.c_attn.weight', shape }]).matrices.slice(1);
    const [gptQuery, gptKey] = ranges([8, 24]);
    expect(gptQuery).toMatchObject({ group: 'layer3.Q', rows: 8, columns: 8 });
    expect(gptKey!.range).toEqual({ part: 'K', rows: [[0, 8]], columns: [8, 16] });
    expect(ranges([24, 8])[2]!.range).toEqual({ part: 'V', rows: [[16, 24]], columns: [0, 8] });
  });

  it("cut heads that lie interleaved only with the model's configuration", () => {
    const tensor = { name: 'gpt_neox.layers.0.attention.query_key_value.weight', shape: [24, 8] };
    const without = matricesOf([tensor]);
    expect(without.matrices).toHaveLength(1);
    expect(without.unknownFused).toEqual([tensor.name]);
    const config = { modelType: 'gpt_neox', heads: 2, keyValueHeads: 2, headSize: 4 };
    const key = matricesOf([tensor], config).matrices[2]!;
    expect(key.group).toBe('layer0.K');
    expect(key.range!.rows).toEqual([
      [4, 8],
      [16, 20],
    ]);
  });

  it("are Llama's projections and BERT's layers", () => {
    expect(
      groups({
        'model.layers.1.self_attn.k_proj.weight': [4, 8],
        'model.layers.1.self_attn.o_proj.weight': [8, 8],
        'model.layers.1.mlp.gate_proj.weight': [16, 8],
        'model.layers.1.mlp.down_proj.weight': [8, 16],
        'encoder.layer.2.attention.self.query.weight': [8, 8],
        'encoder.layer.2.attention.output.dense.weight': [8, 8],
        'encoder.layer.2.intermediate.dense.weight': [16, 8],
        'encoder.layer.2.output.dense.weight': [8, 16],
      }),
    ).toEqual([
      'layer1.K',
      'layer1.O',
      'layer1.gate',
      'layer1.FF2',
      'layer2.Q',
      'layer2.O',
      'layer2.FF1',
      'layer2.FF2',
    ]);
  });

  it('go by tensor names where two stacks of layers would share a group', () => {
    const names = ['encoder.block.0.q.weight', 'decoder.block.0.q.weight'];
    expect(groups(Object.fromEntries(names.map((name) => [name, [4, 4]])))).toEqual(names);
  });

  it('fold convolutions to first axis × rest, and leave vectors out', () => {
    const { matrices } = matricesOf([
      { name: 'conv.weight', shape: [8, 3, 5, 5] },
      { name: 'bias', shape: [8] },
      { name: 'row', shape: [1, 8] },
    ]);
    expect(matrices).toEqual([expect.objectContaining({ rows: 8, columns: 75, folded: true })]);
  });

  it('have a trunk: inside layers, else all 2-D tensors but the first and the last', () => {
    const { matrices } = matricesOf(
      ['embed', 'a', 'b', 'out'].map((name) => ({ name: `${name}.weight`, shape: [4, 4] })),
    );
    expect(matrices.filter(({ trunk }) => trunk).map(({ tensor }) => tensor)).toEqual([
      'a.weight',
      'b.weight',
    ]);
  });
});
