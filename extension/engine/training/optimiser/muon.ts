import type { Muon } from '../../../contract/optimiser.js';
import type { Tensor } from '../../graph/tensor.js';
import { add, mul, sub } from '../../graph/operators/arithmetic.js';
import { quinticNewtonSchulz } from '../../graph/operators/newtonSchulz.js';
import type { MatrixSlot } from './matrixSlots.js';
import { besideStack, mapMatrices } from './matrixStacks.js';

/** The common settings of the rows of a graph; learning rates are per row. */
export type MuonShape = Omit<Muon, 'learningRate'>;

export const muonShape = ({ momentum, nesterov, iterations, adjust, matrices, eps }: Muon): MuonShape => ({
  momentum,
  nesterov,
  iterations,
  adjust,
  matrices,
  eps,
});

/** How the learning rate depends on a matrix's shape, as in `torch.optim.Muon`. */
const adjustments: Readonly<Record<Muon['adjust'], (rows: number, columns: number) => number>> = {
  original: (rows, columns) => Math.sqrt(Math.max(1, rows / columns)),
  match_rms_adamw: (rows, columns) => 0.2 * Math.sqrt(Math.max(rows, columns)),
};

export interface MuonState {
  readonly parameters: Tensor;
  /** The momentum, in AdamW's slot of the first moment. */
  readonly firstMoment: Tensor;
}

export interface MuonNumbers {
  /** Learning rate, and 1 − learning rate · weight decay: [1], or [replicas, 1]. */
  readonly rate: Tensor;
  readonly keep: Tensor;
}

/**
 * Replaces AdamW's step by Muon's for the chosen matrices (`torch.optim.Muon`: decoupled decay, Nesterov
 * momentum, Newton–Schulz). Newton–Schulz runs in the run's own type here; PyTorch's runs in bfloat16.
 * @param before rows before the step; `stepped` after AdamW's; `gradient` is already clipped.
 */
export const muonStep = (
  { momentum, nesterov, iterations, adjust, eps }: MuonShape,
  slots: readonly MatrixSlot[],
  before: MuonState,
  stepped: MuonState,
  gradient: Tensor,
  { rate, keep }: MuonNumbers,
): MuonState => {
  const [parameters, firstMoment] = mapMatrices(
    [stepped.parameters, stepped.firstMoment, before.parameters, before.firstMoment, gradient],
    2,
    slots,
    (stacks) => {
      const [, , weights, buffer, slope] = stacks as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const towards = mul(slope, 1 - momentum);
      const moved = add(mul(buffer, momentum), towards);
      const update = nesterov ? add(towards, mul(moved, momentum)) : moved;
      const [rows, columns] = weights.shape.slice(-2) as [number, number];
      const scale = mul(besideStack(rate), adjustments[adjust](rows, columns));
      const step = mul(quinticNewtonSchulz(update, iterations, eps), scale);
      return [sub(mul(weights, besideStack(keep)), step), moved];
    },
  ) as readonly [Tensor, Tensor];
  return { parameters, firstMoment };
};
