import type {
  Amount,
  GapDeclineEntry,
  Measurement,
  ModeBasisName,
  ModeEntry,
  UpdateSpectrumEntry,
} from '../../../contract/report.js';
import type { RunFile } from '../../../contract/run.js';
import type { CellResult, Measured } from '../paper.js';
import type { Measured06256 } from './measure.js';
import { publishedConcentration, publishedDecline, type PublishedDecline } from './published.js';

export type Result = CellResult<Measured06256>;

export const tableTitles = {
  decline: 'Decline of g23 = s₂² − s₃² (windows of 10 updates, uncentred)',
  centred: 'Decline of g23 = s₂ − s₃ (windows of 20 updates, centred)',
  energy: 'Energy of v₁: share of the gradient (windows of 10 updates, uncentred)',
  modes: 'Fourier concentration of the leading modes in the basis of the task',
} as const;

/** The basis that the paper uses for a task. */
export const basisOf: Readonly<Record<string, ModeBasisName>> = {
  add: 'a+b',
  sub: 'a-b',
  mul: 'dlog',
  x2_y2: 'a2+b2',
};

interface Row {
  readonly name: string;
  readonly table: keyof typeof tableTitles;
  readonly format: Measurement['format'];
  readonly says: string;
  readonly value: (analysis: Measured06256) => Amount | undefined;
  readonly nulls?: (analysis: Measured06256) => Readonly<Record<string, Amount | undefined>>;
  readonly published?: (found: PublishedDecline) => Amount | undefined;
}

export const declineOf = ({ gapDeclines }: Measured06256, window: 10 | 20): GapDeclineEntry | undefined =>
  gapDeclines.find(
    (entry) => entry.window === window && entry.gap === (window === 10 ? 'g23Squared' : 'g23'),
  );

const independentName = 'independent updates of the same lengths';

const declineRows = (window: 10 | 20): Row[] => {
  const table = window === 10 ? 'decline' : 'centred';
  const says =
    'Null: updates with the run’s own step lengths and independent directions; their gap falls because the steps become equally long.';
  const row = (
    name: string,
    valueOf: (decline: Pick<GapDeclineEntry, 'early' | 'late' | 'factor'>) => number | undefined,
    published: (found: PublishedDecline) => Amount | undefined,
  ): Row => ({
    ...{ name, table, format: 'number', says },
    value: (analysis) => {
      const found = declineOf(analysis, window);
      return found && valueOf(found);
    },
    nulls: (analysis) => {
      const found = declineOf(analysis, window);
      return { [independentName]: found && valueOf(found.independent) };
    },
    ...(window === 10 ? { published } : {}),
  });
  return [
    row(
      'early',
      ({ early }) => early,
      ({ early }) => early,
    ),
    row(
      'at grok',
      ({ late }) => late,
      ({ late }) => late,
    ),
    row(
      'factor',
      ({ factor }) => factor,
      ({ factor }) => factor,
    ),
  ];
};

const windowsOf10 = ({ updateSpectra }: Measured06256): readonly UpdateSpectrumEntry[] =>
  updateSpectra.filter(({ window, centred }) => window === 10 && !centred);

const ratioRow: Row = {
  name: 'R',
  table: 'decline',
  format: 'number',
  says: 'Mean over the windows of s_k/s_{k+1} at k* = argmax (s_j/Σs)(s_j/s_{j+1}). Null: mean s₁/s₂ of independent updates of the same lengths.',
  value: (analysis) => meanOf(windowsOf10(analysis).map(({ gapRatio }) => gapRatio.weighted)),
  nulls: (analysis) => ({
    [independentName]: meanOf(windowsOf10(analysis).map(({ nulls }) => nulls.independent.ratio12?.mean)),
  }),
  published: ({ gapRatio }) => gapRatio,
};

const terminalRow: Row = {
  name: 'k* at the end',
  table: 'decline',
  format: 'number',
  says: 'The weighted k* of the last window. The newest updates are short there, so that the edge may lie in the tail. Null: its mean over independent updates of the same lengths.',
  value: (analysis) => windowsOf10(analysis).at(-1)?.kStar.weighted,
  nulls: (analysis) => ({
    [independentName]: windowsOf10(analysis).at(-1)?.nulls.independent.kStar?.weighted?.mean,
  }),
};

type Split = NonNullable<UpdateSpectrumEntry['split']>;

/**
 * The uncentred window that is the first, the last that ends by the grok step, or the last; it still contains
 * decay's mean.
 */
const windowAt = (
  analysis: Measured06256,
  which: 'first' | 'grok' | 'last',
): UpdateSpectrumEntry | undefined => {
  const windows = windowsOf10(analysis);
  if (which === 'first') return windows[0];
  if (which === 'last') return windows.at(-1);
  const grokStep = declineOf(analysis, 10)?.grokStep;
  return grokStep === undefined ? undefined : windows.findLast(({ lastStep }) => lastStep <= grokStep);
};

