import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, describe, expect, it } from 'vitest';
import { inspectSettingsSchema, type Report } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { explanations } from '../../../extension/tools/explanations.js';
import { reportTable } from '../../../extension/text/reportTable.js';
import { writeSafetensors, type Weights } from './seriesFixture.js';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
  folders.push(folder);
  return folder;
};

const inspected = async (path: string): Promise<Report> => {
  const store = new ReportStore();
  await inspect(
    { path, settings: v.parse(inspectSettingsSchema, { shuffleDraws: 0 }) },
    { signal: new AbortController().signal, onAddition: (addition) => store.add(addition) },
  );
  return store.report()!;
};

const random = seededRandom(9);
const weights = (): Weights => ({
  'model.layers.0.self_attn.q_proj.weight': {
    shape: [6, 5],
    values: Array.from({ length: 30 }, () => Math.fround(random.normal())),
  },
});
const descriptor = {
  model: {
    ...{ kind: 'encoder', prime: 11, d: 8, layers: 1, heads: 2, dFf: 16, readout: 'first' },
    ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
  },
  data: {
    tasks: ['add'],
    split: { method: 'python-random-shuffle', seed: 42, trainFraction: 0.5, firstToken: 0 },
  },
};

describe('a single model', () => {
  it('has no step where nothing states one, and lacks no other checkpoint', async () => {
    const folder = newFolder();
    writeSafetensors(join(folder, 'model.safetensors'), weights());
    const report = await inspected(join(folder, 'model.safetensors'));
    expect(report.warnings).toEqual([]);
    const table = reportTable(report);
    expect(table).toMatch(/^label +format +bytes$/m);
    expect(table).not.toMatch(/\bstep\b/);
  });

  it('of a run has the step that its name states, and the run has one checkpoint only', async () => {
    const folder = newFolder();
    writeSafetensors(join(folder, 'step_0400.safetensors'), weights());
    const report = await inspected(folder);
    expect(report.warnings.map(({ code }) => code)).toEqual(['one-checkpoint']);
    expect(reportTable(report)).toMatch(/^ *400 +step_0400/m);
  });

  it.each(['weight-geometry.json', 'run.json'])(
    'is not taken for the model that a %s in the folder above describes',
    async (file) => {
      const folder = newFolder();
      mkdirSync(join(folder, 'llama'));
      writeSafetensors(join(folder, 'llama', 'model.safetensors'), weights());
      writeFileSync(join(folder, file), JSON.stringify(descriptor));
      const report = await inspected(join(folder, 'llama'));
      expect(report.source.descriptor).toBeUndefined();
      const [warning, ...others] = report.warnings;
      expect(others).toEqual([]);
      expect(warning).toMatchObject({ code: 'descriptor-of-another', path: join(folder, file) });
      expect(warning!.message).toContain('they have no such tensor');
      expect(explanations[warning!.code]).toBeDefined();
    },
  );
});
