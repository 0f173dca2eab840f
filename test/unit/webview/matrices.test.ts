import { describe, expect, it } from 'vitest';
import type { TensorEntry } from '../../../extension/contract/report.js';
import { fullLabel, groupLabel, matricesOf } from '../../../webview/report/matrices.js';
import { chosenMatrices } from '../../../webview/state/matrixChoice.js';

const tensor = (name: string, more: Partial<TensorEntry> = {}): TensorEntry => ({
  name,
  shape: [8, 8],
  dtype: 'float32',
  sum: 0,
  sumOfSquares: 0,
  matrix: { rows: 8, columns: 8 },
  ...more,
});

describe('names of matrices', () => {
  const matrices = matricesOf({
    tensors: [
      tensor('model.layers.0.mlp.up_proj.weight', { group: 'layer0.FF1' }),
      tensor('model.embed_tokens.weight', { group: 'model.embed_tokens.weight' }),
      tensor('model.layers.0.attn.qkv.weight', { part: 'Q', group: 'layer0.Q' }),
    ],
  });

  it('are those of the file, with the role in the model beside', () => {
    expect(matrices.map(fullLabel)).toEqual([
      'layers.0.mlp.up_proj · layer0.FF1',
      'embed_tokens',
      'layer0.Q',
    ]);
  });

  it('are found by the name of a group; an unknown group is its own name', () => {
    expect(groupLabel('layer0.FF1', matrices)).toBe('layers.0.mlp.up_proj · layer0.FF1');
    expect(groupLabel('layer0.Q', matrices)).toBe('layer0.Q');
    expect(groupLabel('all', matrices)).toBe('all');
  });
});

describe('which matrices are shown', () => {
  const all = matricesOf({
    tensors: ['a.up', 'a.down', 'b.up'].map((name) => tensor(`model.${name}.weight`)),
  });
  const shown = (filter: string, pins: readonly string[] = []) =>
    chosenMatrices(all, filter, pins).shown.map(({ label }) => label);

  it('are those that the filter finds, in their order', () => {
    expect(shown('UP ')).toEqual(['a.up', 'b.up']);
  });

  it('are all where the filter finds none, and it is said', () => {
    expect(shown('x')).toEqual(['a.up', 'a.down', 'b.up']);
    expect(chosenMatrices(all, 'x', []).finds).toBe(false);
  });

  it('begin with the pinned ones, whatever the filter', () => {
    expect(shown('up', ['model.b.up.weight', 'model.a.down.weight'])).toEqual(['a.down', 'b.up', 'a.up']);
  });
});
