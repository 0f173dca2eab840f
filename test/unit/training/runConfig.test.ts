import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { configKeys } from '../../../extension/engine/training/configKeys.js';
import { presets } from '../../../extension/engine/training/presets.js';
import {
  loadRunConfig,
  parseRunConfig,
  withAssignments,
} from '../../../extension/engine/training/runConfig.js';

describe('presets', () => {
  it.each(presets.map(({ name }) => name))('%s is a whole configuration under its own name', async (name) => {
    expect((await loadRunConfig(name)).name).toBe(name);
  });

  it("hold the papers' settings", async () => {
    expect(await loadRunConfig('2602.16746-mul')).toMatchObject({
      model: { prime: 97, d: 128, layers: 2, heads: 4, dFf: 256, readout: 'first' },
      data: { tasks: ['mul'], split: { seed: 42, trainFraction: 0.5, firstToken: 1 } },
      batch: 512,
      learningRate: 1e-3,
      betas: [0.9, 0.98],
      weightDecay: 1,
      decayedParameters: 'all',
      clipNorm: 1,
      stop: { testAccuracy: 0.98, consecutive: 3 },
    });
  });
});

describe('assignments', () => {
  it('set keys at any depth, as JSON or text, and null removes an optional one', async () => {
    const config = withAssignments(await loadRunConfig('tiny'), [
      'weightDecay=0',
      'batch=full',
      'model.d=64',
      'data.split.seed=7',
      'data.tasks=["sub","add"]',
      'clipNorm=null',
      'name=other',
    ]);
    expect(config).toMatchObject({
      name: 'other',
      weightDecay: 0,
      batch: 'full',
      model: { d: 64, layers: 1 },
      data: { tasks: ['sub', 'add'], split: { seed: 7, trainFraction: 0.6 } },
    });
    expect('clipNorm' in config).toBe(false);
  });

  it.each([
    ['weightdecay=0', /weightdecay/],
    ['model.dff=3', /no key “model\.dff”/],
    ['betas=[0.9, 1]', /betas\.1: must be below 1/],
    ['data.tasks=["add", "mul", "add"]', /data\.tasks: a task is named twice/],
    ['learningRate=fast', /learningRate/],
    ['model.heads=5', /multiple of heads/],
    ['maxSteps', /key=value/],
  ])('refuse %s', async (assignment, message) => {
    const tiny = await loadRunConfig('tiny');
    expect(() => withAssignments(tiny, [assignment])).toThrow(message);
  });
});

describe('a key that no configuration has', () => {
  it.each(['colour', 'model.colour', 'data.colour', 'data.split.colour', 'stop.colour'])(
    '%s is refused with its name',
    (key) => {
      const config = structuredClone(presets[0]!.config) as Record<string, unknown>;
      const inside = key.split('.').slice(0, -1);
      const place = inside.reduce((at, name) => at[name] as Record<string, unknown>, config);
      place['colour'] = 'red';
      expect(() => parseRunConfig(config, 'a.wgrun.json')).toThrow(
        `a.wgrun.json is not a run configuration: it has no key “${key}”.`,
      );
      delete place['colour'];
      expect(parseRunConfig(config, 'a.wgrun.json')).toMatchObject(config);
    },
  );
});

describe('run files', () => {
  it('are refused with the reason: missing, not JSON, not a configuration', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'wg-config-'));
    const file = path.join(folder, 'a.wgrun.json');
    await expect(loadRunConfig(file)).rejects.toMatchObject({ code: 'not-found' });
    writeFileSync(file, '{');
    await expect(loadRunConfig(file)).rejects.toThrow(/not JSON/);
    writeFileSync(file, '{"name": "x"}');
    await expect(loadRunConfig(file)).rejects.toThrow(/model/);
    rmSync(folder, { recursive: true });
  });
});

describe('the keys of a configuration', () => {
  it('are those that --set takes, each with its default', async () => {
    const config = await loadRunConfig('tiny');
    const known = new Map(configKeys.map(({ key, default: value }) => [key, value]));
    expect([...known.keys()]).toEqual(
      expect.arrayContaining([
        'model',
        'data.split.trainFraction',
        'weightDecay',
        'lowRankDecay.lambda',
        'muon.momentum',
      ]),
    );
    for (const [key, value] of known) {
      if (value === undefined) continue;
      expect(() => withAssignments(config, [`${key}=${JSON.stringify(value)}`]), key).not.toThrow();
    }
    const decayed = withAssignments(config, ['lowRankDecay.iterations=5']).lowRankDecay!;
    for (const [key, value] of Object.entries(decayed)) {
      if (key !== 'iterations') expect(known.get(`lowRankDecay.${key}`), key).toEqual(value);
    }
  });
});
