import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report, SpectrumEntry } from '../../../extension/contract/report.js';
import { inspectSettingsSchema } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { longSeries, longSeriesIsHere } from '../references.js';

interface ExpectedSpectrum {
  readonly singular_values: readonly number[];
  readonly spectral_norm: number;
  readonly frobenius_norm: number;
  readonly nuclear_norm: number;
  readonly stable_rank: number;
  readonly effective_rank_entropy: number;
  readonly rank_at_90_percent_energy: number;
  readonly rank_at_99_percent_energy: number;
}
interface Expected {
  readonly spectra_final: Record<string, ExpectedSpectrum>;
  readonly spectra_delta_final: Record<string, ExpectedSpectrum>;
  readonly trajectory_centred: Record<string, readonly number[]>;
  readonly trajectory_uncentred_all: readonly number[];
}

/** Everything but the spectra of earlier checkpoints: stopped once trajectories and reconstructions are there. */
const inspected = async (): Promise<Report> => {
  const store = new ReportStore();
  const control = new AbortController();
  const settings = v.parse(inspectSettingsSchema, { shuffleDraws: 1 });
  const isEnough = (): boolean => {
    const report = store.report();
    return report?.reconstructions.length === 8 && report.spectra.some(({ step }) => step === 0);
  };
  const running = inspect(
    { path: longSeries, settings },
    {
      signal: control.signal,
      onAddition: (addition) => {
        store.add(addition);
        if (isEnough()) control.abort();
      },
    },
  );
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  return store.report()!;
};

describe.runIf(longSeriesIsHere)("PyTorch's series against LAPACK", () => {
  let expected: Expected;
  let report: Report;
  beforeAll(async () => {
    expected = JSON.parse(readFileSync(join(longSeries, 'expected.json'), 'utf8')) as Expected;
    report = await inspected();
  }, 600_000);

  const groupOf = (short: string): string => `layer${short}`;
  const spectrumOf = (group: string, of: SpectrumEntry['of']): SpectrumEntry => {
    const tensor = report.tensors.find((entry) => entry.group === group)!;
    return report.spectra.find(
      (s) => s.step === 3500 && s.of === of && s.tensor === tensor.name && s.part === tensor.part,
    )!;
  };
  const isNear = (actual: number, wanted: number, relative: number): void =>
    expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(relative * Math.abs(wanted));
  const compare = (found: SpectrumEntry, wanted: ExpectedSpectrum): void => {
    expect(found.singularValues).toHaveLength(wanted.singular_values.length);
    found.singularValues.forEach((value, i) => {
      expect(Math.abs(value - wanted.singular_values[i]!)).toBeLessThan(1e-9 * wanted.spectral_norm);
    });
    isNear(found.spectralNorm, wanted.spectral_norm, 1e-7);
    isNear(found.frobeniusNorm, wanted.frobenius_norm, 1e-7);
    isNear(found.nuclearNorm!, wanted.nuclear_norm, 1e-7);
    isNear(found.stableRank!, wanted.stable_rank, 1e-7);
    isNear(found.effectiveRank!, wanted.effective_rank_entropy, 1e-7);
    expect([found.rank90, found.rank99]).toEqual([
      wanted.rank_at_90_percent_energy,
      wanted.rank_at_99_percent_energy,
    ]);
  };

  it('has 36 checkpoints, and says the model', () => {
    expect(report.checkpoints.map(({ step }) => step)).toEqual(Array.from({ length: 36 }, (_, i) => 100 * i));
    expect(report.source.descriptor).toMatchObject({
      origin: 'file',
      value: { model: { prime: 97, heads: 4 } },
    });
    expect(report.source.parameters).toBe(290_401);
  });

  it('has the final spectra of weights', () => {
    const names = Object.entries(expected.spectra_final);
    expect(names).toHaveLength(10);
    for (const [tensor, wanted] of names) {
      compare(
        report.spectra.find((s) => s.step === 3500 && s.of === 'weights' && s.tensor === tensor && !s.part)!,
        wanted,
      );
    }
  });

  it('has the final spectra of changes, part by part', () => {
    for (const [short, wanted] of Object.entries(expected.spectra_delta_final)) {
      compare(spectrumOf(groupOf(short), 'change'), wanted);
    }
  });

  it('explains the trajectories by the same fractions', () => {
    const explained = (group: string, centred: boolean): readonly number[] =>
      report.trajectories.find((entry) => entry.group === group && entry.centred === centred)!.explained;
    const compareFractions = (found: readonly number[], wanted: readonly number[]): void =>
      wanted.forEach((share, i) => expect(Math.abs(found[i]! - share)).toBeLessThan(1e-6));
    compareFractions(explained('all', false), expected.trajectory_uncentred_all);
    for (const [short, wanted] of Object.entries(expected.trajectory_centred)) {
      compareFractions(explained(groupOf(short), true), wanted);
    }
  });

  it('has a null below the explained share of each attention matrix (2602.16746)', () => {
    for (const short of Object.keys(expected.trajectory_centred)) {
      const entry = report.trajectories.find(({ group, centred }) => group === groupOf(short) && centred)!;
      expect(entry.null.draws).toBe(20);
      expect(entry.explained[0]!).toBeGreaterThan(entry.null.q95[0]!);
      // PAPERS.md section 3.1: a matched-step random walk holds 49 percent.
      expect(entry.null.mean[0]!).toBeCloseTo(0.49, 1);
    }
  });

  it('rebuilds with the twelve matrices of the trunk', () => {
    const joint = report.reconstructions.find(({ method, of }) => method === 'joint-svd' && of === 'change')!;
    expect(joint.points.map(({ rank }) => rank)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(joint.matrices).toContain('layer1.FF2');
    const perMatrix = report.reconstructions.find(
      ({ method, of }) => method === 'per-matrix-svd' && of === 'change',
    )!;
    expect(perMatrix.points.at(-1)).toMatchObject({ rank: 128, energy: 1 });
    // 2602.18649: rank 50 of 128 keeps most of the energy.
    expect(perMatrix.points.find(({ rank }) => rank === 64)!.energy).toBeGreaterThan(0.8);
    const trajectory = report.reconstructions.find(
      ({ method, of }) => method === 'trajectory-pca' && of === 'change',
    )!;
    // PAPERS.md section 2: relative error 0.02 at five components.
    expect(trajectory.points[4]!.relativeError).toBeCloseTo(0.02, 1);
  });
});
