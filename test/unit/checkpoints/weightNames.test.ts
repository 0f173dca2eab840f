import { describe, expect, it } from 'vitest';
import { isShardIndex, weightNamePattern } from '../../../extension/contract/weightFormats.js';

describe('names of weight files', () => {
  it('are matched by the pattern of the manifest at their ends, with a dot', () => {
    const pattern = new RegExp(weightNamePattern);
    for (const name of ['a.safetensors', 'a.pth.tar', 'b.pt']) expect(name).toMatch(pattern);
    for (const name of ['a.tar', 'pt', 'a.safetensors.txt', 'axpt']) expect(name).not.toMatch(pattern);
  });

  it('of lists of shards are those of formats that shards may have', () => {
    expect(isShardIndex('/m/model.safetensors.index.json')).toBe(true);
    expect(isShardIndex('/m/pytorch_model.bin.index.json')).toBe(true);
    expect(isShardIndex('/m/model.gguf.index.json')).toBe(false);
    expect(isShardIndex('/m/index.json')).toBe(false);
  });
});
