import type { StepAngles } from '../../contract/report.js';
import { meanCosineAngle } from '../../contract/statistics/meanCosineAngle.js';
import type { Matrix } from '../linalg/matrix.js';
import { shuffledEntries, type Seeds } from '../linalg/shuffledEntries.js';
import { significant } from './quantiles.js';

/** W plus the entries of the change W′ − W in another order: a step of the same size that knows nothing of W. */
export const randomlyMoved = (before: Matrix, after: Matrix, ...seeds: Seeds): Matrix => {
  const change = new Float64Array(before.data.length);
  for (let i = 0; i < change.length; i++) change[i] = after.data[i]! - before.data[i]!;
  const { data } = shuffledEntries({ ...before, data: change }, ...seeds);
  for (let i = 0; i < data.length; i++) data[i]! += before.data[i]!;
  return { ...before, data };
};

interface Turned {
  readonly left: readonly number[];
  readonly right: readonly number[];
}

/** Principal angles of several draws, each with as many (radians, ascending), as one set and its range. */
export const stepAnglesOf = (draws: readonly Turned[]): StepAngles => {
  const left = draws.map((draw) => draw.left);
  const right = draws.map((draw) => draw.right);
  return {
    draws: draws.length,
    left: pooled(left),
    right: pooled(right),
    leftRange: rangeOf(left),
    rightRange: rangeOf(right),
  };
};

const pooled = (draws: readonly (readonly number[])[]): number[] =>
  (draws[0] ?? []).map((_, i) => significant(meanCosineAngle(draws.map((draw) => draw[i]!))));

const rangeOf = (draws: readonly (readonly number[])[]): [number, number] => {
  const angles = draws.map(meanCosineAngle);
  return [significant(Math.min(...angles)), significant(Math.max(...angles))];
};
