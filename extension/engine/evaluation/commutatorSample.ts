import {
  commutator,
  defectOf,
  leadingCommutator,
  lengthOf,
  stepped,
  type Defect,
} from '../geometry/curvature/commutatorDefect.js';
import type { Batch, ModelSession, Row } from './modelSession.js';

/** One sample of the commutator defect: two batches, two orders. */
export interface CommutatorSample extends Defect {
  /** θ_AB − θ_BA. */
  readonly commutator: Float64Array;
  /** Sums over tasks of the mean cross-entropy at θ. */
  readonly lossA: number;
  readonly lossB: number;
}

/** Finite steps need only gradients at a row of weights. */
type Gradients = Pick<ModelSession, 'gradient'>;

/** Pairs of batches, as indices of training pairs. */
export type BatchPair = readonly [Batch, Batch];

/**
 * The defect of one pair of batches at a row of weights in float64. δ is computed from differences of four
 * gradients, because next to θ it is only 1e-8 of its size.
 */
export const commutatorSample = async (
  session: Gradients,
  theta: Float64Array,
  [batchA, batchB]: BatchPair,
  eta: number,
): Promise<CommutatorSample> => {
  const a = await session.gradient(theta, batchA);
  const b = await session.gradient(theta, batchB);
  const { gradient: bAfterA } = await session.gradient(stepped(theta, a.gradient, eta), batchB);
  const { gradient: aAfterB } = await session.gradient(stepped(theta, b.gradient, eta), batchA);
  const delta = commutator({ a: a.gradient, b: b.gradient, bAfterA, aAfterB }, eta);
  return sampleOf(delta, a, b, eta);
};

/**
 * The same as the paper's code computes it: weights, gradients and steps in float32. δ is a difference of two
 * points of length 20 that are 1e-7 apart, so where gradients are small it is rounding error (3.2's trap).
 */
export const roundedCommutatorSample = async (
  session: Gradients,
  theta: Float32Array,
  [batchA, batchB]: BatchPair,
  eta: number,
): Promise<CommutatorSample> => {
  const a = await session.gradient(theta, batchA);
  const b = await session.gradient(theta, batchB);
  const second = async (first: Float32Array, batch: Batch): Promise<Float32Array> =>
    stepped(first, (await session.gradient(first, batch)).gradient, eta);
  const aThenB = await second(stepped(theta, a.gradient, eta), batchB);
  const bThenA = await second(stepped(theta, b.gradient, eta), batchA);
  const delta = new Float64Array(aThenB.length);
  for (let i = 0; i < delta.length; i++) delta[i] = Math.fround(aThenB[i]! - bThenA[i]!);
  return sampleOf(delta, a, b, eta);
};

/** One sample at a row of weights, in the requested precision. */
export const sampleAt = (
  session: Gradients,
  row: Row,
  pair: BatchPair,
  { precision, eta }: { readonly precision: 'float64' | 'float32'; readonly eta: number },
): Promise<CommutatorSample> =>
  precision === 'float64'
    ? commutatorSample(session, row instanceof Float64Array ? row : Float64Array.from(row), pair, eta)
    : roundedCommutatorSample(session, Float32Array.from(row), pair, eta);

/**
 * δ to leading order from two Hessian-vector products: a check of the defect that is independent of the step
 * size.
 */
export const leadingSample = async (
  session: ModelSession,
  theta: Row,
  [batchA, batchB]: BatchPair,
  eta: number,
): Promise<CommutatorSample> => {
  const a = await session.gradient(theta, batchA);
  const b = await session.gradient(theta, batchB);
  const hessianBOnA = await session.hessianTimes(theta, a.gradient, batchB);
  const hessianAOnB = await session.hessianTimes(theta, b.gradient, batchA);
  return sampleOf(leadingCommutator({ hessianBOnA, hessianAOnB }, eta), a, b, eta);
};

interface GradientOfBatch {
  readonly gradient: Float64Array;
  readonly losses: Float64Array;
}

const sampleOf = (
  delta: Float64Array,
  a: GradientOfBatch,
  b: GradientOfBatch,
  eta: number,
): CommutatorSample => ({
  ...defectOf(lengthOf(a.gradient), lengthOf(b.gradient), lengthOf(delta), eta),
  commutator: delta,
  lossA: a.losses.reduce((sum, loss) => sum + loss, 0),
  lossB: b.losses.reduce((sum, loss) => sum + loss, 0),
});
