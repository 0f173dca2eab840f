import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, describe, expect, it } from 'vitest';
import type { AnalysisRequest, Report, ReportAddition } from '../../../extension/contract/report.js';
import { inspectSettingsSchema, reportAdditionSchema } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { describeFile } from '../../../extension/engine/inspection/describeFile.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { seriesFolder, type Weights } from './seriesFixture.js';

const random = seededRandom(4);
const noise = (...shape: number[]) => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
});
const model = (): Weights => ({
  'tok.weight': noise(7, 6),
  'layers.0.self_attn.in_proj_weight': noise(18, 6),
  'layers.0.linear1.weight': noise(8, 6),
  bias: noise(6),
});

const removals: (() => void)[] = [];
afterEach(() => removals.splice(0).forEach((remove) => remove()));
const folderOf = (steps: Record<number, Weights>): string => {
  const { folder, remove } = seriesFolder(steps);
  removals.push(remove);
  return folder;
};

const inspected = async (
  path: string,
  more: {
    settings?: Record<string, unknown>;
    cacheFolder?: string;
    onAddition?: () => void;
    analyses?: AnalysisRequest[];
    later?: AnalysisRequest[];
  } = {},
): Promise<Report> => {
  const store = new ReportStore();
  const settings = v.parse(inspectSettingsSchema, { shuffleDraws: 2, ...more.settings });
  const { cacheFolder } = more;
  await inspect(
    {
      path,
      settings,
      ...(cacheFolder === undefined ? {} : { cacheFolder }),
      ...(more.analyses === undefined ? {} : { analyses: more.analyses }),
    },
    {
      signal: new AbortController().signal,
      onAddition: (addition) => {
        more.onAddition?.();
        // Every number that crosses the boundary exists: the validator refuses NaN and infinity.
        store.add(v.parse(reportAdditionSchema, addition));
      },
      analyses: () => (more.later ?? []).splice(0),
    },
  );
  return store.report()!;
};
const codes = ({ warnings }: Report): string[] => warnings.map(({ code }) => code);

