import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, describe, expect, it } from 'vitest';
import {
  inspectSettingsSchema,
  type Report,
  type ReportAddition,
} from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { reportTable } from '../../../extension/text/reportTable.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { runsFigure, runsSpectrumFigure, sharedSteps } from '../../../webview/pages/runs/figure.js';
import { curvesFigure } from '../../../webview/parts/curves/figure.js';
import { overlay } from '../../../webview/charts/overlay.js';
import { explainedFigure } from '../../../webview/pages/trajectory/figure.js';
import { otherRuns } from '../../../webview/report/otherRuns.js';
import { overlaidRuns } from '../../../webview/report/overlaidRuns.js';
import { writeSafetensors, type Weights } from '../inspection/seriesFixture.js';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const random = seededRandom(3);
const name = 'layers.0.self_attn.q_proj.weight';
const weights = (rows = 5): Weights => ({
  [name]: { shape: [rows, 4], values: Array.from({ length: 4 * rows }, () => Math.fround(random.normal())) },
});

/** Folders of runs with a checkpoint for each step. */
const written = (runs: Readonly<Record<string, Readonly<Record<number, Weights>>>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
  folders.push(folder);
  for (const [run, steps] of Object.entries(runs)) {
    mkdirSync(join(folder, run));
    for (const [step, one] of Object.entries(steps))
      writeSafetensors(join(folder, run, `step_${step.padStart(4, '0')}.safetensors`), one);
  }
  return folder;
};

/** A report with the runs laid over it, kept; then what the cache has of it, where nothing is asked for. */
const cachedIn = async (cacheFolder: string, path: string, asked: boolean): Promise<Report> => {
  const store = new ReportStore();
  const settings = v.parse(inspectSettingsSchema, { shuffleDraws: 2 });
  let isFirst = asked;
  await inspect(
    { path, settings, cacheFolder },
    {
      signal: new AbortController().signal,
      onAddition: (addition) => store.add(addition),
      analyses: () => {
        const wanted = isFirst ? [{ id: 'runs' }] : [];
        isFirst = false;
        return wanted;
      },
    },
  );
  return store.report()!;
};

const inspected = async (path: string, others?: string, besides: string[] = []): Promise<Report> => {
  const store = new ReportStore();
  const settings = v.parse(inspectSettingsSchema, { shuffleDraws: 2 });
  const request = { id: 'runs', ...(others === undefined ? {} : { settings: { others } }) };
  await inspect(
    { path, settings, analyses: [...besides.map((id) => ({ id })), request] },
    { signal: new AbortController().signal, onAddition: (addition) => store.add(addition) },
  );
  return store.report()!;
};

