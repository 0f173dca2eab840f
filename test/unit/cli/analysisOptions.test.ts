import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, describe, expect, it } from 'vitest';
import { analysisFlags, analysisRequests, analysisUsage } from '../../../extension/cli/analysisOptions.js';
import { inspectCommand } from '../../../extension/cli/inspectCommand.js';
import { analysis } from '../../../extension/engine/analyses/analysis.js';
import { analyses } from '../../../extension/engine/analyses/table.js';

const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-analyses-'));
afterAll(() => rmSync(folder, { recursive: true }));

const curvature = analysis({
  id: 'curvature',
  summary: 'a made analysis',
  sections: ['controls'],
  needs: 'series',
  isDefault: false,
  topic: 'overview',
  settings: v.object({ draws: v.optional(v.number(), 5), pairs: v.optional(v.array(v.number())) }),
  flags: {
    draws: { kind: 'number', value: 'N', help: 'draws of the null' },
    pairs: { kind: 'json-file', value: 'FILE', help: 'the pairs' },
  },
  weight: () => 1,
  steps: async function* () {},
});
const rows = [...analyses, curvature];

describe('analyses on the command line', () => {
  it('have a name, a line of help and their flags from their row', () => {
    expect(new Set(analyses.map(({ id }) => id)).size).toBe(analyses.length);
    for (const { id } of analyses) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(analysisFlags([curvature])).toEqual({ draws: { type: 'string' }, pairs: { type: 'string' } });
    expect(analysisFlags(rows)).toMatchObject({ draws: { type: 'string' } });
    const usage = analysisUsage(rows);
    expect(usage).toContain('curvature: a made analysis');
    expect(usage).toMatch(/--pairs FILE +the pairs \(curvature\)/);
    expect(inspectCommand.usage).toContain('controls: ');
  });

  it('take the settings that their flags give', async () => {
    const file = join(folder, 'pairs.json');
    writeFileSync(file, '[1, 2]');
    expect(await analysisRequests('curvature, controls', { draws: '7', pairs: file }, rows)).toEqual([
      { id: 'curvature', settings: { draws: 7, pairs: [1, 2] } },
      { id: 'controls' },
    ]);
    expect(await analysisRequests(undefined, {}, rows)).toEqual([]);
  });

  it('refuse an unknown name, a flag without its analysis, and values of another kind', async () => {
    await expect(analysisRequests('defects', {}, rows)).rejects.toThrow(
      /--analyses takes tensors, .*controls, .*curvature, separated by commas, not "defects"/,
    );
    await expect(analysisRequests('controls', { draws: '7' }, rows)).rejects.toThrow(
      '--draws goes with --analyses curvature.',
    );
    await expect(analysisRequests('exact', { of: 'change' })).rejects.toThrow(
      '--analyses exact needs --matrix NAME.',
    );
    await expect(analysisRequests('curvature', { draws: 'many' }, rows)).rejects.toThrow(
      '--draws takes a number, not "many".',
    );
    const file = join(folder, 'broken.json');
    writeFileSync(file, '[1,');
    await expect(analysisRequests('curvature', { pairs: file }, rows)).rejects.toMatchObject({
      code: 'malformed-file',
    });
    await expect(analysisRequests('curvature', { pairs: join(folder, 'none') }, rows)).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