describe('inspecting a series', () => {
  it('fills every section', async () => {
    const report = await inspected(folderOf({ 0: model(), 10: model(), 20: model(), 30: model() }));
    expect(report.checkpoints.map(({ step }) => step)).toEqual([0, 10, 20, 30]);
    expect(report.checkpoints.every(({ files }) => files[0]!.sha256?.length === 64)).toBe(true);
    expect(report.spectra.filter(({ of }) => of === 'weights')).toHaveLength(6 * 4);
    expect(report.spectra.filter(({ of }) => of === 'change')).toHaveLength(6 * 3);
    expect(report.spectra.every(({ nulls }) => nulls.shuffled?.draws === 2)).toBe(true);
    expect(report.principalAngles).toHaveLength(6 * 3);
    for (const { k, left, ofStepSize } of report.principalAngles) {
      expect(ofStepSize!.draws).toBe(3);
      expect(ofStepSize!.left).toHaveLength(left.length);
      expect(left.length).toBeLessThanOrEqual(k);
    }
    const groups = new Set(report.trajectories.map(({ group }) => group));
    expect(groups).toEqual(
      new Set([
        'trunk',
        'equal-weight',
        'tok.weight',
        'layers.0.self_attn.in_proj_weight',
        'layer0.Q',
        'layer0.K',
        'layer0.V',
        'layer0.FF1',
        'all',
      ]),
    );
    expect(report.reconstructions.map(({ method, of }) => `${method} of ${of}`).sort()).toEqual([
      'joint-svd of change',
      'joint-svd of change-without-decay',
      'joint-svd of weights',
      'per-matrix-svd of change',
      'per-matrix-svd of change-without-decay',
      'per-matrix-svd of weights',
      'trajectory-pca of change',
      'trajectory-pca of change-without-decay',
    ]);
    for (const { points } of report.reconstructions) {
      expect(points.at(-1)!.energy).toBeCloseTo(1, 12);
      expect(points.at(-1)!.relativeError).toBeLessThan(1e-6);
    }
    // Q, K and V have variances of their own: the tensor that holds them has no edge.
    const fused = report.spectra.filter(({ tensor }) => tensor.endsWith('in_proj_weight'));
    for (const { part, nulls, aboveUpperEdge, bulkEdge } of fused) {
      expect([nulls.marchenkoPastur, aboveUpperEdge, bulkEdge].map((value) => value !== undefined)).toEqual(
        new Array<boolean>(3).fill(part !== undefined),
      );
    }
    expect(report.warnings).toEqual([]);
  });

  it('measures sums and distances as they are', async () => {
    const [first, last] = [model(), model()];
    const report = await inspected(folderOf({ 1: first, 2: last }));
    const f32 = Math.fround;
    const { values } = last.bias!;
    const entry = report.tensors.find(({ name }) => name === 'bias')!;
    expect(entry.sum).toBeCloseTo(
      values.reduce((sum, value) => sum + f32(value), 0),
      9,
    );
    const squared = Object.entries(last).reduce(
      (sum, [name, tensor]) =>
        sum + tensor.values.reduce((s, value, i) => s + (f32(value) - f32(first[name]!.values[i]!)) ** 2, 0),
      0,
    );
    expect(report.checkpoints[1]!.distanceFromFirst).toBeCloseTo(Math.sqrt(squared), 9);
  });

  it('makes a group of the tensors that a glob chooses', async () => {
    const glob = '**.linear1.weight';
    const report = await inspected(folderOf({ 0: model(), 1: model() }), { settings: { tensors: glob } });
    expect(new Set(report.spectra.map(({ tensor }) => tensor))).toEqual(new Set(['layers.0.linear1.weight']));
    const groups = new Map(report.trajectories.map(({ group, parameters }) => [group, parameters]));
    expect(groups).toEqual(
      new Map([
        ['layer0.FF1', 48],
        ['all', 204],
        ['trunk', 156],
        ['equal-weight', 204],
        [glob, 48],
      ]),
    );
    await expect(inspected(folderOf({ 0: model() }), { settings: { tensors: 'nothing' } })).rejects.toThrow(
      /No tensor's name matches "nothing"/,
    );
  });

  it('names checkpoints of equal weights, and NaN by tensor and step', async () => {
    const [a, b] = [model(), model()];
    const broken = {
      ...model(),
      'layers.0.linear1.weight': { shape: [8, 6], values: new Array<number>(48).fill(NaN) },
    };
    const report = await inspected(folderOf({ 0: a, 1: b, 2: broken, 3: b, 4: model() }));
    expect(report.checkpoints.map(({ duplicateOf }) => duplicateOf)).toEqual([
      undefined,
      undefined,
      undefined,
      'step_0001',
      undefined,
    ]);
    expect(report.warnings.filter(({ code }) => code === 'not-finite')).toEqual([
      expect.objectContaining({ step: 2, tensor: 'layers.0.linear1.weight' }),
    ]);
    const steps = (group: string) => report.trajectories.find((entry) => entry.group === group)!.steps;
    expect(steps('tok.weight')).toEqual([0, 1, 2, 3, 4]);
    expect(steps('layer0.FF1')).toEqual([0, 1, 3, 4]);
    expect(steps('all')).toEqual([0, 1, 3, 4]);
  });

  it('survives NaN at the end, without the reconstruction', async () => {
    const broken = {
      ...model(),
      'layers.0.linear1.weight': { shape: [8, 6], values: new Array<number>(48).fill(Infinity) },
    };
    const report = await inspected(folderOf({ 0: model(), 1: model(), 2: broken }));
    expect(codes(report)).toEqual(expect.arrayContaining(['not-finite', 'reconstruction-left-out']));
  });

  it('says what is missing where there is one checkpoint, or no matrix', async () => {
    const single = await inspected(folderOf({ 5: model() }));
    expect(codes(single)).toEqual(['one-checkpoint']);
    expect([single.spectra.length, single.trajectories.length]).toEqual([6, 0]);
    const vectors = await inspected(folderOf({ 0: { bias: noise(4) }, 1: { bias: noise(4) } }));
    expect(codes(vectors)).toEqual(['no-matrices']);
    expect(vectors.trajectories.map(({ group }) => group)).toEqual(['all', 'all']);
  });

  it('refuses checkpoints of different models, and leaves one damaged file out', async () => {
    const folder = folderOf({ 0: model(), 1: { other: noise(3, 3) } });
    await expect(inspected(folder)).rejects.toThrow(/different models/);
    const damaged = folderOf({ 0: model(), 1: model(), 2: model() });
    writeFileSync(join(damaged, 'step_0001.safetensors'), 'not a checkpoint');
    const report = await inspected(damaged);
    expect(codes(report)).toContain('checkpoint-left-out');
    expect(report.checkpoints.map(({ step }) => step)).toEqual([0, 2]);
  });
});

