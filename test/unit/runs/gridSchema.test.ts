import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { gridSchema } from '../../../extension/engine/runs/grid.js';
import { readGrid } from '../../../extension/engine/runs/gridFile.js';
import { presets } from '../../../extension/engine/training/presets.js';

const read = (name: string): Record<string, unknown> =>
  JSON.parse(fs.readFileSync(path.resolve(import.meta.dirname, '../../../media', name), 'utf8')) as Record<
    string,
    unknown
  >;

interface GridSchemaFile {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, { readonly anyOf?: readonly Record<string, unknown>[] }>>;
}
const grid = read('wggrid.schema.json') as unknown as GridSchemaFile;

describe('the schema of grid files', () => {
  it('has the keys of a grid, and requires those without a default', () => {
    expect(Object.keys(grid.properties).sort()).toEqual(Object.keys(gridSchema.entries).sort());
    const optional = Object.entries(gridSchema.entries)
      .filter(([, entry]) => (entry as { type: string }).type === 'optional')
      .map(([key]) => key);
    expect(grid.required).toEqual(Object.keys(gridSchema.entries).filter((key) => !optional.includes(key)));
  });

  it('takes for a base what a run file is, or a preset', () => {
    const [preset, run] = grid.properties['base']!.anyOf!;
    expect(preset!['enum']).toEqual(presets.map(({ name }) => name));
    expect(run).toEqual({ $ref: './wgrun.schema.json' });
  });

  it('points at places of the schema of run files that are there', () => {
    const text = JSON.stringify(grid);
    const pointers = [...text.matchAll(/wgrun\.schema\.json#([^"]+)"/g)].map(([, pointer]) => pointer!);
    expect(pointers).toHaveLength(2);
    for (const pointer of pointers) {
      const found = pointer
        .split('/')
        .slice(1)
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], read('wgrun.schema.json'));
      expect(found, pointer).toBeTypeOf('object');
    }
  });
});

describe('a grid whose base is a preset', () => {
  const file = (base: unknown): string => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wg-grid-'));
    const at = path.join(folder, 'a.wggrid.json');
    const { model } = presets[0]!.config;
    const content = {
      name: 'a',
      base,
      scales: [{ name: 'one', model }],
      decays: [1],
      seeds: [1],
      tasks: [['add']],
    };
    fs.writeFileSync(at, JSON.stringify(content));
    return at;
  };

  it('has the settings of that preset', async () => {
    const { base } = await readGrid(file(presets[0]!.name));
    expect(base.learningRate).toBe(presets[0]!.config.learningRate);
  });

  it('is refused where there is no such preset, with the names of those there are', async () => {
    await expect(readGrid(file('nothing'))).rejects.toThrow(presets[0]!.name);
  });
});
