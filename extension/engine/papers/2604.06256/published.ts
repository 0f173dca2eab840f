/**
 * What 2604.06256 and table 3 of 2602.16746 v3 publish. The two tables contradict each other: both print a mean factor of 40,
 * one for windows of 20 and one of 10; one has no decline among twelve runs without decay, the other one in twelve.
 */
export interface PublishedDecline {
  readonly early: number;
  /** Absent without decay. */
  readonly late?: number;
  readonly factor?: number;
  readonly gapRatio: number;
}

type Row = readonly [
  task: string,
  decay: number,
  early: number,
  gapRatio: number,
  late?: number,
  factor?: number,
];

/** 2602.16746 v3, table 3: three seeds, windows of 10, uncentred, squared values. */
const declines: readonly Row[] = [
  ['add', 1, 14.6, 1.4, 0.56, 50],
  ['mul', 1, 14.7, 1.41, 0.39, 49],
  ['sub', 1, 14.4, 1.31, 0.48, 35],
  ['x2_y2', 1, 18.9, 1.47, 0.94, 28],
  ['add', 0, 33, 2.72],
  ['mul', 0, 23.6, 2.85],
  ['sub', 0, 33.2, 2.62],
  ['x2_y2', 0, 28.3, 3.12],
];

export const publishedDecline = (task: string | undefined, decay: number): PublishedDecline | undefined => {
  const row = declines.find(([ownTask, ownDecay]) => ownTask === task && ownDecay === decay);
  if (row === undefined) return undefined;
  const [, , early, gapRatio, late, factor] = row;
  return {
    ...{ early, gapRatio },
    ...(late === undefined ? {} : { late }),
    ...(factor === undefined ? {} : { factor }),
  };
};

/** Table 1 of 2604.06256: mean factor, and its range, of runs that grok; declines without decay. */
export const publishedTable1 = {
  factor: 40,
  range: [15, 110],
  declines: '12 of 12',
  withoutDecay: '0 of 12',
};
/** Table 3 of 2602.16746 v3, of the same kind of runs. */
export const publishedTable3 = {
  factor: 40,
  range: [15, 111],
  declines: '12 of 12',
  withoutDecay: '1 of 12',
};

/** Concentrations F of v₁ … v₃ at weight decay 1, seed 42 (2604.06256 §4), in the basis of the task. */
export const publishedConcentration: Readonly<Record<string, readonly (number | undefined)[]>> = {
  add: [0.33, 0.16, 0.4],
  mul: [0.32, undefined, undefined],
  sub: [0.16, 0.16, 0.16],
  x2_y2: [0.1, undefined, undefined],
};

/** Modes of x² + y², alone and on a trunk of several tasks (§4, table 4). */
export const publishedMultiTask = {
  concentration: { alone: 0.09, several: 0.2 },
  peak: { alone: 17, several: 26 },
  synergy: { alone: 0.024, several: 0.043 },
} as const;

/** Of 2604.07380, on two sequence tasks: the gradient's share of the edge before and after grokking. */
export const publishedEnergy = { before: '.88 to .98', after: '.002 to .05' } as const;

/** The headline factors. */
export const publishedFactors = { discreteLogarithm: 5.9, crossTerms: 4, multiTask: 2.3 };
