import { describe, expect, it, vi } from 'vitest';
import type { CachedStatistics } from '../../../extension/contract/calls.js';
import { knownStatistics } from '../../../extension/host/hover/knownStatistics.js';
import { tensorAt } from '../../../extension/host/hover/tensorAt.js';
import { isNamedForWeights } from '../../../extension/host/weightFiles.js';

vi.mock('vscode', () => ({}));

describe('a tensor in a line of an index', () => {
  const line = '    "model.embed.weight": "model-00001-of-00002.safetensors",';

  it('is the name that is pointed at, with its shard', () => {
    const found = tensorAt(line, line.indexOf('embed'));
    expect(found).toMatchObject({ name: 'model.embed.weight', shard: 'model-00001-of-00002.safetensors' });
    expect(line.slice(found!.start, found!.end)).toBe('"model.embed.weight"');
  });

  it('is none beside the name, and none where a value is no file name', () => {
    expect(tensorAt(line, line.indexOf('00002'))).toBeUndefined();
    expect(tensorAt(line, 1)).toBeUndefined();
    expect(tensorAt('"total_size": 123', 3)).toBeUndefined();
  });

  it('is read as JSON reads it', () => {
    expect(tensorAt('"a\\"b\\u00e9": "c.bin"', 3)).toMatchObject({ name: 'a"bé', shard: 'c.bin' });
    expect(tensorAt('"bad\\x": "c.bin"', 3)).toBeUndefined();
  });

  it('is found in an index of one line, however long', () => {
    const map = Array.from({ length: 50_000 }, (_, i) => `"layer.${i}.weight":"model-${i % 7}.safetensors"`);
    const whole = `{"weight_map":{${map.join(',')}}}`;
    const at = whole.indexOf('"layer.34567.weight"');
    expect(tensorAt(whole, at + 10)).toEqual({
      name: 'layer.34567.weight',
      shard: 'model-1.safetensors',
      start: at,
      end: at + '"layer.34567.weight"'.length,
    });
  });
});

describe('the statistics that a hover has', () => {
  const entry = (tensor: string): CachedStatistics => ({
    tensor,
    rows: 4,
    columns: 4,
    spectralNorm: 1,
    frobeniusNorm: 2,
    exact: true,
    nulls: {},
  });
  const tensor = (name: string, ...shape: number[]) => ({ name, shape, dtype: 'float32' });
  const reader = (after: (name: string) => number) => {
    const asked: string[] = [];
    const quickStatistics = async (_: string, name: string) => {
      asked.push(name);
      await new Promise((resolve) => setTimeout(resolve, after(name)));
      return { ok: true as const, value: entry(name) };
    };
    return { asked, quickStatistics };
  };

  it('are those of the cache, without a question', async () => {
    const { asked, quickStatistics } = reader(() => 0);
    const cached = [entry('a')];
    expect(await knownStatistics({ quickStatistics }, '/w/a.pt', [tensor('a', 4, 4)], cached)).toEqual(
      cached,
    );
    expect(asked).toEqual([]);
  });

  it('are what small matrices give in a moment; what takes longer is not waited for', async () => {
    const { asked, quickStatistics } = reader((name) => (name === 'slow' ? 60_000 : 1));
    const tensors = [
      tensor('fast', 4, 4),
      tensor('slow', 8, 8),
      tensor('vector', 4),
      tensor('large', 4096, 4096),
    ];
    const known = await knownStatistics({ quickStatistics }, '/w/a.pt', tensors, []);
    expect(known).toEqual([entry('fast')]);
    expect(asked).toEqual(['fast', 'slow']);
  });
});

describe('names that say weights', () => {
  it.each([
    ['model.safetensors', true],
    ['pytorch_model.bin', true],
    ['step_1.pt', true],
    ['firmware.bin', false],
    ['features.npy', false],
    ['model.ckpt', false],
    ['checkpoint_1000', false],
  ])('%s: %s', (name, says) => {
    expect(isNamedForWeights(name)).toBe(says);
  });
});
