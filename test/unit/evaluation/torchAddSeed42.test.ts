import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { descriptorSchema, type ModelDescriptor } from '../../../extension/contract/descriptor.js';
import {
  inspectSettingsSchema,
  reconstructionSubjects,
  type ReconstructionMethod,
  type ReconstructionSubject,
  type Report,
} from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { openEvaluate } from '../../../extension/engine/evaluation/openEvaluate.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { longSeries, longSeriesIsHere } from '../references.js';

const sections = {
  'trajectory-pca': 'trajectory_pca_all_parameters',
  'per-matrix-svd': 'per_matrix_svd_of_delta',
  'joint-svd': 'joint_svd_of_delta',
} as const satisfies Record<ReconstructionMethod, string>;
type Section = (typeof sections)[ReconstructionMethod];

interface Expected {
  readonly baseline_test_accuracy: number;
  /** Rank → test accuracy. */
  readonly reconstruction: Readonly<Record<Section, Readonly<Record<string, number>>>>;
}

/** Those that PyTorch's numbers are of. */
const ranks = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 32, 48, 64, 80, 96, 112, 120, 128];

/** The reconstructions of the series with their accuracies, and nothing that comes after them. */
const inspected = async (descriptor?: { value: ModelDescriptor; path: string }): Promise<Report> => {
  const store = new ReportStore();
  const control = new AbortController();
  const isEnough = (): boolean => {
    const entries = store.report()?.reconstructions ?? [];
    return entries.length === 8 && entries.every(({ points }) => points.at(-1)?.testAccuracy !== undefined);
  };
  const running = inspect(
    {
      path: longSeries,
      settings: v.parse(inspectSettingsSchema, { shuffleDraws: 1, ranks }),
      ...(descriptor === undefined ? {} : { descriptor }),
    },
    {
      signal: control.signal,
      focus: () => 'reconstruction',
      evaluator: openEvaluate,
      onAddition: (addition) => {
        store.add(addition);
        if (isEnough()) control.abort();
      },
    },
  );
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  return store.report()!;
};

/** Rank → accuracy of one method. */
const accuraciesOf = (
  report: Report,
  method: ReconstructionMethod,
  of: ReconstructionSubject = 'change',
): Map<number, number> =>
  new Map(
    report.reconstructions
      .find((entry) => entry.method === method && entry.of === of)!
      .points.map(({ rank, testAccuracy }) => [rank, testAccuracy!.add!]),
  );

describe.runIf(longSeriesIsHere)("accuracies of PyTorch's series, reconstructed", () => {
  let expected: Expected;
  let report: Report;
  beforeAll(async () => {
    expected = JSON.parse(readFileSync(join(longSeries, 'expected.json'), 'utf8')) as Expected;
    report = await inspected();
  }, 600_000);

  it.each(Object.entries(sections) as [ReconstructionMethod, Section][])(
    'of %s are those that PyTorch measured, within .005',
    (method, section) => {
      const ours = accuraciesOf(report, method);
      const theirs = Object.entries(expected.reconstruction[section]);
      expect(theirs.length).toBeGreaterThan(6);
      for (const [rank, accuracy] of theirs) {
        expect(Math.abs(ours.get(Number(rank))! - accuracy), `rank ${rank}`).toBeLessThan(0.005);
      }
    },
  );

  it('of the change, of the final weights and of the change without decay are those of PAPERS.md, within .005', () => {
    const wanted = {
      change: [0.011, 0.013, 0.031, 0.763],
      weights: [0.328, 0.977, 0.999, 1],
      'change-without-decay': [0.353, 0.984, 0.999, 1],
    } as const;
    for (const of of reconstructionSubjects) {
      const ours = accuraciesOf(report, 'per-matrix-svd', of);
      [32, 48, 64, 96].forEach((rank, i) =>
        expect(Math.abs(ours.get(rank)! - wanted[of][i]!), `${of}, rank ${rank}`).toBeLessThan(0.005),
      );
    }
    const { decay } = report.reconstructions.find(({ of }) => of === 'change-without-decay')!;
    // AdamW at rate 1e-3 and decay 1 for 3500 steps.
    expect(decay).toMatchObject({ origin: 'record' });
    expect(decay!.kept).toBeCloseTo(0.999 ** 3500, 12);
  });

  it('stand beside the accuracy of the whole, and the descriptor that they come from', () => {
    for (const { baseline } of report.reconstructions) {
      expect(baseline?.testAccuracy.add).toBeCloseTo(expected.baseline_test_accuracy, 2);
    }
    expect(report.source.descriptor?.path).toBe(join(longSeries, 'weight-geometry.json'));
  });

  it('are others with the wrong number of heads, and say whose descriptor that was', async () => {
    const file = JSON.parse(readFileSync(join(longSeries, 'weight-geometry.json'), 'utf8')) as unknown;
    const { model, data } = v.parse(descriptorSchema, file);
    const value = { model: { ...model, heads: 1 }, data };
    const wrong = await inspected({ value, path: '/elsewhere/one-head.json' });
    const [theirs, ours] = [wrong, report].map((from) => accuraciesOf(from, 'trajectory-pca'));
    const apart = [...ours!].map(([rank, accuracy]) => Math.abs(accuracy - theirs!.get(rank)!));
    expect(Math.max(...apart)).toBeGreaterThan(0.05);
    expect(wrong.source.descriptor?.path).toBe('/elsewhere/one-head.json');
  }, 600_000);
});
