import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, describe, expect, it } from 'vitest';
import {
  inspectSettingsSchema,
  type AnalysisRequest,
  type Report,
} from '../../../extension/contract/report.js';
import type { ModelDescriptor } from '../../../extension/contract/descriptor.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { buildModel } from '../../../extension/engine/models/model.js';
import { overlay } from '../../../webview/charts/overlay.js';
import { headFigure, sameHead } from '../../../webview/pages/attention/figure.js';
import { concentrationFigure, modeAt, residuesFigure, stepOf } from '../../../webview/pages/modes/figure.js';
import { otherStepsSay } from '../../../webview/pages/modes/sentences.js';
import { otherRuns } from '../../../webview/report/otherRuns.js';
import { seriesFolder, writeSafetensors, type Weights } from '../inspection/seriesFixture.js';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
  folders.push(folder);
  return folder;
};

const inspected = async (path: string, ...analyses: AnalysisRequest[]): Promise<Report> => {
  const store = new ReportStore();
  const settings = v.parse(inspectSettingsSchema, { shuffleDraws: 0 });
  await inspect(
    { path, settings, analyses },
    { signal: new AbortController().signal, onAddition: (addition) => store.add(addition) },
  );
  return store.report()!;
};

const models = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/attention/heads.json'), 'utf8'),
) as { readonly config: Record<string, unknown>; readonly tensors: Weights }[];
const [{ config, tensors }] = models as [(typeof models)[number]];
const scaled = (weights: Weights, factor: number, prefix = ''): Weights =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { shape, values }]) => [
      prefix + name,
      { shape, values: values.map((value) => Math.fround(factor * value)) },
    ]),
  );

describe('the Attention page of several runs', () => {
  const runs = (withConfig: readonly boolean[]): string => {
    const folder = newFolder();
    // The second run's names have a prefix more, which the first run's have not.
    const made = [tensors, scaled(tensors, 2, 'base_model.')];
    for (const [i, run] of ['a', 'b'].entries()) {
      mkdirSync(join(folder, run));
      writeSafetensors(join(folder, run, 'model.safetensors'), made[i]!);
      if (withConfig[i]) writeFileSync(join(folder, run, 'config.json'), JSON.stringify(config));
    }
    return folder;
  };

  it('draws the same head of each over the other, under the inspected run’s names of layers', async () => {
    const folder = runs([true, true]);
    const report = await inspected(join(folder, 'a'), { id: 'attention' }, { id: 'runs' });
    const [other] = otherRuns(report);
    expect(other!.report.attentionHeads.length).toBe(report.attentionHeads.length);
    for (const head of report.attentionHeads) {
      const same = sameHead(other!.report, head)!;
      // Twice the factors: four times the product.
      same.singularValues.forEach((value, i) =>
        expect(value / head.singularValues[0]!).toBeCloseTo(
          (4 * head.singularValues[i]!) / head.singularValues[0]!,
          5,
        ),
      );
    }
    const [shown] = report.attentionHeads;
    const figure = overlay([
      { run: 'a', figure: headFigure(shown!, 'linear') },
      { run: 'b', figure: headFigure(sameHead(other!.report, shown!)!, 'linear') },
    ])!;
    // One colour a run, and the first run's shuffled factors.
    expect(figure.curves.map(({ name, look }) => [name, look.ink])).toEqual([
      ['a', 0],
      ['b', 1],
      ['shuffled factors, mean, a', 'muted'],
    ]);
  });

  it('says of which run the heads are not known, and keeps the rest of it', async () => {
    const folder = runs([true, false]);
    const report = await inspected(join(folder, 'a'), { id: 'attention' }, { id: 'runs' });
    expect(report.attentionHeads.length).toBeGreaterThan(0);
    expect(report.runSpectra.length).toBeGreaterThan(0);
    expect(otherRuns(report).flatMap((run) => run.report.attentionHeads)).toEqual([]);
    expect(report.warnings).toContainEqual(
      expect.objectContaining({
        code: 'run-left-out',
        message: expect.stringMatching(/^b: without attention: How many heads/) as unknown,
      }),
    );
  });
});

