import { describe, expect, it } from 'vitest';
import type { MatrixMetrics } from '../../../extension/contract/optimiser.js';
import type { Metrics, RunFile } from '../../../extension/contract/run.js';
import { presets } from '../../../extension/engine/training/presets.js';
import { parseRunConfig } from '../../../extension/engine/training/runConfig.js';
import {
  alongFigure,
  mirrorFigure,
  partsFigure,
  rankFigure,
  valuesFigure,
  type LiveRun,
} from '../../../webview/parts/liveMatrices/figures.js';
import { alongSays, mirrorSays, partsSay, rankSays } from '../../../webview/parts/liveMatrices/sentences.js';
import {
  allMatrices,
  expectedCosine,
  moduleOf,
  orderOf,
} from '../../../webview/parts/liveMatrices/series.js';

const preset = presets.find(({ name }) => name === '2606.04405-lrd')!;
const config = parseRunConfig(preset.config, preset.name);
const run: RunFile = {
  schema: 'weight-geometry/run@1',
  ...{ config, model: config.model, data: config.data },
  provider: { name: 'cpu', tf32: false, passedOver: [] },
  ...{ versions: {}, status: 'finished', lastStep: 80, grokStep: 40 },
};

const matrix = (stableRank: number, cosine: number): MatrixMetrics => ({
  ...{ spectralNorm: 2, frobeniusNorm: 3, nuclearNorm: 6, smallest: 0.5, stableRank, effectiveRank: 20 },
  ...{ polarRadial: 2, polarTangential: 5, gradientCosine: cosine },
  ...{ gradientRadial: 3 * cosine, gradientTangential: 3, updateRadial: -0.3, updateTangential: 0.4 },
  ...{ decayRadial: 0.01, decayTangential: 0, singularValues: [2, 1, 0.5], numbers: 16384 },
  shuffled: { spectralNorm: 1, polarRadial: 9, stableRank: 33, effectiveRank: 90 },
});
const line = (step: number, rank: number, test: number): Metrics => ({
  ...{ step, trainAccuracy: { add: 1 }, testAccuracy: { add: test } },
  ...{ testAccuracyMirrored: { add: 1 }, testAccuracyUnmirrored: { add: test / 2 } },
  matrices: {
    'blocks.0.wq.weight': matrix(rank - 1, 1e-9),
    'blocks.1.wq.weight': matrix(rank + 1, -3e-9),
    'blocks.0.w1.weight': matrix(rank, 0.2),
  },
});
const lines = [line(0, 32, 0.01), line(20, 16, 0.4), line(40, 6, 0.96), line(80, 3, 1)];
const live: LiveRun = { run, lines, matrix: allMatrices };
const scales = { values: 'log' } as const;

describe('the order of rank collapse and generalisation', () => {
  it('has the steps of both and the ranks at twice the step', () => {
    expect(orderOf(lines, allMatrices)).toEqual({
      ...{ first: 32, collapsed: { step: 20, rank: 16 }, generalised: { step: 40, rank: 6 } },
      ...{ twice: { step: 80, rank: 3 }, last: { step: 80, rank: 3 } },
    });
    expect(orderOf(lines.slice(0, 2), 'blocks.0.wq.weight')).toEqual({
      ...{ first: 31, collapsed: { step: 20, rank: 15 }, last: { step: 20, rank: 15 } },
    });
    expect(orderOf([{ step: 0 }], allMatrices)).toBeUndefined();
  });

  it('is said with the null beside it', () => {
    const says = rankSays(live);
    for (const part of ['from 32 to half (16) at step 20', 'at step 40', 'by 20 steps', 'is 3', 'have 33']) {
      expect(says).toContain(part);
    }
  });
});

describe('charts of matrices measured while a run trains', () => {
  it('hold ranks beside those of shuffled entries', () => {
    const figure = rankFigure(live, scales)!;
    const named = (text: string) => figure.curves.find(({ name }) => name === text)!;
    expect(named('stable rank ‖W‖_F²/‖W‖₂²').y).toEqual([32, 16, 6, 3]);
    expect(named('stable rank, entries shuffled').y).toEqual([33, 33, 33, 33]);
    expect(figure.marks?.map(({ at }) => at)).toEqual([40]);
  });

  it('hold the singular values that the run keeps, else the largest and the smallest', () => {
    const names = valuesFigure(live, scales)!.curves.map(({ name }) => name);
    expect(names).toEqual(['σ1', 'σ2', 'σ3', 'largest σ, entries shuffled']);
    const without = lines.map(({ matrices, ...rest }) => ({
      ...rest,
      matrices: Object.fromEntries(
        Object.entries(matrices!).map(([name, metrics]) => [name, { ...metrics, singularValues: undefined }]),
      ),
    }));
    const ends = valuesFigure({ ...live, lines: without }, scales)!.curves;
    expect(ends.map(({ name }) => name)).toEqual(['largest σ', 'smallest σ', 'largest σ, entries shuffled']);
  });

  it('take the gradient along W by module, beside a random direction', () => {
    const { curves } = alongFigure(live, scales)!;
    expect(curves.map(({ name }) => name)).toEqual(['blocks.wq', 'blocks.w1', 'a random direction']);
    expect(curves[0]!.y[0]).toBeCloseTo(2e-9, 15);
    expect(curves[2]!.y[0]).toBeCloseTo(Math.sqrt(2 / (Math.PI * 16384)), 12);
    expect(alongSays(live)).toMatch(/blocks\.w1 0\.2.*random direction/);
    expect(moduleOf('layers.11.self_attn.in_proj_weight.Q')).toBe('layers.self_attn.in_proj_weight.Q');
  });

  it('have lengths along W and across, with a random direction of the same length', () => {
    const one = { ...live, matrix: 'blocks.0.w1.weight' };
    const { curves } = partsFigure(one, scales)!;
    const of = (name: string) => curves.find((curve) => curve.name === name)?.y[0];
    expect(of('update, along W')).toBeCloseTo(0.3, 12);
    expect(of('update of a random direction, along W')).toBeCloseTo(0.5 * expectedCosine(16384), 12);
    // L2 alone: nothing across, and a log axis has no place for it.
    expect(of('decay, across W')).toBeUndefined();
    expect(partsSay(one)).toContain('update 0.6, decay 1');
  });

  it('tell pairs with a trained mirror from the others', () => {
    const figure = mirrorFigure(live, { values: 'linear' })!;
    expect(figure.curves.length).toBe(4);
    expect(figure.marks!.map(({ at }) => at)).toEqual([1 / 97, 0.4, 40]);
    expect(mirrorSays(live)).toMatch(/100.*50.*of the others/);
    const none = lines.map(({ step, testAccuracy }) => ({ step, testAccuracy }));
    expect(mirrorFigure({ ...live, lines: none }, { values: 'linear' })!.curves.length).toBe(2);
  });
});
