import type { MatrixMetrics } from '../../../extension/contract/optimiser.js';
import type { Metrics } from '../../../extension/contract/run.js';
import type { Point } from '../../charts/overSteps.js';

/** Lines of a run in the order of their steps. */
export type Lines = readonly Metrics[];

/** A matrix's name, or all of them: the mean over the matrices of a line. */
export const allMatrices = '';

export const matrixNames = (lines: Lines): string[] => [
  ...new Set(lines.flatMap(({ matrices }) => Object.keys(matrices ?? {}))),
];

export const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Matrices of a line: the chosen one, or all. */
const chosenOf = ({ matrices = {} }: Metrics, matrix: string): MatrixMetrics[] =>
  matrix === allMatrices ? Object.values(matrices) : [matrices[matrix]].filter((one) => one !== undefined);

/** One number of a matrix, or its mean over all, at the steps that have it. */
export const pointsOf = (
  lines: Lines,
  matrix: string,
  of: (metrics: MatrixMetrics) => number | undefined,
): Point[] =>
  lines.flatMap((line) => {
    const value = mean(chosenOf(line, matrix).flatMap((metrics) => of(metrics) ?? []));
    return value === undefined ? [] : [{ step: line.step, value }];
  });

/** `blocks.0.wq.weight` and `blocks.1.wq.weight` are one module: `blocks.wq`. */
export const moduleOf = (matrix: string): string =>
  matrix
    .split('.')
    .filter((part) => !/^\d+$/.test(part) && part !== 'weight')
    .join('.');

/** The mean |cos| between a random direction of this dimension and a fixed one. */
export const expectedCosine = (numbers: number): number => Math.sqrt(2 / (Math.PI * numbers));

/** The accuracy of the worst task. */
export const lowest = (accuracy: Readonly<Record<string, number>> | undefined): number | undefined => {
  const values = Object.values(accuracy ?? {});
  return values.length === 0 ? undefined : Math.min(...values);
};

/** When the ranks fall, and when held-out pairs are answered correctly. */
export interface Order {
  /** Stable rank of the first line, and the first step at which it has halved. */
  readonly first: number;
  readonly collapsed?: { readonly step: number; readonly rank: number };
  /** First step with a test accuracy of 95 % of every task, and the stable rank there. */
  readonly generalised?: { readonly step: number; readonly rank?: number };
  /** The stable rank at twice that step: ranks keep falling after generalisation (2607.06639). */
  readonly twice?: { readonly step: number; readonly rank: number };
  readonly last: { readonly step: number; readonly rank: number };
}

export const GENERALISED = 0.95;

export const orderOf = (lines: Lines, matrix: string): Order | undefined => {
  const ranks = pointsOf(lines, matrix, ({ stableRank }) => stableRank).map(({ step, value }) => ({
    step,
    rank: value!,
  }));
  const [first, last] = [ranks[0], ranks.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const collapsed = ranks.find(({ rank }) => rank <= first.rank / 2);
  const step = lines.find(({ testAccuracy }) => (lowest(testAccuracy) ?? 0) >= GENERALISED)?.step;
  const from = (at: number) => ranks.find((point) => point.step >= at);
  const twice = step === undefined ? undefined : from(2 * step);
  const there = step === undefined ? undefined : from(step);
  return {
    first: first.rank,
    ...(collapsed === undefined ? {} : { collapsed }),
    ...(step === undefined
      ? {}
      : { generalised: { step, ...(there === undefined ? {} : { rank: there.rank }) } }),
    ...(twice === undefined ? {} : { twice }),
    last,
  };
};
