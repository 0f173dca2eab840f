import type { TaskName } from '../../../contract/descriptor.js';

/**
 * From the authors' result files (repository skydancerosel/grokking-integrability, pca_sweep_plots): PC1 of
 * every attention matrix in percent, and onset, grok step and largest defect of the runs with published curves
 * (float32, median of five pairs of batches, the paper's rule). Runs with decay 0 have 50,000 steps, those that
 * never grok 200,000.
 */
type PathRow = readonly [
  task: TaskName,
  decay: number,
  seed: number,
  /** Layer 0 Q, K, V, O, then layer 1. */
  percent: readonly number[],
];
type DefectRow = readonly [
  task: TaskName,
  decay: number,
  seed: number,
  onset: number,
  grokStep: number | undefined,
  largest: number,
];

const paths: readonly PathRow[] = [
  ['add', 1, 42, [70, 69.27, 81.49, 73.36, 66.98, 68.38, 78.22, 64.35]],
  ['add', 1, 137, [68.84, 68.35, 81.37, 73.07, 66.67, 67.72, 77.99, 64.09]],
  ['add', 0, 42, [64.88, 64.49, 56.87, 57.24, 62.56, 61.98, 63.16, 59.62]],
  ['add', 0, 137, [69.92, 69.44, 64.87, 65.28, 60.71, 61.25, 68.45, 66.32]],
  ['sub', 1, 42, [69.3, 69.23, 79.74, 71.75, 67.08, 68.63, 78.69, 66.65]],
  ['sub', 1, 137, [67.47, 67.51, 79.97, 70.99, 65.67, 66.87, 78.8, 67.11]],
  ['sub', 0, 42, [59.49, 59.06, 49.85, 49.29, 53.77, 53.5, 50.45, 49.39]],
  ['sub', 0, 137, [74.29, 74.03, 65.71, 65.85, 68.92, 68.58, 65.34, 64.06]],
  ['mul', 1, 42, [67.79, 68.03, 80.57, 72.38, 65.7, 67.21, 77.06, 62.93]],
  ['mul', 1, 137, [71.62, 70.63, 81.3, 72.44, 68.44, 69.3, 78.5, 64.49]],
  ['mul', 0, 42, [72.36, 72.23, 67.37, 67.47, 64.14, 64.55, 71.19, 69.46]],
  ['mul', 0, 137, [72.71, 72.15, 65.57, 65.69, 64.88, 64.84, 69.05, 66.63]],
  ['x2_y2', 1, 42, [73.51, 73.38, 81.24, 73.65, 70.41, 71.8, 77.58, 65.46]],
  ['x2_y2', 1, 137, [70.89, 70.92, 82.95, 75.67, 69.54, 70.71, 80.11, 69.42]],
  ['x2_y2', 0, 42, [53.38, 53.69, 57.57, 54.94, 52.09, 53.05, 64.64, 62.3]],
  ['x2_y2', 0, 137, [64.96, 66.6, 71.47, 72.06, 68.44, 68.47, 77.8, 77.67]],
  ['x2_xy_y2', 1, 42, [46.24, 46.02, 38.08, 38.49, 46.61, 48.96, 42.23, 44.15]],
  ['x2_xy_y2', 1, 137, [47.14, 47.87, 36.96, 37.81, 45.42, 48.01, 42.34, 43.59]],
  ['x2_xy_y2', 0, 42, [56.9, 56.3, 48.43, 48.6, 48.24, 48.19, 57.55, 52.98]],
  ['x2_xy_y2', 0, 137, [72.38, 72.07, 59.03, 58.55, 69.71, 69.82, 66.55, 63.36]],
  ['x3_xy', 1, 42, [53.82, 53.32, 44.82, 44.65, 51.93, 53.3, 43.67, 44.81]],
  ['x3_xy', 1, 137, [52.55, 52.76, 44.47, 44.46, 51.29, 53.02, 43.88, 44.63]],
  ['x3_xy', 0, 42, [72.35, 72.14, 64.65, 65.77, 65.58, 65.68, 63.79, 62.44]],
  ['x3_xy', 0, 137, [74.86, 74.39, 61.15, 61.48, 73.18, 72.85, 62.83, 60.99]],
];

const defects: readonly DefectRow[] = [
  ['add', 1, 42, 1800, 3100, 4184],
  ['add', 1, 137, 1800, 3200, 3541],
  ['sub', 1, 42, 2100, 3200, 1851],
  ['sub', 1, 137, 2000, 3600, 2800],
  ['mul', 1, 42, 1900, 2500, 2540],
  ['mul', 1, 137, 1900, 2800, 4513],
  ['x2_y2', 1, 42, 500, 1900, 1186],
  ['x2_y2', 1, 137, 700, 1900, 1594],
  ['add', 0, 42, 3400, undefined, 59],
  ['x2_xy_y2', 1, 42, 2000, undefined, 104],
  ['x3_xy', 1, 42, 2000, undefined, 55],
];

/** The matrices in the order of the published numbers. */
export const pathMatrices = [0, 1].flatMap((layer) =>
  ['Q', 'K', 'V', 'O'].map((role) => `layer${layer}.${role}`),
);

interface Place {
  readonly task: string | undefined;
  readonly decay: number;
  readonly seed: number;
}

const at =
  ({ task, decay, seed }: Place) =>
  (row: PathRow | DefectRow): boolean =>
    row[0] === task && row[1] === decay && row[2] === seed;

/** PC1 as a fraction, matrix → share; undefined for a run that is not in the files. */
export const publishedPath = (place: Place): ReadonlyMap<string, number> | undefined => {
  const row = paths.find(at(place));
  return row && new Map(pathMatrices.map((matrix, i) => [matrix, row[3][i]! / 100]));
};

export interface PublishedOnset {
  readonly onset: number;
  readonly grokStep?: number;
  readonly largest: number;
}

export const publishedOnset = (place: Place): PublishedOnset | undefined => {
  const row = defects.find(at(place));
  if (row === undefined) return undefined;
  const [, , , onset, grokStep, largest] = row;
  return { onset, largest, ...(grokStep === undefined ? {} : { grokStep }) };
};
