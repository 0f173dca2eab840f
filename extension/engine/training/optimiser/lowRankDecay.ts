import type { LowRankDecay } from '../../../contract/optimiser.js';
import { add, div, mul, sub } from '../../graph/operators/arithmetic.js';
import { cubicNewtonSchulz, frobeniusNorms } from '../../graph/operators/newtonSchulz.js';
import type { Parameter } from '../../models/parameters.js';
import { matrixSlots } from './matrixSlots.js';
import { besideStack, mapMatrices } from './matrixStacks.js';
import type { DecayStep } from './trainingGraph.js';

/** The common settings of the rows of a graph; λ, the learning rate and the schedule are per row. */
export type LowRankShape = Pick<LowRankDecay, 'iterations' | 'frobeniusFactor' | 'matrices' | 'eps'>;

export const lowRankShape = ({ iterations, frobeniusFactor, matrices, eps }: LowRankDecay): LowRankShape => ({
  iterations,
  frobeniusFactor,
  matrices,
  eps,
});

/**
 * Low-Rank Decay (2606.04405, section 5 and Algorithm 1) as expressions: W := W − c f polar(W), polar by `iterations` of
 * the cubic Newton–Schulz, f = ‖W‖_F/(‖polar‖_F + eps) or 1, c the step's column (η λ times the schedule's factor).
 * @throws GeometryError `invalid-config` for matrices that the model does not have.
 */
export const lowRankDecayStep = (
  { frobeniusFactor, matrices, eps }: LowRankShape,
  iterations: number,
): DecayStep => ({
  columns: 1,
  apply: (weights, parameters: readonly Parameter[], [column]) =>
    mapMatrices([weights], 1, matrixSlots(parameters, matrices), ([stack]) => {
      const polar = cubicNewtonSchulz(stack!, iterations, eps);
      const strength = besideStack(column!);
      const scale = frobeniusFactor
        ? mul(div(frobeniusNorms(stack!), add(frobeniusNorms(polar), eps)), strength)
        : strength;
      return [sub(stack!, mul(polar, scale))];
    })[0]!,
});
