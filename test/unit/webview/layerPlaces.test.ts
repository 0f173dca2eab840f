import { describe, expect, it } from 'vitest';
import { kindOf, namedMatrix } from '../../../extension/engine/geometry/matrixRoles.js';
import { layerPlaces, type PlacedMatrix } from '../../../webview/report/layerPlaces.js';

const place = (name: string, part?: string): PlacedMatrix => {
  const named = namedMatrix(name);
  return named === undefined
    ? {}
    : {
        place: {
          ...{ stack: named.stack, layer: named.layer, kind: kindOf(named, part) },
          ...(named.own === undefined || part !== undefined ? {} : { own: named.own }),
        },
      };
};

describe('places of matrices in a model', () => {
  it('are kind × layer, in the order in which a block computes, whatever the order of the file', () => {
    const names = ['0', '10', '2'].flatMap((layer) => [
      `model.layers.${layer}.mlp.down_proj.weight`,
      `model.layers.${layer}.self_attn.q_proj.weight`,
    ]);
    const found = layerPlaces(['embed.weight', ...names].map((name) => place(name)));
    expect(found.kinds).toEqual(['q_proj (Q)', 'down_proj (FF2)']);
    expect(found.layers).toEqual([0, 2, 10]);
    expect(found.at).toEqual([
      [2, 6, 4],
      [1, 5, 3],
    ]);
    expect(found.outside).toEqual([0]);
  });

  it('tell experts apart, by their number and as parts of a stack', () => {
    const separate = 'model.layers.0.mlp.experts.3.up_proj.weight';
    expect(place(separate).place?.kind).toBe('FF1, expert 3');
    expect(place('model.layers.1.block_sparse_moe.experts.12.w1.weight').place?.kind).toBe(
      'block_sparse_moe.w1, expert 12',
    );
    expect(place('model.layers.0.mlp.experts.gate_up_proj', '[5]').place?.kind).toContain('[5]');
    expect(place('h.0.attn.c_attn.weight', 'K').place?.kind).toBe('K');
  });

  it('name the stack where there are two', () => {
    const names = ['encoder', 'decoder'].map((stack) => `model.${stack}.layers.0.self_attn.q_proj.weight`);
    expect(layerPlaces(names.map((name) => place(name))).kinds).toEqual([
      'encoder q_proj (Q)',
      'decoder q_proj (Q)',
    ]);
  });

  it('leave a matrix whose place is taken outside, and lose none', () => {
    const router = 'model.layers.0.mlp.gate.weight';
    const gate = 'model.layers.0.mlp.gate_proj.weight';
    const found = layerPlaces([place(gate), place(router)]);
    expect([found.at, found.outside]).toEqual([[[0]], [1]]);
  });
});
