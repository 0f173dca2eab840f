import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  inspectSettingsSchema,
  type ReconstructionMethod,
  type Report,
  type SpectrumEntry,
} from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { openEvaluate } from '../../../extension/engine/evaluation/openEvaluate.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { reference } from '../references.js';

const series = resolve(import.meta.dirname, '../../../media/sample-series');

const spectrumSchema = v.object({
  singular_values: v.array(v.number()),
  spectral_norm: v.number(),
  frobenius_norm: v.number(),
  nuclear_norm: v.number(),
  stable_rank: v.number(),
  effective_rank_entropy: v.number(),
  rank_at_90_percent_energy: v.number(),
  rank_at_99_percent_energy: v.number(),
});
const accuraciesSchema = v.record(v.string(), v.number());
/** LAPACK's and PyTorch's numbers of the sample series. */
const expectedSchema = v.object({
  steps: v.array(v.number()),
  spectra_final: v.record(v.string(), spectrumSchema),
  spectra_delta_final: v.record(v.string(), spectrumSchema),
  trajectory_centred: v.record(v.string(), v.array(v.number())),
  trajectory_uncentred_all: v.array(v.number()),
  baseline_test_accuracy: v.number(),
  reconstruction: v.object({
    trajectory_pca_all_parameters: accuraciesSchema,
    per_matrix_svd_of_delta: accuraciesSchema,
    joint_svd_of_delta: accuraciesSchema,
  }),
});
const sections = {
  'trajectory-pca': 'trajectory_pca_all_parameters',
  'per-matrix-svd': 'per_matrix_svd_of_delta',
  'joint-svd': 'joint_svd_of_delta',
} as const satisfies Record<ReconstructionMethod, string>;
const ranks = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 20, 24, 28, 32];

describe('the sample series against LAPACK and PyTorch', () => {
  const expected = v.parse(expectedSchema, JSON.parse(readFileSync(reference('sample-series.json'), 'utf8')));
  let report: Report;
  beforeAll(async () => {
    const store = new ReportStore();
    await inspect(
      { path: series, settings: v.parse(inspectSettingsSchema, { shuffleDraws: 1, ranks }) },
      {
        signal: new AbortController().signal,
        evaluator: openEvaluate,
        onAddition: (addition) => store.add(addition),
      },
    );
    report = store.report()!;
  }, 300_000);

  const last = expected.steps.at(-1)!;
  const isNear = (actual: number | undefined, wanted: number): void =>
    expect(Math.abs(actual! - wanted)).toBeLessThanOrEqual(1e-7 * Math.abs(wanted));
  const compare = (found: SpectrumEntry, wanted: v.InferOutput<typeof spectrumSchema>): void => {
    expect(found.singularValues).toHaveLength(wanted.singular_values.length);
    found.singularValues.forEach((value, i) =>
      expect(Math.abs(value - wanted.singular_values[i]!)).toBeLessThan(1e-9 * wanted.spectral_norm),
    );
    isNear(found.spectralNorm, wanted.spectral_norm);
    isNear(found.frobeniusNorm, wanted.frobenius_norm);
    isNear(found.nuclearNorm, wanted.nuclear_norm);
    isNear(found.stableRank, wanted.stable_rank);
    isNear(found.effectiveRank, wanted.effective_rank_entropy);
    expect([found.rank90, found.rank99]).toEqual([
      wanted.rank_at_90_percent_energy,
      wanted.rank_at_99_percent_energy,
    ]);
  };

  it('has its steps', () => {
    expect(report.checkpoints.map(({ step }) => step)).toEqual(expected.steps);
  });

  it('has the final spectra of weights', () => {
    const named = Object.entries(expected.spectra_final);
    expect(named).toHaveLength(10);
    for (const [tensor, wanted] of named) {
      const isIt = (entry: SpectrumEntry): boolean =>
        entry.tensor === tensor && entry.part === undefined && entry.step === last && entry.of === 'weights';
      compare(report.spectra.find(isIt)!, wanted);
    }
  });

  it('has the final spectra of changes, part by part', () => {
    const named = Object.entries(expected.spectra_delta_final);
    expect(named).toHaveLength(12);
    for (const [short, wanted] of named) {
      const { name, part } = report.tensors.find(({ group }) => group === `layer${short}`)!;
      const isIt = (entry: SpectrumEntry): boolean =>
        entry.tensor === name && entry.part === part && entry.step === last && entry.of === 'change';
      compare(report.spectra.find(isIt)!, wanted);
    }
  });

  it('explains the trajectories by the same fractions', () => {
    const compareWith = (group: string, centred: boolean, wanted: readonly number[]): void => {
      const { explained } = report.trajectories.find(
        (entry) => entry.group === group && entry.centred === centred,
      )!;
      wanted.forEach((share, i) => expect(Math.abs(explained[i]! - share)).toBeLessThan(1e-9));
    };
    compareWith('all', false, expected.trajectory_uncentred_all);
    for (const [short, wanted] of Object.entries(expected.trajectory_centred))
      compareWith(`layer${short}`, true, wanted);
  });

  it.each(Object.entries(sections) as [ReconstructionMethod, (typeof sections)[ReconstructionMethod]][])(
    'has the test accuracies of %s',
    (method, section) => {
      const { points, baseline } = report.reconstructions.find(
        (entry) => entry.method === method && entry.of === 'change',
      )!;
      const ours = new Map(points.map(({ rank, testAccuracy }) => [rank, testAccuracy!.add!]));
      const theirs = Object.entries(expected.reconstruction[section]);
      expect(theirs.length).toBeGreaterThan(6);
      // One pair of 1,124 may fall to the other side where two logits are equal but for rounding.
      for (const [rank, accuracy] of theirs)
        expect(Math.abs(ours.get(Number(rank))! - accuracy), `rank ${rank}`).toBeLessThan(1.5 / 1124);
      expect(Math.abs(baseline!.testAccuracy.add! - expected.baseline_test_accuracy)).toBeLessThan(
        1.5 / 1124,
      );
    },
  );
});
