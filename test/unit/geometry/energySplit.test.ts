import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { dot } from '../../../extension/engine/geometry/reconstruction/vectors.js';
import { energySplit, independentSplit } from '../../../extension/engine/geometry/updates/energySplit.js';
import { gramWindow, updateGram } from '../../../extension/engine/geometry/updates/updateGram.js';
import { windowSpectrum } from '../../../extension/engine/geometry/updates/windowSpectrum.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';

const numbers = 4000;
const updates = 6;
const random = seededRandom(7);
const vector = (length: number): Float64Array => {
  const drawn = Float64Array.from({ length: numbers }, () => random.normal());
  const scale = length / Math.sqrt(dot(drawn, drawn));
  return drawn.map((value) => scale * value);
};

/** Weights that decay by γ and take the gradient steps given. */
const path = (gamma: number, gradient: (step: number) => Float64Array) => {
  const rows = [vector(10)];
  for (let t = 0; t < updates; t++) {
    const step = gradient(t);
    rows.push(rows[t]!.map((value, i) => gamma * value + step[i]!));
  }
  return rows;
};
const products = (rows: readonly Float64Array[]): Matrix => ({
  ...{ rows: rows.length, columns: rows.length },
  data: Float64Array.from(rows.flatMap((x) => rows.map((y) => dot(x, y)))),
});

const splitOf = async (gamma: number, centred: boolean, gradient: (step: number) => Float64Array) => {
  const weights = products(path(gamma, gradient));
  const spectrum = await windowSpectrum(gramWindow(updateGram(weights), 0, updates), centred);
  const kept = new Array<number>(updates).fill(gamma);
  const given = { weights, kept, centred };
  return {
    weights,
    ...spectrum,
    found: energySplit({ ...given, coefficients: spectrum.coefficients }),
    independent: await independentSplit(given, 2),
  };
};

describe('the energy of a leading direction', () => {
  it.each([false, true])('is that of projections on the vectors themselves, centred: %s', async (centred) => {
    const steps = Array.from({ length: updates }, (_, t) => vector(1 + t / 3));
    const rows = path(0.9, (t) => steps[t]!);
    const weights = products(rows);
    const { coefficients, singularValues } = await windowSpectrum(updateGram(weights), centred);
    const [split] = energySplit({
      ...{ weights, centred, coefficients },
      kept: new Array<number>(updates).fill(0.9),
    });
    const deltas = rows.slice(1).map((row, t) => row.map((value, i) => value - rows[t]![i]!));
    const v = new Float64Array(numbers);
    deltas.forEach((delta, i) => delta.forEach((value, j) => (v[j]! += coefficients[0]![i]! * value)));
    expect(dot(v, v)).toBeCloseTo(1, 9);
    const about = (values: number[]): number[] => {
      const mean = centred ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
      return values.map((value) => value - mean);
    };
    const g = about(steps.map((step) => dot(step, v)));
    const d = about(rows.slice(0, -1).map((row) => -0.1 * dot(row, v)));
    const square = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);
    expect(split!.gradient).toBeCloseTo(square(g) / (square(g) + square(d)), 9);
    const cross = g.reduce((sum, value, i) => sum + value * d[i]!, 0);
    expect(split!.alignment).toBeCloseTo(cross / Math.sqrt(square(g) * square(d)), 9);
    // Both parts together are the singular value.
    expect(square(g) + square(d) + 2 * cross).toBeCloseTo(singularValues[0]! ** 2, 8);
  });

  it('is all gradient without decay, and all decay without a gradient', async () => {
    const { found: alone } = await splitOf(1, false, () => vector(1));
    expect(alone[0]).toEqual({ gradient: 1, alignment: 0 });
    const { found: decaying } = await splitOf(0.9, false, () => new Float64Array(numbers));
    expect(decaying[0]!.gradient).toBeCloseTo(0, 9);
  });

  it('is that of the null where gradient steps are independent, and above it where they are parallel', async () => {
    const { found, independent } = await splitOf(0.9, false, () => vector(0.6));
    expect(found[0]!.gradient).toBeCloseTo(independent[0]!.gradient, 1);
    const fixed = vector(0.6);
    const parallel = await splitOf(0.999, false, () => fixed);
    expect(parallel.found[0]!.gradient).toBeGreaterThan(0.99);
  });
});
