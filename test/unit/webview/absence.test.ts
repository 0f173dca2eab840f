import { describe, expect, it } from 'vitest';
import type { CheckpointEntry, SpectrumEntry, Warning } from '../../../extension/contract/report.js';
import {
  anglesAbsent,
  distanceAbsent,
  distanceOfAbsent,
  reconstructionAbsent,
  shuffledAbsent,
  spectraAbsent,
  spectrumAbsent,
  trajectoryAbsent,
  type Circumstances,
} from '../../../webview/report/absence.js';
import { indexSpectra, matricesOf } from '../../../webview/report/matrices.js';

const checkpoint = (step: number, rest: Partial<CheckpointEntry> = {}): CheckpointEntry => ({
  ...{ step, label: `step_${step}`, format: 'safetensors', files: [], distanceFromFirst: step },
  ...rest,
});
const entry = (tensor: string, step: number, exact = true): SpectrumEntry => ({
  ...{ step, tensor, of: 'weights', rows: 4, columns: 4, singularValues: [1, 1, 1, 1], method: 'test' },
  ...{ exact, errorBound: 0, spectralNorm: 1, frobeniusNorm: 2, nulls: {} },
});
const tensor = (name: string) => ({
  ...{ name, shape: [4, 4], dtype: 'float32', group: name },
  matrix: { rows: 4, columns: 4 },
});
const notFinite = (name: string, step: number): Warning => ({
  ...{ code: 'not-finite', message: '', tensor: name, step },
});

interface Given {
  readonly checkpoints?: readonly CheckpointEntry[];
  readonly warnings?: readonly Warning[];
  readonly spectra?: readonly SpectrumEntry[];
  readonly settings?: Partial<Circumstances['report']['settings']>;
  readonly running?: boolean;
  readonly error?: Circumstances['error'];
  readonly tensors?: readonly string[];
}
/** A complete inspection of two matrices, from which something is missing. */
function inspected(given: Given = {}): Circumstances {
  return {
    report: {
      analyses: [],
      checkpoints: [...(given.checkpoints ?? [checkpoint(0), checkpoint(100), checkpoint(200)])],
      warnings: [...(given.warnings ?? [])],
      settings: {
        ...{ seed: 1, shuffleDraws: 5, randomWalkDraws: 20, subspace: 8, precision: 'auto' },
        ...given.settings,
      },
    },
    matrices: matricesOf({ tensors: (given.tensors ?? ['first', 'second']).map(tensor) }),
    spectra: indexSpectra({ spectra: [...(given.spectra ?? [])] }),
    running: given.running ?? false,
    error: given.error,
  };
}
const cancelled = { code: 'cancelled', message: 'Cancelled.' } as const;
const ofSecond = (given: Given, side: 'weights' | 'change' = 'weights'): string => {
  const circumstances = inspected(given);
  return spectrumAbsent(circumstances, circumstances.matrices[1]!, side);
};

