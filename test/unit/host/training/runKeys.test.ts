import fs from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { configKeys } from '../../../../extension/engine/training/configKeys.js';
import { presets } from '../../../../extension/engine/training/presets.js';
import { parseRunConfig, withAssignments } from '../../../../extension/engine/training/runConfig.js';
import { splitAssignments } from '../../../../extension/host/training/assignments.js';
import {
  keySchemaSchema,
  rangeText,
  runKeys,
  valueText,
  withAssignment,
} from '../../../../extension/host/training/runKeys.js';

const root = path.resolve(import.meta.dirname, '../../../..');
const schema = v.parse(
  keySchemaSchema,
  JSON.parse(fs.readFileSync(path.join(root, 'media/wgrun.schema.json'), 'utf8')),
);
const configs = presets.map(({ name, config }) => ({ name, config: parseRunConfig(config, name) }));
const tiny = configs.find(({ name }) => name === 'tiny')!.config;

describe('the keys that the wizard lists', () => {
  it.each(configs)('are all of $name: each with a description and what it allows', ({ config }) => {
    const keys = runKeys(schema, config);
    for (const { key, schema: described, isSection } of keys) {
      expect(described.description, key).toBeTruthy();
      if (!isSection) expect(rangeText(described), key).not.toBe('');
    }
    const names = keys.map(({ key }) => key);
    expect(new Set(names).size).toBe(names.length);
    const covers = (key: string): boolean =>
      names.some((name) => name === key || key.startsWith(`${name}.`) || name.startsWith(`${key}.`));
    expect(configKeys.map(({ key }) => key).filter((key) => !covers(key))).toEqual([]);
  });

  it('change nothing when each is assigned the value that it has', () => {
    for (const { config } of configs) {
      const same = runKeys(schema, config)
        .filter(({ value, isSection }) => value !== undefined && !isSection)
        .map(({ key, value }) => `${key}=${valueText(value)}`);
      expect(withAssignments(config, splitAssignments(same.join(' ')))).toEqual(config);
    }
  });

  it('are those of a section once it is on, and can be taken out where they are optional', () => {
    const listed = (assignments: string[]): string[] =>
      runKeys(schema, withAssignments(tiny, assignments)).map(({ key }) => key);
    expect(listed([])).not.toContain('lowRankDecay.lambda');
    expect(listed(['lowRankDecay={}'])).toContain('lowRankDecay.lambda');
    const stop = runKeys(schema, withAssignments(tiny, ['clipNorm=1'])).find(
      ({ key }) => key === 'clipNorm',
    )!;
    expect(stop.isOptional).toBe(true);
    expect(withAssignments(tiny, ['clipNorm=1', 'clipNorm=null'])).not.toHaveProperty('clipNorm');
  });
});

describe('what a key allows', () => {
  it.each([
    [{ type: 'integer', minimum: 1 }, 'integer ≥ 1'],
    [{ type: 'number', exclusiveMinimum: 0 }, 'number > 0'],
    [{ type: 'number', exclusiveMinimum: 0, maximum: 1 }, 'number ∈ (0, 1]'],
    [{ enum: ['float32', 'float64'] }, 'float32 | float64'],
    [{ anyOf: [{ type: 'integer', minimum: 1 }, { const: 'full' }] }, 'integer ≥ 1 | full'],
  ])('%j is %s', (described, text) => expect(rangeText(described)).toBe(text));
});

describe('assignments', () => {
  it('hold each key once, and lose those of a section that goes', () => {
    const before = ['initSeed=7', 'muon={}', 'muon.momentum=0.9'];
    expect(withAssignment(before, 'initSeed', '8')).toEqual(['muon={}', 'muon.momentum=0.9', 'initSeed=8']);
    expect(withAssignment(before, 'muon', 'null')).toEqual(['initSeed=7', 'muon=null']);
    expect(withAssignment(before, 'muon')).toEqual(['initSeed=7']);
  });
});
