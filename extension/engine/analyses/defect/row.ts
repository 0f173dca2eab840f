import * as v from 'valibot';
import type { AccuracyEntry, DefectEntry } from '../../../contract/report.js';
import { GeometryError } from '../../../contract/errors.js';
import { openModelSession, type ModelSession } from '../../evaluation/modelSession.js';
import { sampleAt, type BatchPair, type CommutatorSample } from '../../evaluation/commutatorSample.js';
import { drawnBatches } from '../../evaluation/drawnBatches.js';
import { signSpan } from '../../geometry/curvature/spans.js';
import { partOf } from '../../ground/work/partOf.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { seriesRows, type SeriesRows } from '../../series/seriesRows.js';
import { analysis, type AnalysisRun } from '../analysis.js';
import { pathSteps } from '../path/row.js';
import { mostEvaluatedParameters } from '../reconstruction/accuracy.js';
import { groupGrams } from '../trajectory/groupGrams.js';
import { accuraciesAt, grokStepOf } from './accuracies.js';
import { batchesFileSchema } from './batches.js';
import { executionBasis } from './executionBasis.js';
import { defectEntry, hessianForm, type Bases, type Precision } from './measure.js';
import { onsetsOf } from './onsets.js';

/** The paper's settings: K = 5 pairs of batches of 512, steps of 1e-3, five random bases. */
const published = { pairs: 5, batch: 512, eta: 1e-3, randomBases: 5 };

const settings = v.strictObject({
  batches: v.optional(batchesFileSchema),
  precision: v.optional(v.picklist(['float64', 'float32', 'both']), 'float64'),
  /** Stride over the checkpoints. */
  every: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
});
type Settings = v.InferOutput<typeof settings>;

type Sections = 'defects' | 'onsets' | 'accuracies' | 'matrixGaps' | 'pathShares';

export const defect = analysis({
  id: 'defect',
  summary: 'commutator defect with its random bases, onset and lead; accuracies; and what path computes',
  sections: ['defects', 'onsets', 'accuracies', 'matrixGaps', 'pathShares'],
  needs: 'model',
  isDefault: false,
  isLast: true,
  topic: 'dynamics',
  settings,
  flags: {
    batches: {
      kind: 'json-file',
      value: 'FILE',
      help: 'eta and batches: pairs of lists of places in the training pairs (else five pairs of 512)',
    },
    precision: { kind: 'text', value: 'WHICH', help: 'float64, float32 as the published code, or both' },
    every: { kind: 'number', value: 'N', help: 'measure at every Nth checkpoint' },
  },
  weight: ({ survey }, { every }) => (4e-2 * survey.parameters * survey.checkpoints.length) / every,
  steps: defectSteps,
});

async function* defectSteps(run: AnalysisRun<Sections>, asked: Settings): AsyncGenerator<TaskStep, void> {
  const { survey, descriptor, emit, report } = run;
  if (survey.parameters > mostEvaluatedParameters) {
    throw new GeometryError('too-large', 'The commutator defect is measured of small models only.');
  }
  yield* partOf(pathSteps(run), 0, 0.1);
  const sessions = {
    float64: openModelSession(descriptor!, { dtype: 'float64' }),
    float32: openModelSession(descriptor!, { dtype: 'float32' }),
  };
  try {
    const rows = seriesRows(survey, sessions.float64.parameters);
    const grams = yield* groupGrams(run);
    const measured = yield* partOf(accuracySteps(sessions.float32, rows, run), 0.1, 0.2);
    const grokStep = report().source.grokStep ?? grokStepOf(measured);
    const execution = await executionBasis(rows, sessions.float64.parameters, grams);
    const random =
      execution === undefined
        ? []
        : Array.from({ length: published.randomBases }, (_, i) =>
            signSpan(rows.count, execution.dimension, i + 1),
          );
    const wanted: Precision[] = asked.precision === 'both' ? ['float64', 'float32'] : [asked.precision];
    for (const [i, precision] of wanted.entries()) {
      const measuring = measurePrecision(run, sessions[precision], rows, asked, precision, {
        execution,
        random,
      });
      const entries = yield* partOf(
        measuring,
        0.2 + (0.8 * i) / wanted.length,
        0.2 + (0.8 * (i + 1)) / wanted.length,
      );
      emit({ onsets: onsetsOf(entries, grokStep) });
    }
  } finally {
    await sessions.float64.dispose();
    await sessions.float32.dispose();
  }
}

async function* accuracySteps(
  session: ModelSession,
  rows: SeriesRows,
  { emit }: AnalysisRun<Sections>,
): AsyncGenerator<TaskStep, AccuracyEntry[]> {
  const found: AccuracyEntry[] = [];
  for (const [t, step] of rows.steps.entries()) {
    const entries = await accuraciesAt(session, await rows.row(t), step);
    emit({ accuracies: entries });
    found.push(...entries);
    yield { fraction: (t + 1) / rows.steps.length, text: `Accuracies: step ${step}` };
  }
  return found;
}

async function* measurePrecision(
  { settings: { seed }, emit }: AnalysisRun<Sections>,
  session: ModelSession,
  rows: SeriesRows,
  { batches: file, every }: Settings,
  precision: Precision,
  bases: Bases,
): AsyncGenerator<TaskStep, DefectEntry[]> {
  const eta = file?.eta ?? published.eta;
  const pairs: readonly BatchPair[] =
    file?.batches ??
    drawnBatches(session.pairs('train').a.length, { count: published.pairs, size: published.batch, seed });
  const chosen = [...rows.steps.entries()].filter(
    ([index, step]) => index % every === 0 && (file?.defectSteps?.includes(step) ?? true),
  );
  const checked = new Set([0, Math.floor(chosen.length / 2), chosen.length - 1]);
  const entries: DefectEntry[] = [];
  for (const [at, [index, step]] of chosen.entries()) {
    const row = await rows.row(index);
    const samples: CommutatorSample[] = [];
    for (const pair of pairs) {
      samples.push(await sampleAt(session, row, pair, { precision, eta }));
      const done = at + samples.length / pairs.length;
      yield {
        fraction: done / chosen.length,
        text: `Defect in ${precision}: step ${step}, ${samples.length} of ${pairs.length} pairs of batches`,
      };
    }
    const isChecked = precision === 'float64' && checked.has(at);
    const entry: DefectEntry = {
      ...defectEntry(samples, { step, precision, eta, bases }),
      ...(isChecked ? { hessianForm: await hessianForm(session, row, pairs[0]!, samples[0]!, eta) } : {}),
    };
    entries.push(entry);
    emit({ defects: [entry] });
  }
  return entries;
}