describe('what stands in place of a number', () => {
  it('is that it is being computed only while an inspection runs', () => {
    const running = { running: true };
    const reasons = (given: Given): string[] => [
      ofSecond(given),
      spectraAbsent(inspected(given), 'change'),
      trajectoryAbsent(inspected(given), 'all'),
      reconstructionAbsent(inspected(given)),
      distanceAbsent(inspected(given)),
      anglesAbsent(inspected(given), inspected(given).matrices[0]!),
    ];
    expect(new Set(reasons(running))).toEqual(new Set(['computing…']));
    for (const ended of [
      {},
      { error: cancelled },
      { error: { code: 'process-died', message: 'x' } as const },
    ]) {
      for (const reason of reasons(ended)) expect(reason).toMatch(/^not computed: \S/);
    }
  });

  it('is the cancel, or the failure, where the inspection ended by it', () => {
    expect(ofSecond({ error: cancelled })).toContain('was cancelled');
    expect(trajectoryAbsent(inspected({ error: cancelled }), 'all')).toContain('was cancelled');
    expect(reconstructionAbsent(inspected({ error: { code: 'process-died', message: 'x' } }))).toContain(
      'the inspection ended before',
    );
  });

  it('is the setting that chooses tensors, where others have a spectrum', () => {
    const given = { settings: { tensors: 'first' }, spectra: [entry('first', 200)] };
    expect(ofSecond(given)).toBe('not computed: the setting for tensors, “first”, leaves it out');
    expect(trajectoryAbsent(inspected(given), 'second')).toContain('the setting for tensors, “first”');
    expect(trajectoryAbsent(inspected(given), 'all')).not.toContain('the setting');
  });

  it('is the value that is not finite, though more is being computed', () => {
    const warnings = [notFinite('second', 200)];
    const says = 'not computed: second holds NaN, infinity or values too large to square at step 200';
    expect(ofSecond({ warnings })).toBe(says);
    expect(ofSecond({ warnings, running: true })).toBe(says);
    // Not finite at another step than the one that is shown.
    expect(ofSecond({ warnings: [notFinite('second', 100)], running: true })).toBe('computing…');
    // A change needs its first checkpoint as well.
    expect(ofSecond({ warnings: [notFinite('second', 0)] }, 'change')).toContain('at step 0');
    expect(trajectoryAbsent(inspected({ warnings }), 'all')).toBe(says);
    expect(trajectoryAbsent(inspected({ warnings }), 'first')).not.toContain('NaN');
    expect(distanceOfAbsent(inspected({ warnings }), 200)).toBe(says);
    expect(distanceOfAbsent(inspected({ warnings }), 100)).not.toContain('NaN');
  });

  it('is that there are too few checkpoints, at once', () => {
    const one = { checkpoints: [checkpoint(0)], running: true };
    for (const reason of [
      trajectoryAbsent(inspected(one), 'all'),
      reconstructionAbsent(inspected(one)),
      distanceAbsent(inspected(one)),
      spectraAbsent(inspected(one), 'change'),
    ]) {
      expect(reason).toContain('a single checkpoint has no change');
    }
    expect(spectraAbsent(inspected(one), 'weights')).toBe('computing…');
  });

  it('is what the engine says of the work that it left out', () => {
    const warnings = [
      { code: 'reconstruction-left-out', message: 'The change of the trunk is not rebuilt.' },
      { code: 'angles-left-out', message: 'Principal angles are left out.' },
    ];
    const circumstances = inspected({ warnings });
    expect(reconstructionAbsent(circumstances)).toBe(`not computed: ${warnings[0]!.message}`);
    expect(anglesAbsent(circumstances, circumstances.matrices[0]!)).toBe(
      `not computed: ${warnings[1]!.message}`,
    );
  });

  it('is that nothing changed, where all checkpoints are equal', () => {
    const checkpoints = [checkpoint(0), checkpoint(1, { distanceFromFirst: 0 })];
    expect(reconstructionAbsent(inspected({ checkpoints }))).toContain('the same weights');
    expect(distanceAbsent(inspected({ checkpoints }))).toContain('the same weights');
  });

  it('is that vectors have no spectrum, where there are no matrices', () => {
    expect(spectraAbsent(inspected({ tensors: [] }), 'weights')).toContain('vectors have no spectrum');
    expect(spectraAbsent(inspected({ tensors: [], running: true }), 'weights')).toBe('computing…');
  });

  it('is the estimate, where a null or an angle needs the whole spectrum', () => {
    const circumstances = inspected({ spectra: [entry('first', 200, false)] });
    expect(anglesAbsent(circumstances, circumstances.matrices[0]!)).toContain('is estimated');
    expect(shuffledAbsent(circumstances, { exact: false })).toContain('is estimated');
    expect(shuffledAbsent(inspected({ settings: { shuffleDraws: 0 } }), { exact: true })).toContain('is 0');
  });
});
