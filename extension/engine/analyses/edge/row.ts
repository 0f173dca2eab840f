import * as v from 'valibot';
import type { UpdateSpectrumEntry } from '../../../contract/report.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { passMs, windowsMs } from '../expectedTime.js';
import { analysis, type AnalysisRun } from '../analysis.js';
import { grokStepOf } from '../defect/accuracies.js';
import { groupGrams, type KeptGram } from '../trajectory/groupGrams.js';
import { decayShares } from './decayShares.js';
import { decaysAlike, splitOfWindow } from './energySplit.js';
import { gapDeclinesOf, windowsOf, type FoundWindow, type WindowChoice } from './updateSpectra.js';

/** The two windows of the papers: 2602.16746 v3 table 3, and the functional modes of 2604.06256. */
const published: readonly WindowChoice[] = [
  { window: 10, centred: false },
  { window: 20, centred: true },
];

/** Draws of the null of one window. */
const draws = 20;

const settings = v.strictObject({
  /** Updates in a window, centred and not; replaces the papers' windows. */
  window: v.optional(v.pipe(v.number(), v.integer(), v.minValue(3), v.maxValue(200))),
});

export const edge = analysis({
  id: 'edge',
  summary: 'spectra of the updates in rolling windows, beside independent updates of equal lengths',
  sections: ['updateSpectra', 'gapDeclines'],
  needs: 'series',
  isDefault: false,
  isLast: true,
  topic: 'dynamics',
  settings,
  flags: { window: { kind: 'number', value: 'N', help: 'updates in a window (else 10, and 20 centred)' } },
  weight: (run, { window }) =>
    passMs(run) +
    windowsMs(run, window === undefined ? published.map((one) => one.window) : [window, window]),
  steps: updateSpectra,
});

async function* updateSpectra(
  run: AnalysisRun<'updateSpectra' | 'gapDeclines'>,
  { window }: v.InferOutput<typeof settings>,
): AsyncGenerator<TaskStep, void> {
  const { survey, settings: inspection, training, report, emit } = run;
  const groups = yield* groupGrams(run);
  const steps = survey.checkpoints.map(({ step }) => step);
  const grokStep = report().source.grokStep ?? grokStepOf(report().accuracies);
  const choices = window === undefined ? published : [false, true].map((centred) => ({ window, centred }));
  const seed = inspection.seed;
  const work = groups.flatMap((gram) => choices.map((choice) => ({ gram, choice })));
  for (const [at, { gram, choice }] of work.entries()) {
    const entries: UpdateSpectrumEntry[] = [];
    let told = 0;
    for await (const found of windowsOf(gram, { steps, choice, draws, seed })) {
      const entry = withDecay(found, gram);
      const isSplit = training !== undefined && decaysAlike(training, gram);
      entries.push(isSplit ? { ...entry, split: await splitOfWindow(found, gram, training, steps) } : entry);
      if (entries.length % 8 === 0) {
        emit({ updateSpectra: entries.slice(told) });
        told = entries.length;
        yield { fraction: at / work.length, text: `Update spectra: ${gram.group}` };
      }
    }
    emit({ updateSpectra: entries.slice(told), gapDeclines: gapDeclinesOf(entries, grokStep) });
    yield { fraction: (at + 1) / work.length, text: `Update spectra: ${gram.group}` };
  }
}

/** Adds the shares of the window's directions along the weights. */
const withDecay = ({ entry, start, coefficients }: FoundWindow, gram: KeptGram): UpdateSpectrumEntry => {
  const shares = decayShares(gram, start, entry.window, coefficients);
  // √(2/πP): the mean absolute cosine of a random direction.
  const expected = Math.sqrt(2 / (Math.PI * gram.parameters));
  return { ...entry, nulls: { ...entry.nulls, decay: { shares, expected } } };
};
