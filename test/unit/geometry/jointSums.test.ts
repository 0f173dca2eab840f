import { describe, expect, it } from 'vitest';
import { JointSums } from '../../../extension/engine/analyses/trajectory/jointSums.js';
import { isEmbedding } from '../../../extension/engine/geometry/embeddings.js';
import { gramOfRows } from '../../../extension/engine/geometry/randomWalkNull.js';

/** Rows θ_t − θ_0 and −θ_0 of a tensor of two numbers over three checkpoints. */
const gramOf = (...rows: readonly (readonly [number, number])[]) =>
  gramOfRows({ rows: rows.length, columns: 2, data: Float64Array.from(rows.flat()) });

const piece = (name: string, trunk: boolean, gram: ReturnType<typeof gramOf>) => ({
  tensor: { name, shape: [1, 2], dtype: 'float32' as const, elements: 2, readable: true },
  matrix: { tensor: name, group: name, rows: 1, columns: 2, folded: false, fused: false, trunk },
  ...{ gram, parameters: 2, disjoint: true },
});

describe('groups of several tensors', () => {
  it('give each tensor the weight of its own change', () => {
    const sums = new JointSums();
    sums.add(piece('tok.weight', false, gramOf([0, 0], [50, 0], [100, 0], [-100, 0])));
    sums.add(piece('pos', false, gramOf([0, 0], [0, 1], [0, 2], [1, 0])));
    sums.add(piece('a', true, gramOf([0, 0], [1, 1], [3, 4], [0, 1])));
    sums.add(piece('b', true, gramOf([0, 0], [1, 1], [0, 1], [0, 1])));
    const found = new Map(sums.all().map((sum) => [sum.group, sum]));
    // ‖θ_T − θ_0‖² of four tensors that each have the length 1.
    expect(found.get('equal-weight')!.extended.data[2 * 4 + 2]).toBeCloseTo(4, 12);
    expect(found.get('trunk')!.extended.data[2 * 4 + 2]).toBe(26);
    expect(found.get('embeddings')!.extended.data[2 * 4 + 2]).toBe(10004);
    expect(found.get('trunk')!.parameters).toBe(4);
  });

  it('do not stand for what a single tensor or all of them say', () => {
    const sums = new JointSums();
    const gram = gramOf([0, 0], [1, 0], [2, 0], [1, 0]);
    sums.add(piece('a', true, gram));
    sums.add(piece('b', true, gram));
    expect(sums.all().map(({ group }) => group)).toEqual(['equal-weight']);
  });

  it.each(['tok.weight', 'pos', 'transformer.wte.weight', 'model.embed_tokens.weight', 'embeddings.weight'])(
    'know %s as a table',
    (name) => expect(isEmbedding(name)).toBe(true),
  );
  it.each(['layers.0.linear1.weight', 'head.weight', 'composition.weight', 'h.0.attn.pos_bias'])(
    'know %s as none',
    (name) => expect(isEmbedding(name)).toBe(false),
  );
});
