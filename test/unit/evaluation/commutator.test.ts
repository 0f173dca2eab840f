import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  capturedNorm,
  expectedCapture,
  signSpan,
} from '../../../extension/engine/geometry/curvature/spans.js';
import { signDirection } from '../../../extension/engine/geometry/curvature/signDirections.js';
import {
  commutatorSample,
  leadingSample,
  roundedCommutatorSample,
  type BatchPair,
} from '../../../extension/engine/evaluation/commutatorSample.js';
import { openModelSession, type ModelSession } from '../../../extension/engine/evaluation/modelSession.js';
import { expectClose, oracle, oracleIsHere, oracleRows } from '../geometry/oracle.js';
import type { SeriesRows } from '../geometry/seriesRows.js';

interface Expected {
  readonly eta: number;
  readonly batches: readonly BatchPair[];
  readonly defect: readonly {
    readonly step: number;
    readonly samples: readonly Record<'lossA' | 'lossB' | 'gA' | 'gB' | 'delta' | 'D', number>[];
    readonly float32: { readonly D: readonly number[] };
  }[];
}

describe.runIf(oracleIsHere)("commutator defects of PyTorch's series", () => {
  let series: SeriesRows;
  let expected: Expected;
  let sessions: Record<'float64' | 'float32', ModelSession>;
  beforeAll(async () => {
    series = await oracleRows();
    expected = oracle('2602.16746') as Expected;
    sessions = {
      float64: openModelSession(series.descriptor, { dtype: 'float64' }),
      float32: openModelSession(series.descriptor, { dtype: 'float32' }),
    };
  }, 60_000);
  afterAll(async () => {
    await sessions.float64.dispose();
    await sessions.float32.dispose();
  });

  const at = (step: number) => ({
    row: series.rows[series.steps.indexOf(step)]!,
    measured: expected.defect.find((entry) => entry.step === step)!,
  });

  it.each([0, 1800, 3400])(
    'are those of PyTorch at step %i within 1e-6',
    async (step) => {
      const { row, measured } = at(step);
      for (const [k, pair] of expected.batches.slice(0, 2).entries()) {
        const found = await commutatorSample(sessions.float64, row, pair, expected.eta);
        const sample = measured.samples[k]!;
        expectClose(found.defect, sample.D, 'D');
        expectClose(found.gradientA, sample.gA, '|g_A|');
        expectClose(found.gradientB, sample.gB, '|g_B|');
        expectClose(found.delta, sample.delta, '|δ|');
        expectClose(found.lossA, sample.lossA, 'loss A');
        expectClose(found.lossB, sample.lossB, 'loss B');
      }
    },
    60_000,
  );

  it('tend to the Hessian-vector form as the step shrinks', async () => {
    const { row } = at(1800);
    const [pair] = expected.batches;
    const leading = await leadingSample(sessions.float64, row, pair!, expected.eta);
    const distance = async (eta: number): Promise<number> => {
      const found = await commutatorSample(sessions.float64, row, pair!, eta);
      const scale = (expected.eta / eta) ** 2;
      const apart = found.commutator.map((value, i) => scale * value - leading.commutator[i]!);
      return Math.hypot(...Array.from(apart.subarray(0, 100_000))) / leading.delta;
    };
    const [whole, half] = [await distance(expected.eta), await distance(expected.eta / 2)];
    expect(whole).toBeLessThan(0.05);
    expect(half / whole).toBeGreaterThan(0.4);
    expect(half / whole).toBeLessThan(0.6);
  }, 60_000);

  it('are rounding in float32 at the first step, ten times too large, and right where gradients are large', async () => {
    const sampled = async (step: number): Promise<[number, number, number]> => {
      const { row, measured } = at(step);
      const theta = Float32Array.from(row);
      const { defect } = await roundedCommutatorSample(
        sessions.float32,
        theta,
        expected.batches[0]!,
        expected.eta,
      );
      return [defect, measured.float32.D[0]!, measured.samples[0]!.D];
    };
    const [first, theirs, exact] = await sampled(0);
    expect(first / theirs).toBeGreaterThan(0.5);
    expect(first / theirs).toBeLessThan(2);
    expect(first / exact).toBeGreaterThan(5);
    const [later, , exactLater] = await sampled(1800);
    expect(later / exactLater).toBeCloseTo(1, 2);
  }, 60_000);

  it('refuse a batch that names a pair beyond the training pairs', async () => {
    const batch = [0, sessions.float64.pairs('train').a.length];
    await expect(sessions.float64.gradient(series.rows[0]!, batch)).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });
});

describe('random spans', () => {
  it('capture the square root of their share of the dimensions', () => {
    const [dimensions, count] = [4000, 40];
    const span = signSpan(dimensions, count, 3);
    expect(expectedCapture(count, dimensions)).toBe(0.1);
    const x = Float64Array.from({ length: dimensions }, (_, i) => Math.sin(i * i));
    expect(capturedNorm(x, span)).toBeGreaterThan(0.07);
    expect(capturedNorm(x, span)).toBeLessThan(0.13);
    expect(capturedNorm(signDirection(dimensions, 3, 7), span)).toBeCloseTo(1, 12);
    expect(capturedNorm(new Float64Array(dimensions), span)).toBeUndefined();
  });
});
