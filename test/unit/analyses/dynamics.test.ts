import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../extension/contract/report.js';
import { expectClose } from '../geometry/oracle.js';
import { inspectedByCommand } from './inspectedByCommand.js';

const sample = resolve(import.meta.dirname, '../../../media/sample-series');

describe('inspect --analyses defect,edge,modes of the sample series', () => {
  let report: Report;
  beforeAll(async () => {
    report = await inspectedByCommand(
      sample,
      '--analyses',
      'defect,edge,modes',
      '--every',
      '6',
      '--precision',
      'both',
    );
  }, 300_000);

  it('measures the defect in both precisions beside random bases', () => {
    const steps = report.checkpoints.map(({ step }) => step).filter((_, i) => i % 6 === 0);
    for (const precision of ['float64', 'float32']) {
      const entries = report.defects.filter((entry) => entry.precision === precision);
      expect(entries.map(({ step }) => step)).toEqual(steps);
      for (const { samples, median, basisDimension, expectedCapture } of entries) {
        expect(samples).toHaveLength(5);
        const ascending = samples.map(({ defect }) => defect).sort((a, b) => a - b);
        expect(median).toBe(ascending[2]);
        for (const { gradientA, gradientB, delta, defect, captured, rho, capturedRandom } of samples) {
          expectClose(defect, delta / (1e-6 * gradientA * gradientB + 1e-12), 'D', 1e-9);
          expect(captured! ** 2 + rho! ** 2).toBeCloseTo(1, 9);
          expect(capturedRandom).toHaveLength(5);
          for (const share of capturedRandom) expect(share / expectedCapture!).toBeLessThan(2);
        }
        expect(basisDimension! % 8).toBe(0);
      }
    }
  });

  it('holds the finite steps beside their leading order, which they have at the first checkpoint', () => {
    const checked = report.defects.filter(({ hessianForm }) => hessianForm !== undefined);
    expect(checked.length).toBeGreaterThanOrEqual(2);
    const [{ hessianForm, samples }] = checked as [(typeof checked)[number]];
    expect(hessianForm!.difference).toBeLessThan(0.01);
    expectClose(hessianForm!.delta, samples[0]!.delta, 'leading order', 0.01);
  });

  it('has the published rule first among the onsets, and those of other rules after it', () => {
    const [first] = report.onsets;
    expect(first).toMatchObject({
      precision: 'float64',
      measure: 'defect',
      threshold: 20,
      factor: 10,
      every: 1,
    });
    const thresholds = new Set(report.onsets.map(({ threshold }) => threshold));
    expect([...thresholds].sort((a, b) => a - b)).toEqual([0, 10, 15, 20, 30, 40]);
    for (const { step, grokStep, lead } of report.onsets) {
      expect(lead).toBe(step === undefined || grokStep === undefined ? undefined : grokStep - step);
    }
  });

  it('tells accuracies of mirrored and unmirrored test pairs apart', () => {
    const last = report.checkpoints.at(-1)!.step;
    const at = (pairs: string) =>
      report.accuracies.find((entry) => entry.step === last && entry.pairs === pairs)!;
    expect(at('mirrored').count + at('unmirrored').count).toBe(at('test').count);
    const { test } = { test: at('test').accuracy.add! };
    const together =
      at('mirrored').accuracy.add! * at('mirrored').count +
      at('unmirrored').accuracy.add! * at('unmirrored').count;
    expect(together / at('test').count).toBeCloseTo(test, 10);
    expect(at('train').accuracy.add).toBeGreaterThan(0.9);
  });

  it('holds update spectra of every group beside independent updates of the same lengths', () => {
    const groups = new Set(report.updateSpectra.map(({ group }) => group));
    expect(groups).toContain('all');
    expect(groups).toContain('attention');
    expect(groups).toContain('layer0.Q');
    for (const entry of report.updateSpectra) {
      const { window, centred, singularValues, lengths, nulls, group } = entry;
      expect(singularValues).toHaveLength(centred ? window - 1 : window);
      expect(lengths).toHaveLength(window);
      if (!centred) {
        const squares = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);
        expectClose(squares(singularValues), squares(lengths), `${group}: sums of squares`, 1e-9);
        expectClose(squares(nulls.independent.mean), squares(lengths), 'of the null', 1e-2);
      }
      for (const share of nulls.decay!.shares) expect(share).toBeLessThanOrEqual(1 + 1e-9);
    }
    const decline = report.gapDeclines.find(
      ({ group, gap }) => group === 'attention' && gap === 'g23Squared',
    )!;
    expect(decline.factor).toBeGreaterThan(0);
    expect(decline.independent.factor).toBeGreaterThan(0);
  });

  it('holds modes beside permutations, random directions, radial ones and ridge held out', () => {
    const names = new Set(report.modes.map(({ direction }) => direction));
    for (const name of ['v1', 'v8', 'v1+v2', 'v1-radial', 'radial', 'random101', 'random116']) {
      expect(names).toContain(name);
    }
    const radial = (name: string): number => report.modes.find(({ direction }) => direction === name)!.radial;
    expect(radial('radial')).toBeCloseTo(1, 10);
    expect(radial('v1-radial')).toBeCloseTo(0, 10);
    const v1 = report.modes.find(({ direction, sign }) => direction === 'v1' && sign === 1)!;
    expect(v1.bases['a+b']!.permutations!.draws).toBe(200);
    expect(v1.bases['a+b']!.means).toHaveLength(53);
    const [nulls] = report.modeNulls;
    expect(nulls!.bases['a+b']!.random.draws).toBe(16);
    expect(nulls!.bases['a+b']!.bins).toBe(26);
    for (const { inSample, heldOut } of report.modeRidge) expect(heldOut).toBeLessThan(inSample);
    for (const { cells, values, peaks } of report.modeMaps) {
      expect(cells).toEqual([...cells].sort((a, b) => a - b));
      expect(values).toHaveLength(cells.length);
      expect(peaks.length).toBeGreaterThan(0);
    }
  });

  it('holds the path of each attention matrix beside random walks and decay', () => {
    expect(report.pathShares.length).toBeGreaterThan(0);
    for (const { share, nulls, matrix } of report.pathShares) {
      const { randomWalk, decay } = nulls;
      expect(decay, matrix).toBeDefined();
      for (const { mean, sd, q05, q95, z } of [randomWalk, decay!]) {
        expect(q05).toBeLessThanOrEqual(mean);
        expect(q95).toBeGreaterThanOrEqual(mean);
        if (z !== undefined) expect(z).toBeCloseTo((share - mean) / sd, 6);
      }
    }
  });

  it('says which step has no checkpoint', async () => {
    await expect(inspectedByCommand(sample, '--analyses', 'modes', '--step', '7')).rejects.toThrow(
      /no checkpoint of step 7/,
    );
  }, 120_000);
});
