import type { Amount, DefectEntry, Measurement, PathShareEntry } from '../../../contract/report.js';
import type { RunFile } from '../../../contract/run.js';
import type { CellResult, Measured } from '../paper.js';
import type { Measured16746 } from './measure.js';
import { pathMatrices, publishedOnset, publishedPath, type PublishedOnset } from './published.js';

export type Result = CellResult<Measured16746>;

export const tableTitles = {
  path: 'PC1 of each attention matrix’s path',
  onset: 'Onset of the commutator defect, and the lead over grokking',
  capture: 'What of δ lies in the execution basis',
} as const;

/** Defects of one precision, in the order of steps. */
export const defectsOf = (
  { defects }: Measured16746,
  precision: DefectEntry['precision'],
): readonly DefectEntry[] => defects.filter((entry) => entry.precision === precision);

/** The published rule's onset: the first entry of a precision. */
export const ruleOnset = ({ onsets }: Measured16746, precision: DefectEntry['precision']) =>
  onsets.find((entry) => entry.precision === precision);

const largestOf = (entries: readonly DefectEntry[]): number | undefined =>
  entries.length > 0 ? Math.max(...entries.map(({ median }) => median)) : undefined;

const place = ({ cell: { tasks, decay, seed } }: Result) => ({ task: tasks[0], decay, seed });

interface Row {
  readonly name: string;
  readonly format: Measurement['format'];
  readonly says: string;
  readonly value: (analysis: Measured16746, result: Result) => Amount | undefined;
  readonly nulls?: (analysis: Measured16746) => Readonly<Record<string, Amount | undefined>>;
  readonly published?: (found: PublishedOnset) => Amount | undefined;
}

const onsetRows: readonly Row[] = [
  {
    name: 'onset, float64',
    format: 'count',
    says: 'First measurement from the third on with D > 20 and D > 10 times the median of the first three. The published curves are float32.',
    value: (analysis) => ruleOnset(analysis, 'float64')?.step,
    nulls: (analysis) => ({ 'the same in float32': ruleOnset(analysis, 'float32')?.step }),
    published: ({ onset }) => onset,
  },
  {
    name: 'grok step',
    format: 'count',
    says: 'First evaluated step with test accuracy of at least .9.',
    value: (_, { grokStep }) => grokStep,
    published: ({ grokStep }) => grokStep,
  },
  {
    name: 'lead',
    format: 'count',
    says: 'Grok step − onset.',
    value: (analysis) => ruleOnset(analysis, 'float64')?.lead,
    nulls: (analysis) => ({ 'the same in float32': ruleOnset(analysis, 'float32')?.lead }),
    published: ({ onset, grokStep }) => (grokStep === undefined ? undefined : grokStep - onset),
  },
  {
    name: 'largest D',
    format: 'number',
    says: 'Largest median defect. It rises when gradients vanish too, as they do once a run has grokked.',
    value: (analysis) => largestOf(defectsOf(analysis, 'float64')),
    nulls: (analysis) => ({ 'the same in float32': largestOf(defectsOf(analysis, 'float32')) }),
    published: ({ largest }) => largest,
  },
];

/** Mean over all samples of the share of δ in a basis. */
const meanCapture = (
  analysis: Measured16746,
  shareOf: (sample: DefectEntry['samples'][number]) => readonly number[],
): number | undefined => {
  const shares = defectsOf(analysis, 'float64').flatMap(({ samples }) => samples.flatMap(shareOf));
  return shares.length > 0 ? shares.reduce((sum, share) => sum + share, 0) / shares.length : undefined;
};

const captureRow: Row = {
  name: 'captured norm',
  format: 'share',
  says: 'Mean of ‖Bᵀδ‖/‖δ‖, B the two leading components of each attention matrix’s path. ρ = √(1 − captured²) is near 1 for every basis of so few dimensions, so it tells nothing.',
  value: (analysis) => meanCapture(analysis, ({ captured }) => (captured === undefined ? [] : [captured])),
  nulls: (analysis) => ({
    'random bases': meanCapture(analysis, ({ capturedRandom }) => capturedRandom),
    'expected √(K/P)': defectsOf(analysis, 'float64')[0]?.expectedCapture,
  }),
};

const pathNulls = ({ randomWalk, decay }: PathShareEntry['nulls']): Measurement['nulls'] => [
  { name: 'random walks, mean', value: randomWalk.mean },
  ...(decay === undefined ? [] : [{ name: 'decay and walk, mean', value: decay.mean }]),
];

const pathMeasurements = (result: Result): Measurement[] => {
  const published = publishedPath(place(result));
  return pathMatrices.map((matrix): Measurement => {
    const found = result.analysis?.pathShares.find((entry) => entry.matrix === matrix);
    const inPaper = published?.get(matrix);
    return {
      name: matrix,
      table: tableTitles.path,
      format: 'share',
      says: `Share of the first component of the rows W_t − W_0 of ${matrix}, centred, the zero row among them. Nulls: random walks with the same step lengths; weights that decay as the run’s and walk besides.`,
      ...(found === undefined ? {} : { value: found.share }),
      nulls: found === undefined ? [] : pathNulls(found.nulls),
      ...(inPaper === undefined ? {} : { published: inPaper }),
    };
  });
};

const rowMeasurement =
  (table: string, result: Result) =>
  ({ name, format, says, value, nulls, published }: Row): Measurement => {
    const { analysis } = result;
    const measured = analysis && value(analysis, result);
    const paper = publishedOnset(place(result));
    const inPaper = paper && published?.(paper);
    const found = analysis === undefined ? {} : (nulls?.(analysis) ?? {});
    return {
      ...{ name, table, format, says },
      ...(measured === undefined ? {} : { value: measured }),
      nulls: Object.entries(found).flatMap(([of, amount]) =>
        amount === undefined ? [] : [{ name: of, value: amount }],
      ),
      ...(inPaper === undefined ? {} : { published: inPaper }),
    };
  };

/** The numbers of one run, with their nulls and the authors' values. */
export const measurementsOf = (result: Result): Measurement[] => [
  ...pathMeasurements(result),
  ...onsetRows.map(rowMeasurement(tableTitles.onset, result)),
  rowMeasurement(tableTitles.capture, result)(captureRow),
];

/** Nothing is reconstructed here: only accuracy. */
export const curvesOf = (run: RunFile, { accuracies }: Measured16746): Measured => ({
  step: run.lastStep,
  testAccuracy: accuracies.filter(({ pairs }) => pairs === 'test').at(-1)?.accuracy ?? {},
  reconstructions: [],
  nullCurves: [],
});
