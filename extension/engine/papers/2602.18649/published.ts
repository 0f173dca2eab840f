/**
 * The values of Tables 2, 3 and 4 of arXiv 2602.18649 v1 (text from the archive
 * `kraidiky/grokking-conceptual-review_en`). One row per cell of the grid; values that a table omits are
 * absent.
 */
export interface PublishedCell {
  readonly scale: 'baseline' | 'medium' | 'large';
  readonly decay: number;
  /** Table 2; above 30: not reached in the paper's scan. */
  readonly kStar95: number;
  readonly kStar99: number | { readonly above: 30 };
  /** Table 3: ranks for 90 % and 99 % of the energy, in percent of the full rank; a range where the paper gives one. */
  readonly rank90Percent: readonly [number, number];
  readonly rank99Percent: number;
  /** Table 4: mean test accuracy over the three tasks. */
  readonly accuracy: {
    readonly perMatrix64: number;
    readonly jointHalf: number;
    readonly jointFull: number;
    readonly trajectory3: number;
    readonly trajectory5: number;
    readonly baseline?: number;
  };
  /** Table 5, mean of the three tasks, and Table 6. */
  readonly selectivity: number;
  readonly overlap: number;
}

type Row = readonly [
  decay: number,
  kStar95: number,
  kStar99: PublishedCell['kStar99'],
  rank90: number | readonly [number, number],
  rank99: number,
  perMatrix64: number,
  jointHalf: number,
  jointFull: number,
  trajectory3: number,
  trajectory5: number,
  baseline?: number,
];

const tables: Readonly<Record<PublishedCell['scale'], readonly Row[]>> = {
  baseline: [
    [0.1, 5, 7, 50, 79, 0.673, 0.009, 0.994, 0.845, 0.968, 0.994],
    [0.2, 5, 16, 50, 79, 0.606, 0.011, 0.988, 0.86, 0.944, 0.988],
    [0.3, 6, 11, 51, 80, 0.216, 0.009, 0.991, 0.574, 0.935, 0.991],
    [0.5, 3, 5, 51, 80, 0.208, 0.01, 0.988, 0.975, 0.979, 0.988],
    [1, 5, 7, 50, 80, 0.035, 0.009, 0.986, 0.846, 0.969, 0.986],
  ],
  medium: [
    [0.1, 5, 15, [51, 52], 80, 0.869, 0.02, 0.989, 0.863, 0.952, 0.989],
    [0.2, 5, 7, [51, 52], 80, 0.66, 0.013, 0.979, 0.806, 0.944, 0.979],
    [0.3, 4, 5, [51, 52], 80, 0.379, 0.011, 0.993, 0.916, 0.984, 0.993],
    [0.5, 3, 5, [51, 52], 80, 0.285, 0.025, 0.992, 0.952, 0.99, 0.992],
    [1, 4, 5, [51, 52], 80, 0.033, 0.01, 0.986, 0.92, 0.985, 0.986],
  ],
  large: [
    [0.1, 4, { above: 30 }, 44, 77, 0.742, 0.027, 0.991, 0.923, 0.973],
    [0.2, 3, 6, 47, 78, 0.753, 0.042, 0.99, 0.965, 0.979],
    [0.3, 3, { above: 30 }, 49, 79, 0.704, 0.027, 0.988, 0.965, 0.977],
    [0.5, 2, 3, 49, 79, 0.192, 0.015, 0.997, 0.993, 0.993],
    [1, 2, 3, 50, 80, 0.082, 0.106, 0.989, 0.989, 0.994],
  ],
};

/** Tables 5 and 6 by weight decay, in the order of the rows above. */
const selectivities: Readonly<Record<PublishedCell['scale'], readonly (readonly [number, number])[]>> = {
  baseline: [
    [0.99, 0.065],
    [0.99, 0.061],
    [0.99, 0.075],
    [1, 0.078],
    [0.99, 0.087],
  ],
  medium: [
    [0.99, 0.069],
    [0.97, 0.085],
    [0.99, 0.115],
    [0.99, 0.099],
    [0.99, 0.12],
  ],
  large: [
    [1, 0.062],
    [1, 0.063],
    [0.99, 0.063],
    [0.99, 0.096],
    [1, 0.109],
  ],
};

export const publishedCells: readonly PublishedCell[] = Object.entries(tables).flatMap(([scale, rows]) =>
  rows.map((row, at): PublishedCell => {
    const [decay, kStar95, kStar99, rank90, rank99Percent, perMatrix64, jointHalf, jointFull] = row;
    const [, , , , , , , , trajectory3, trajectory5, baseline] = row;
    const [selectivity, overlap] = selectivities[scale as PublishedCell['scale']][at]!;
    return {
      scale: scale as PublishedCell['scale'],
      decay,
      kStar95,
      kStar99,
      rank90Percent: typeof rank90 === 'number' ? [rank90, rank90] : rank90,
      rank99Percent,
      accuracy: {
        perMatrix64,
        jointHalf,
        jointFull,
        trajectory3,
        trajectory5,
        ...(baseline === undefined ? {} : { baseline }),
      },
      ...{ selectivity, overlap },
    };
  }),
);

/** The published cell of a run, if the paper has one. */
export const publishedCell = (scale: string, decay: number): PublishedCell | undefined =>
  publishedCells.find((cell) => cell.scale === scale && cell.decay === decay);

/** Stated once for all cells. */
export const publishedSelectivity = { index: [0.97, 1], overlap: [0.061, 0.12] } as const;
export const publishedFirstComponent = [0.9, 0.97] as const;
export const publishedFirstThree = 0.96;
export const publishedEntropy = 0.87;
/** §3.4: a task's own drop when its directions are removed. */
export const publishedOwnDrop = [0.1, 0.35] as const;

/** Approximate grok steps from the papers' texts. */
const grokSteps: readonly (readonly [scale: string, decay: number, step: number])[] = [
  ['baseline', 0.1, 157_000],
  ['baseline', 1, 25_000],
  ['large', 1, 6_400],
];
const singleGrokSteps: Readonly<Record<string, number>> = { add: 2900, mul: 2600, x2_y2: 1900 };

export const publishedGrokStep = ({
  scale,
  decay,
  tasks,
}: {
  readonly scale: string;
  readonly decay: number;
  readonly tasks: readonly string[];
}): number | undefined =>
  tasks.length === 1
    ? decay === 1
      ? singleGrokSteps[tasks[0]!]
      : undefined
    : grokSteps.find(([size, of]) => size === scale && of === decay)?.[2];