const energyRows = (): Row[] => {
  const row = (
    name: string,
    which: 'first' | 'grok' | 'last',
    of: (split: Split) => number | undefined,
    nullOf?: (split: Split) => number | undefined,
  ): Row => {
    const at = (analysis: Measured06256, value: (split: Split) => number | undefined) => {
      const split = windowAt(analysis, which)?.split;
      return split && value(split);
    };
    return {
      ...{ name, table: 'energy', format: 'number' },
      says: 'Σ⟨g, v₁⟩² over Σ⟨g, v₁⟩² + Σ⟨d, v₁⟩²; d is what decay alone does to the weights in 100 steps, g the rest of the update. Alignment: cosine of both rows of projections.',
      value: (analysis) => at(analysis, of),
      ...(nullOf === undefined
        ? {}
        : {
            nulls: (analysis) => ({ 'independent gradient steps of the same lengths': at(analysis, nullOf) }),
          }),
    };
  };
  const share = ({ gradient }: Split) => gradient[0];
  const independent = ({ independent: shares }: Split) => shares[0];
  return [
    row('gradient, first window', 'first', share, independent),
    row('gradient, at grok', 'grok', share, independent),
    row('gradient, last window', 'last', share, independent),
    row('alignment, first', 'first', ({ alignment }) => alignment[0]),
    row('alignment, grok', 'grok', ({ alignment }) => alignment[0]),
    row('alignment, last', 'last', ({ alignment }) => alignment[0]),
  ];
};

export const meanOf = (values: readonly (number | undefined)[]): number | undefined => {
  const present = values.filter((value) => value !== undefined);
  return present.length > 0 ? present.reduce((sum, value) => sum + value, 0) / present.length : undefined;
};

/** A mode of the last checkpoint by its direction's name, stepped along +. */
export const modeNamed = ({ modes }: Measured06256, name: string): ModeEntry | undefined =>
  modes.find(({ direction, sign }) => direction === name && sign === 1);

const modeMeasurements = ({ cell: { tasks, decay, seed }, analysis }: Result): Measurement[] => {
  const basis = basisOf[tasks[0]!];
  if (basis === undefined || tasks.length > 1) return [];
  const nulls = analysis?.modeNulls[0]?.bases[basis];
  return ['v1', 'v2', 'v3'].map((name, i): Measurement => {
    const found = analysis && modeNamed(analysis, name)?.bases[basis];
    const inPaper = decay === 1 && seed === 42 ? publishedConcentration[tasks[0]!]?.[i] : undefined;
    return {
      name: `F of ${name}`,
      table: tableTitles.modes,
      format: 'number',
      says: `Largest power over the sum of powers of the group means of f = ‖h(θ + εv) − h(θ)‖² over ${basis}, published recipe. F is the largest of its bins: independent group means have a mean of .093 and reach .136 in one of twenty.`,
      ...(found === undefined ? {} : { value: found.concentration }),
      nulls:
        nulls === undefined
          ? []
          : [
              { name: 'random directions, mean', value: nulls.random.mean },
              { name: 'random directions, largest', value: nulls.random.max },
              { name: 'Fisher’s g, 95 %', value: nulls.fisher.q95 },
            ],
      ...(inPaper === undefined ? {} : { published: inPaper }),
    };
  });
};

/** The numbers of one run, with their nulls and the published values. */
export const measurementsOf = (result: Result): Measurement[] => {
  const { cell, analysis } = result;
  const paper = cell.tasks.length > 1 ? undefined : publishedDecline(cell.tasks[0], cell.decay);
  const rows = [...declineRows(10), ratioRow, terminalRow, ...declineRows(20), ...energyRows()].map(
    ({ name, table, format, says, value, nulls, published }): Measurement => {
      const measured = analysis && value(analysis);
      const inPaper = paper && published?.(paper);
      const found = analysis === undefined ? {} : (nulls?.(analysis) ?? {});
      return {
        ...{ name, table: tableTitles[table], format, says },
        ...(measured === undefined ? {} : { value: measured }),
        nulls: Object.entries(found).flatMap(([of, amount]) =>
          amount === undefined ? [] : [{ name: of, value: amount }],
        ),
        ...(inPaper === undefined ? {} : { published: inPaper }),
      };
    },
  );
  return [...rows, ...modeMeasurements(result)];
};

/** Nothing is reconstructed or evaluated here. */
export const curvesOf = (run: RunFile): Measured => ({
  step: run.lastStep,
  testAccuracy: {},
  reconstructions: [],
  nullCurves: [],
});