describe('runs over each other', () => {
  it('are those that lie beside the inspected one, with the spectra that inspecting them gives', async () => {
    const folder = written({
      a: { 0: weights(), 10: weights(), 20: weights() },
      b: { 0: weights(), 10: weights() },
    });
    const report = await inspected(join(folder, 'a'));
    const alone = await inspected(join(folder, 'b'), join(folder, 'a'));
    const spectra = report.runSpectra.map(({ spectrum }) => spectrum);
    const keyOf = (entry: { step: number; of: string }) => `${entry.step} ${entry.of}`;
    expect(spectra.map(keyOf).sort()).toEqual(alone.spectra.map(keyOf).sort());
    for (const entry of alone.spectra) {
      const other = spectra.find((one) => keyOf(one) === keyOf(entry))!;
      expect(other).toEqual(entry);
    }
    const runs = overlaidRuns(report);
    expect(runs.map((run) => run.of(name, 'weights').length)).toEqual([3, 2]);
    expect(sharedSteps(runs, [name], 'weights')).toEqual([0, 10]);
    const figure = runsFigure(runs, name, 'weights', 'stableRank', 'linear')!;
    // A curve for each run, and the null of the first.
    expect(figure.curves.map(({ x }) => x.length)).toEqual([3, 2, 3]);
    const values = runsSpectrumFigure(runs, name, 'weights', 10, 'linear')!;
    expect(values.curves.map(({ y }) => y)).toEqual([
      runs[0]!.of(name, 'weights')[1]!.singularValues,
      runs[1]!.of(name, 'weights')[1]!.singularValues,
      runs[0]!.of(name, 'weights')[1]!.nulls.shuffled!.mean,
    ]);
    // Step 20 is of the first run alone.
    expect(runsSpectrumFigure(runs, name, 'weights', 20, 'linear')).toBeUndefined();
  });

  it('have the trajectories, reconstructions and updates that inspecting each gives', async () => {
    const steps = () =>
      Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((t) => [t, weights()]));
    const folder = written({ a: steps(), b: steps() });
    const report = await inspected(join(folder, 'a'), undefined, ['edge']);
    const alone = await inspected(join(folder, 'b'), join(folder, 'a'), ['edge']);
    const [other, ...more] = otherRuns(report);
    expect(more).toEqual([]);
    expect(other!.name).toBe('b');
    for (const section of ['trajectories', 'reconstructions', 'updateSpectra', 'gapDeclines'] as const) {
      expect(alone[section].length).toBeGreaterThan(0);
      expect(other!.report[section]).toEqual(alone[section]);
    }
    expect(other!.report.checkpoints.map(({ distanceFromFirst }) => distanceFromFirst)).toEqual(
      alone.checkpoints.map(({ distanceFromFirst }) => distanceFromFirst),
    );
    // Not asked for of the inspected run, so not of the other.
    expect(other!.report.matrixGaps).toEqual([]);
    const figureOf = ({ trajectories }: Report) =>
      explainedFigure(
        trajectories.find(({ group, centred }) => group === 'all' && centred)!,
        'linear',
      );
    const figure = overlay([
      { run: 'a', figure: figureOf(report) },
      { run: 'b', figure: figureOf(other!.report) },
    ])!;
    expect(figure.curves.slice(0, 2).map(({ name: run, look, y }) => [run, look.ink, y])).toEqual([
      ['a', 0, figureOf(report).curves[0]!.y],
      ['b', 1, figureOf(alone).curves[0]!.y],
    ]);
    // Nulls of the first run alone.
    const nulls = figure.curves.slice(2);
    expect(nulls.length).toBeGreaterThan(0);
    for (const shown of nulls) expect([shown.look.ink, shown.name.endsWith(', a')]).toEqual(['muted', true]);
  });

  it('are read anew once a file of another run or its metrics have changed', async () => {
    const folder = written({ a: { 0: weights(), 10: weights() }, b: { 0: weights(), 10: weights() } });
    const [own, metrics] = [join(folder, 'a'), join(folder, 'b', 'metrics.csv')];
    writeFileSync(metrics, 'step,loss\n0,1.5\n');
    const cacheFolder = join(folder, 'cache');
    const kept = async (): Promise<number> => (await cachedIn(cacheFolder, own, false)).runSpectra.length;
    const first = (await cachedIn(cacheFolder, own, true)).runSpectra.length;
    expect(first).toBeGreaterThan(0);
    expect(await kept()).toBe(first);
    writeFileSync(metrics, 'step,loss\n0,1.5\n10,1.25\n');
    expect(await kept()).toBe(0);
    await cachedIn(cacheFolder, own, true);
    expect(await kept()).toBe(first);
    writeSafetensors(join(folder, 'b', 'step_0010.safetensors'), { ...weights(), more: weights()[name]! });
    const without = await cachedIn(cacheFolder, own, false);
    expect(without.runSpectra).toEqual([]);
    expect(without.analyses).not.toContainEqual({ id: 'runs' });
    // What does not depend on the other run is there.
    expect(without.spectra.length).toBeGreaterThan(0);
  });

  it('are named beside their curves in the terminal', async () => {
    const folder = written({ a: { 0: weights() }, b: { 0: weights() } });
    for (const run of ['a', 'b']) writeFileSync(join(folder, run, 'metrics.csv'), 'step,loss\n0,0.5\n');
    const lines = reportTable(await inspected(join(folder, 'a'))).split('\n');
    expect(lines.filter((line) => /\bloss\b/.test(line)).map((line) => line.trim()[0])).toEqual(['a', 'b']);
  });

  it('have their users’ metrics over each other too, read again when one grows', async () => {
    const folder = written({ a: { 0: weights() }, b: { 0: weights() } });
    const metrics = ['a', 'b'].map((run) => join(folder, run, 'metrics.csv'));
    metrics.forEach((file, i) => writeFileSync(file, `step,loss\n0,${i}.5\n`));
    const report = await inspected(join(folder, 'a'));
    expect(report.curves.map(({ path, values }) => [path, ...values])).toEqual([
      [metrics[0], 0.5],
      [metrics[1], 1.5],
    ]);
    const figure = curvesFigure(report.curves, 0, 'linear', undefined)!;
    expect(figure.curves.map(({ name }) => name)).toEqual(['a', 'b']);
    writeFileSync(metrics[1]!, 'step,loss\n0,1.5\n10,0.25\n');
    const grown: ReportAddition[] = [];
    await inspect(
      { path: join(folder, 'a'), settings: report.settings, metricsAlone: metrics },
      { signal: new AbortController().signal, onAddition: (addition) => grown.push(addition) },
    );
    expect(grown.map((addition) => Object.keys(addition))).toEqual(grown.map(() => ['curves', 'warnings']));
    expect(grown.flatMap(({ curves = [] }) => curves).map(({ values }) => values)).toEqual([
      [0.5],
      [1.5, 0.25],
    ]);
  });

  it('of other shapes are left out with a word', async () => {
    const folder = written({ a: { 0: weights(), 10: weights() }, b: { 0: weights(7), 10: weights(7) } });
    const report = await inspected(join(folder, 'a'), join(folder, 'b'));
    expect(report.runSpectra).toEqual([]);
    expect(report.warnings.map(({ code }) => code)).toContain('run-left-out');
  });

  it('that are not there are said to be missing', async () => {
    const folder = written({ a: { 0: weights(), 10: weights() } });
    await expect(inspected(join(folder, 'a'))).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});