describe('the Modes page of several runs', () => {
  const descriptor: ModelDescriptor = {
    model: {
      ...{ kind: 'encoder', prime: 11, d: 8, layers: 1, heads: 2, dFf: 16, readout: 'first' },
      ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
    },
    data: {
      tasks: ['add'],
      split: { method: 'python-random-shuffle', seed: 42, trainFraction: 0.5, firstToken: 0 },
    },
  };
  /** Weights of the model that move the more the later the step. */
  const weightsAt = (step: number): Weights => {
    const [fixed, moving] = [seededRandom(5), seededRandom(7 + step)];
    return Object.fromEntries(
      buildModel(descriptor).parameters.map(({ name, shape, elements }) => [
        name,
        {
          shape,
          values: Array.from({ length: elements }, () =>
            Math.fround(0.3 * fixed.normal() + 0.02 * moving.normal()),
          ),
        },
      ]),
    );
  };
  /** Runs of the same path up to a step each. */
  const cut = (lasts: Readonly<Record<string, number>>): string => {
    const folder = newFolder();
    for (const [run, last] of Object.entries(lasts)) {
      mkdirSync(join(folder, run));
      for (let step = 0; step <= last; step += 100)
        writeSafetensors(
          join(folder, run, `step_${String(step).padStart(4, '0')}.safetensors`),
          weightsAt(step),
        );
      writeFileSync(join(folder, run, 'weight-geometry.json'), JSON.stringify(descriptor));
    }
    return folder;
  };
  const asked: AnalysisRequest[] = [{ id: 'modes', settings: { window: 4, directions: 2 } }, { id: 'runs' }];

  it('draws concentrations and residues at one step; of a run that ended before, at its last', async () => {
    const folder = cut({ a: 500, b: 600, c: 400 });
    const report = await inspected(join(folder, 'a'), ...asked);
    const [b, c] = otherRuns(report);
    expect([b!.name, c!.name]).toEqual(['b', 'c']);
    expect([b!, c!].map(({ report: other }) => stepOf(other, 500))).toEqual([500, 400]);
    expect(otherStepsSay([b!, c!], 500)).toMatch(/\bc\b.*\b400\b/);
    expect(otherStepsSay([b!], 500)).toBe('');
    // b has the same weights at that step, so the same modes.
    expect(b!.report.modes).toEqual(report.modes);
    const alone = await inspected(join(folder, 'c'), asked[0]!);
    expect(c!.report.modes).toEqual(alone.modes);
    const reports = [report, b!.report, c!.report];
    const names = ['a', 'b', 'c'];
    const over = (figureOf: (one: Report, step: number) => ReturnType<typeof residuesFigure>) => {
      const [own, ...others] = reports.map((one, i) => ({
        run: names[i]!,
        figure: figureOf(one, stepOf(one, 500)),
      }));
      return overlay([own!, ...others], {
        keeps: ({ name }) => name !== 'empty residues filled, half frequency halved',
      })!;
    };
    const concentration = over((one, step) => concentrationFigure(one, step, 'a+b'));
    expect(concentration.curves.map(({ name, look }) => [name, look.ink])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
    const residues = over((one, step) => residuesFigure(modeAt(one, step, 'v1'), 'a+b'));
    expect(residues.curves.map(({ y }) => y)).toEqual(
      [report, b!.report, alone].map((one) => modeAt(one, stepOf(one, 500), 'v1')!.bases['a+b']!.means),
    );
  });
});

describe('principal angles of another run', () => {
  it('are those of inspecting it alone, without nulls of its own', async () => {
    const folder = newFolder();
    const name = 'layers.0.self_attn.q_proj.weight';
    let seed = 1;
    const noise = (): number => Math.fround(Math.sin((seed += 1.7) ** 2));
    const weights = (): Weights => ({
      [name]: { shape: [24, 20], values: Array.from({ length: 480 }, noise) },
    });
    for (const run of ['a', 'b']) {
      const { folder: made } = seriesFolder({ 0: weights(), 10: weights(), 20: weights() });
      folders.push(made);
      mkdirSync(join(folder, run));
      for (const step of ['0000', '0010', '0020'])
        copyFileSync(join(made, `step_${step}.safetensors`), join(folder, run, `step_${step}.safetensors`));
    }
    const report = await inspected(join(folder, 'a'), { id: 'runs' });
    const alone = await inspected(join(folder, 'b'));
    const [other] = otherRuns(report);
    const angles = ({ principalAngles }: Report) =>
      principalAngles.map(({ toStep, left, right }) => ({ toStep, left, right }));
    expect(alone.principalAngles.length).toBe(2);
    expect(angles(other!.report)).toEqual(angles(alone));
    expect(other!.report.principalAngles.every(({ ofStepSize }) => ofStepSize === undefined)).toBe(true);
  });
});
