/** The numbers published in arXiv 2606.04405 and its author's code; the paper has no table of them. */

/** Labels of the columns of the authors' phase diagrams. */
export const diagramLabels: readonly number[] = [1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2];
export const diagramFractions: readonly number[] = [0.8, 0.7, 0.6, 0.5, 0.4, 0.3];

const row = (label: number, value: number): readonly number[] => new Array<number>(label).fill(value);

/**
 * Test accuracy after 2,500 steps, read off the plot of the author's first code: addition mod 113, seed 42,
 * batches of 512. By train fraction, then by label.
 */
const diagrams: Readonly<Record<'l2' | 'lrd', readonly (readonly number[])[]>> = {
  l2: [
    [0.81, 0.81, 0.85, 0.79, 0.83, 1],
    [0.69, 0.7, 0.72, 0.69, 0.73, 1],
    [0.6, 0.6, 0.6, 0.6, 0.61, 1],
    [...row(5, 0.51), 1],
    [...row(5, 0.4), 0.49],
    row(6, 0.29),
  ],
  lrd: [
    [0.82, 1, 1, 1, 1, 1],
    [0.82, 0.71, 0.96, 1, 1, 1],
    [0.6, 0.6, 0.62, 1, 1, 1],
    [0.51, 0.51, 0.56, 1, 1, 1],
    [0.4, 0.4, 0.4, 0.95, 0.99, 0.93],
    [0.29, 0.29, 0.29, 0.31, 0.84, 0.31],
  ],
};

export type DiagramSide = keyof typeof diagrams;

/** The published accuracy of a cell of the authors' diagram. */
export const publishedCell = (side: DiagramSide, fraction: number, label: number): number | undefined =>
  diagrams[side][diagramFractions.indexOf(fraction)]?.[diagramLabels.indexOf(label)];

/** Section 5 and its figures: stable rank of Q and K at first and after 500 steps. */
export const publishedRank = { first: 35, at500: { lrd: 3, l2: 25 } } as const;

/** Plots of the author's second code, addition mod 97, fraction .4, after a search over rates and strengths. */
export const publishedSteps: Readonly<Record<'l2' | 'lrd', { readonly low: number; readonly high: number }>> =
  {
    l2: { low: 1500, high: 2200 },
    lrd: { low: 1200, high: 1700 },
  };