describe('a file that changes under the inspection', () => {
  it.each([
    [
      'replaced',
      (path: string) => {
        writeFileSync(`${path}.new`, readFileSync(path));
        renameSync(`${path}.new`, path);
      },
    ],
    ['modified', (path: string) => appendFileSync(path, 'more')],
    ['removed', (path: string) => rmSync(path)],
  ])('ends it with a sentence that names the file: %s', async (how, change) => {
    const folder = folderOf({ 0: model(), 1: model() });
    const path = join(folder, 'step_0001.safetensors');
    let isChanged = false;
    const onAddition = ({ spectra }: ReportAddition): void => {
      // The first spectra are there, so the file is open.
      if (spectra === undefined || isChanged) return;
      isChanged = true;
      change(path);
    };
    const settings = v.parse(inspectSettingsSchema, {});
    const running = inspect({ path: folder, settings }, { signal: new AbortController().signal, onAddition });
    await expect(running).rejects.toMatchObject({
      code: 'changed-while-reading',
      message: `${path}: the file was ${how} while it was read; try again.`,
    });
  });
});

describe('analyses on request', () => {
  const cache = (): string => {
    const cacheFolder = mkdtempSync(join(tmpdir(), 'weight-geometry-cache-'));
    removals.push(() => rmSync(cacheFolder, { recursive: true }));
    return cacheFolder;
  };

  it('lists what is complete: of one checkpoint, what needs no series', async () => {
    const ids = ({ analyses }: Report) => analyses.map(({ id }) => id);
    expect(ids(await inspected(folderOf({ 0: model() }))).sort()).toEqual(['digests', 'spectra', 'tensors']);
    expect(ids(await inspected(folderOf({ 0: model(), 100: model() }))).sort()).toEqual([
      'angles',
      'digests',
      'joint-reconstruction',
      'per-matrix-reconstruction',
      'spectra',
      'spectra-over-steps',
      'tensors',
      'trajectory',
    ]);
  });

  it('names the analyses that exist for one that does not, before anything is read', async () => {
    await expect(inspected('/does/not/exist', { analyses: [{ id: 'defects' }] })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('there are tensors, spectra, trajectory') as string,
    });
    await expect(
      inspected(folderOf({ 0: model() }), { analyses: [{ id: 'angles', settings: { k: 1 } }] }),
    ).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('says what is missing, and keeps the rest of the report all the same', async () => {
    const folder = folderOf({ 0: model(), 100: model() });
    const cacheFolder = cache();
    await expect(inspected(folder, { cacheFolder, analyses: [{ id: 'controls' }] })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: 'The analysis controls needs a model description that lets the model be run.',
    });
    let additions = 0;
    const cached = await inspected(folder, { cacheFolder, onAddition: () => additions++ });
    expect(additions).toBe(1);
    expect(cached.trajectories.length).toBeGreaterThan(0);
    const one = inspected(folderOf({ 0: model() }), { analyses: [{ id: 'angles' }] });
    await expect(one).rejects.toThrow('The analysis angles needs a series of checkpoints.');
  });

  it('adds to spectra what is computed from them, whenever it is asked for', async () => {
    const folder = folderOf({ 0: model(), 100: model() });
    const atOnce = await inspected(folder, { analyses: [{ id: 'farms' }] });
    expect(atOnce.analyses.at(-1)).toEqual({ id: 'farms' });
    const cacheFolder = cache();
    const later = await inspected(folder, { cacheFolder, later: [{ id: 'farms' }] });
    expect(later.spectra).toEqual(atOnce.spectra);
    for (const { tensor, rows, columns, exact, of, step, ...entry } of later.spectra) {
      if (entry.spectralNorm === 0) continue;
      expect(exact && entry.farmsAlpha! > 1, `${tensor} ${of} ${step}`).toBe(true);
      expect(entry.nulls.farmsAlpha!.mean).toBeGreaterThan(1);
      // A square matrix is its own window.
      if (rows === columns) expect(entry.farmsAlpha).toBeCloseTo(entry.powerLawAlpha!, 9);
    }
    expect(later.spectra.some(({ rows, columns }) => rows === columns)).toBe(true);
    expect((await inspected(folder, { cacheFolder })).spectra).toEqual(later.spectra);
  });

  it('runs what a cached report lacks, also when it is asked for while the inspection runs', async () => {
    const folder = folderOf({ 0: model(), 100: model() });
    const cacheFolder = cache();
    await inspected(folder, { cacheFolder });
    let additions = 0;
    const onAddition = () => additions++;
    await inspected(folder, { cacheFolder, onAddition, analyses: [{ id: 'angles' }] });
    expect(additions).toBe(1);
    await expect(inspected(folder, { cacheFolder, later: [{ id: 'controls' }] })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });
});

describe('the cache', () => {
  it('keeps what was asked for besides, by the inspection that found it and by one that read the cache', async () => {
    const folder = folderOf({ 0: model(), 100: model() });
    const cacheFolder = mkdtempSync(join(tmpdir(), 'weight-geometry-cache-'));
    removals.push(() => rmSync(cacheFolder, { recursive: true }));
    const asked = (matrix: string): AnalysisRequest => ({ id: 'matrix', settings: { matrix } });
    const namesOf = ({ matrixDetails }: Report) => matrixDetails.map(({ tensor, part }) => part ?? tensor);
    const fused = 'layers.0.self_attn.in_proj_weight';
    const told = await inspected(folder, { cacheFolder, later: [asked('tok.weight')] });
    expect(namesOf(told)).toEqual(['tok.weight']);
    await inspected(folder, { cacheFolder, later: [asked(`${fused}#Q`)] });
    expect(namesOf(await inspected(folder, { cacheFolder }))).toEqual(['tok.weight', 'Q']);
  });

  it('gives the same report without computing, until a file changes', async () => {
    const folder = folderOf({ 0: model(), 1: model() });
    const cacheFolder = mkdtempSync(join(tmpdir(), 'weight-geometry-cache-'));
    const first = await inspected(folder, { cacheFolder });
    let additions = 0;
    const again = await inspected(folder, { cacheFolder, onAddition: () => additions++ });
    expect(additions).toBe(1);
    expect(again).toEqual(first);
    expect(readdirSync(cacheFolder).some((name) => name.endsWith('.part'))).toBe(false);
    const [file] = again.checkpoints[1]!.files;
    const { cached } = await describeFile(file!.path, cacheFolder);
    expect(cached.map(({ tensor }) => tensor)).toContain('tok.weight');
    await inspected(folder, { cacheFolder, settings: { seed: 9 }, onAddition: () => additions++ });
    expect(additions).toBeGreaterThan(2);
  });
});

describe('cancelling', () => {
  it('ends with the error "cancelled"', async () => {
    const control = new AbortController();
    const settings = v.parse(inspectSettingsSchema, {});
    const running = inspect(
      { path: folderOf({ 0: model(), 1: model() }), settings },
      { signal: control.signal, onAddition: ({ spectra }) => spectra && control.abort() },
    );
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });
});
