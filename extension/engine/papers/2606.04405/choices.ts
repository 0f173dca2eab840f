import type { Grid } from '../../runs/grid.js';
import type { PaperFlag } from '../paper.js';

/** Where the paper leaves a choice. */
export interface Choices {
  /** `unordered`: (a, b) and (b, a) are on one side of the split, so that memory answers no test pair. */
  readonly split: 'ordered' | 'unordered';
  /** Pairs per step. */
  readonly batch: number | 'full';
}

/** The first value named is the default. */
export const choiceFlags: readonly PaperFlag[] = [
  {
    name: 'split',
    value: 'ordered|unordered',
    help: 'pairs are split one by one (default: the paper), or with their mirrors, which memory cannot answer',
    accepts: /^(ordered|unordered)$/,
  },
  {
    name: 'batch',
    value: '512|full',
    help: "pairs per step: drawn with replacement (default: the authors' first code), or all",
    accepts: /^([1-9]\d*|full)$/,
  },
];

/** @param options accepted by the flags. */
export const choicesOf = ({
  split,
  batch = '512',
}: Readonly<Record<string, string | undefined>>): Choices => ({
  split: split === 'unordered' ? 'unordered' : 'ordered',
  batch: batch === 'full' ? 'full' : Number(batch),
});

export const sayChoices = ({ base, seeds }: Grid): string[] => [
  `Low-Rank Decay of attention and MLP after the optimiser's step, W := W − η λ f P, f = ‖W‖_F/(‖P‖_F + 1e-7), P by 30 iterations of the cubic Newton–Schulz (section 5); its Algorithm 1 and section 6.3 leave f out. So a step shrinks a matrix by the share η λ of its Frobenius norm, as L2 does: both have one axis.`,
  `Learning rate and λ are searched together for each regulariser over the same points of a quasi-random (Halton) sequence, evenly in their logarithms: with two numbers and cheap runs it needs no model of the objective, its points do not depend on each other, so that the queue runs them side by side, resumes them and can be given more. The objective is the step at which the test accuracy first reaches 95 %, the median over seeds.`,
  `The paper states neither steps, seeds, rates nor batch: here ${base.maxSteps} steps at most, seeds ${seeds.join(', ')}, ${base.batch === 'full' ? 'all training pairs a step' : `batches of ${base.batch}`}, ${base.warmupSteps} steps of warm-up, pairs split ${base.data.split.method === 'unordered-pairs' ? 'with their mirrors' : 'one by one'}.`,
  `The authors' diagram (p 113, the first code's rules: Low-Rank Decay of Q and K with K = 5 without learning rate and f, L2 of 0.1 on the rest; its other side L2 of ten times the label on everything) is trained on this model, which is the second code's. Its columns are not of equal strength: per step L2 takes 0.01 times the label of a matrix, Low-Rank Decay about 7.6 times the label over ‖W‖_F, some hundred times as much.`,
];
