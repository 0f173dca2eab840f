import { describe, expect, it } from 'vitest';
import type {
  DefectEntry,
  OnsetEntry,
  Report,
  UpdateSpectrumEntry,
} from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { defectFigure, defectSays, onsetFigureSays } from '../../../webview/pages/dynamics/defect.js';
import {
  gapFigure,
  kStarFigure,
  kStarSays,
  ratioSays,
  windowKinds,
} from '../../../webview/pages/dynamics/updates.js';

const scales = { values: 'log' } as const;

const defectAt = (step: number, defect: number): DefectEntry => ({
  step,
  precision: 'float64',
  eta: 1e-3,
  median: defect,
  samples: [defect / 2, defect, defect * 2].map((value) => ({
    gradientA: 1,
    gradientB: 1,
    delta: value * 1e-6,
    defect: value,
    lossA: 1,
    lossB: 1,
    capturedRandom: [],
  })),
});

const rule = (threshold: number, step?: number): OnsetEntry => ({
  precision: 'float64',
  measure: 'defect',
  every: 1,
  threshold,
  factor: 10,
  baseline: 3,
  growth: 40,
  ...(step === undefined ? {} : { step }),
  grokStep: 3000,
  ...(step === undefined ? {} : { lead: 3000 - step }),
});

const reportOf = (addition: Parameters<ReportStore['add']>[0]): Report => {
  const store = new ReportStore();
  store.add({
    header: {
      schema: 'weight-geometry/report@1',
      created: '2026-01-01T00:00:00Z',
      source: { path: '/runs/add', name: 'add', kind: 'series' },
      settings: {},
      versions: {},
    } as never,
    ...addition,
  });
  return store.report()!;
};

describe('the commutator defect on the Dynamics page', () => {
  const defects = [1, 3, 30, 120].map((value, i) => defectAt(1000 * i, value));

  it('is drawn with the spread of its samples and the limit that the rule really has', () => {
    const figure = defectFigure(reportOf({ defects, onsets: [rule(20, 2000)] }), scales)!;
    expect(figure.curves[0]!.y).toEqual([1, 3, 30, 120]);
    expect(figure.bands![0]!.upper).toEqual([2, 6, 60, 240]);
    // Ten times the baseline is above 20 here.
    expect(figure.marks!.find(({ across }) => across === 'y')!.at).toBe(30);
    expect(figure.marks!.find(({ label }) => label.startsWith('onset'))!.at).toBe(2000);
  });

  it('says a false alarm as one, and that there is no onset where there is none', () => {
    const { grokStep, lead, ...never } = rule(20, 2000);
    expect([grokStep, lead]).toEqual([3000, 1000]);
    expect(defectSays(reportOf({ defects, onsets: [never] }))).toMatch(/false alarm/);
    expect(defectSays(reportOf({ defects, onsets: [rule(20)] }))).toMatch(/no onset/);
    expect(defectSays(reportOf({ defects, onsets: [rule(20, 2000)] }))).toMatch(
      /1,000 steps before the grok step 3,000/,
    );
  });

  it('shows how far the choice of the threshold moves the onset', () => {
    const onsets = [rule(10, 1000), rule(20, 2000), rule(40, 3000)];
    expect(onsetFigureSays(reportOf({ defects, onsets }))).toMatch(
      /from 10 to 40 .* between steps 1,000 and 3,000/,
    );
  });
});

describe('update spectra on the Dynamics page', () => {
  const windowAt = (lastStep: number, ratio12: number): UpdateSpectrumEntry => ({
    group: 'all',
    parameters: 100,
    window: 10,
    centred: false,
    lastStep,
    singularValues: [ratio12, 1],
    lengths: [1, 1],
    kStar: {},
    gapRatio: {},
    ratio12,
    nulls: {
      independent: {
        draws: 20,
        seed: 1,
        mean: [1, 1],
        q05: [1, 1],
        q95: [1, 1],
        ratio12: { mean: 1.1, q05: 1, q95: 1.2 },
      },
    },
  });

  it('stand beside independent updates, and windows beyond them are counted', () => {
    const report = reportOf({ updateSpectra: [windowAt(1000, 1.15), windowAt(2000, 3)] });
    const [kind] = windowKinds(report);
    const figure = gapFigure(report, kind!, 'ratio12', { values: 'linear' })!;
    expect(figure.curves.map(({ y }) => y)).toEqual([
      [1.15, 3],
      [1.1, 1.1],
    ]);
    expect(ratioSays(report, kind!)).toMatch(/in 1 of 2 windows; at step 2,000 it is 3, theirs 1.1/);
  });

  it('break where independent updates break, or not, and it is said in how many windows', () => {
    const withEdge = (lastStep: number, weighted: number): UpdateSpectrumEntry => {
      const entry = windowAt(lastStep, 2);
      const { independent } = entry.nulls;
      const kStar = { weighted: { mean: 1.5, q05: 1, q95: 3 } };
      return { ...entry, kStar: { weighted }, nulls: { independent: { ...independent, kStar } } };
    };
    const report = reportOf({ updateSpectra: [withEdge(1000, 2), withEdge(2000, 9)] });
    const [kind] = windowKinds(report);
    expect(kStarSays(report, kind!)).toMatch(
      /in 1 of 2 windows; at step 2,000 it is 9, theirs 1.5 on average \(1 to 3\)/,
    );
    const { curves, bands } = kStarFigure(report, kind!, { values: 'linear' })!;
    expect(curves.at(-1)!.y).toEqual([1.5, 1.5]);
    expect(bands).toHaveLength(1);
    // A report of an earlier version has no such draws.
    const before = reportOf({ updateSpectra: [windowAt(1000, 2)] });
    expect(kStarSays(before, kind!)).not.toContain('windows;');
  });
});
