import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { dot } from '../../../extension/engine/geometry/reconstruction/vectors.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';
import { longSeries, longSeriesIsHere, reference } from '../references.js';
import { checkpointRowsOf } from './seriesRows.js';

/** The series that the oracles are of, and whether it is here. */
export const oracleSeries = longSeries;
export const oracleIsHere = longSeriesIsHere;

/** A file of numbers; its reader says what is in it. */
export const oracle = (name: string): unknown =>
  JSON.parse(readFileSync(reference('oracle', `${name}.json`), 'utf8'));

/** Equal within 1e-6 of the expected size. */
export const expectClose = (
  found: number | undefined,
  expected: number,
  what: string,
  relative = 1e-6,
): void => {
  expect(found, what).toBeDefined();
  expect(Math.abs(found! - expected), `${what}: ${found} against ${expected}`).toBeLessThanOrEqual(
    relative * Math.abs(expected),
  );
};

/** θ_t of every checkpoint in float64, in the order of the state dict. */
export const oracleRows = () => checkpointRowsOf(oracleSeries);

/** T × T inner products of x_t − x_0. */
export const gramOfChanges = (vectors: readonly Float64Array[]): Matrix => {
  const [first] = vectors;
  const changes = vectors.map((vector) => vector.map((value, i) => value - first![i]!));
  const data = new Float64Array(vectors.length ** 2);
  changes.forEach((x, i) => {
    changes.slice(0, i + 1).forEach((y, j) => {
      const product = dot(x, y);
      data[i * vectors.length + j] = data[j * vectors.length + i] = product;
    });
  });
  return { rows: vectors.length, columns: vectors.length, data };
};
