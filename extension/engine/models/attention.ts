import type { Tensor } from '../graph/tensor.js';
import { add, div, mul, sigmoid, sqrt } from '../graph/operators/arithmetic.js';
import { reshape } from '../graph/operators/layout.js';
import { reduceSum } from '../graph/operators/reduction.js';
import { softmax } from '../graph/operators/softmax.js';

/** Rows of [n, d] as [n, heads, d / heads], after the replica axis. */
const inHeads = (rows: Tensor, heads: number): Tensor =>
  reshape(rows, [...rows.shape.slice(0, -1), heads, rows.shape.at(-1)! / heads]);

/**
 * Attention over two tokens, for the queries of one position. A softmax of two scores is a sigmoid of their
 * difference, so it needs the differences of keys and values and the second value only: o = v₁ + σ(q·(k₀ − k₁))
 * (v₀ − v₁). A common part of the keys, such as a bias, cancels. `keyDifference` includes the scale
 * 1/√(d/heads). All are [n, d].
 */
export const attendTwo = (
  queries: Tensor,
  keyDifference: Tensor,
  valueDifference: Tensor,
  lastValue: Tensor,
  heads: number,
): Tensor => {
  const scores = reduceSum(mul(inHeads(queries, heads), inHeads(keyDifference, heads)), [-1]);
  const attended = add(mul(sigmoid(scores), inHeads(valueDifference, heads)), inHeads(lastValue, heads));
  return reshape(attended, queries.shape);
};

/** Divides each head's part of a row by its length plus eps (2606.04405's code: no gain). */
export const normaliseHeads = (rows: Tensor, heads: number, eps: number): Tensor => {
  const [count, d] = rows.shape.slice(-2) as [number, number];
  const split = reshape(rows, [...rows.shape.slice(0, -2), count, heads, d / heads]);
  const length = sqrt(reduceSum(mul(split, split), [-1]));
  return reshape(div(split, add(length, eps)), rows.shape);
};

/**
 * Attention over any number of tokens, without a mask.
 * @param queries [queryPositions · n, d]; keys and values [positions · n, d], position by position.
 */
export const attend = (
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  { positions, heads, scale }: { readonly positions: number; readonly heads: number; readonly scale: number },
): Tensor => {
  const lead = queries.shape.slice(0, -2);
  const [rows, d] = queries.shape.slice(-2) as [number, number];
  const n = keys.shape.at(-2)! / positions;
  const side = d / heads;
  const axis = lead.length + 1;
  const q = reshape(queries, [...lead, rows / n, 1, n, heads, side]);
  const k = reshape(keys, [...lead, 1, positions, n, heads, side]);
  const v = reshape(values, [...lead, 1, positions, n, heads, side]);
  const weights = softmax(mul(reduceSum(mul(q, k), [-1]), scale), axis);
  return reshape(reduceSum(mul(weights, v), [axis]), queries.shape);
};
