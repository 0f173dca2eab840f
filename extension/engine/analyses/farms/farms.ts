import type { SpectrumEntry } from '../../../contract/report.js';
import { spectrumOf } from '../../../contract/statistics/statistic.js';
import { statisticsOf, type StatisticValues } from '../../../contract/statistics/table.js';
import { squareWindows } from '../../geometry/squareWindows.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import type { Matrix } from '../../linalg/matrix.js';
import { singularValuesBatch } from '../../linalg/singularValues.js';
import type { AnalysisRun } from '../analysis.js';
import { shuffleOf, subjectsOf } from '../spectra/spectra.js';
import { nullsOf } from '../spectra/spectrumEntry.js';

const nameOf = ({ step, tensor, part, of }: Pick<SpectrumEntry, 'step' | 'tensor' | 'part' | 'of'>): string =>
  JSON.stringify([step, tensor, part, of]);

/** Adds α without the aspect ratio, and its null over the same shuffles, to the exact spectra of the report. */
export async function* farmsOf(run: AnalysisRun<'spectra'>): AsyncGenerator<TaskStep, void> {
  const { survey, plan, settings, signal, emit } = run;
  const known = new Map(run.report().spectra.map((entry) => [nameOf(entry), entry]));
  const specs = plan.matrices.filter((spec) => !plan.estimated.has(spec));
  const total = plan.spectraOf.length * specs.length;
  let done = 0;
  for (const index of plan.spectraOf) {
    const { step, label } = survey.checkpoints[index]!;
    const draws = plan.nullsOf.has(index) ? settings.shuffleDraws : 0;
    for (const spec of specs) {
      for (const subject of await subjectsOf(run, index, spec.tensor, [spec])) {
        const { tensor, part } = spec;
        const entry = known.get(nameOf({ step, tensor, part, of: subject.of }));
        if (entry === undefined) continue;
        const { farmsAlpha } = await windowStatistics(subject.matrix, entry, signal);
        if (farmsAlpha === undefined) continue;
        const shuffled: StatisticValues[] = [];
        for (let draw = 0; draw < draws; draw++) {
          const shuffle = shuffleOf(subject, settings.seed, step, draw);
          shuffled.push(await windowStatistics(shuffle, entry, signal));
        }
        const tested = draws > 0 ? nullsOf(shuffled).farmsAlpha : undefined;
        const nulls = { ...entry.nulls, ...(tested === undefined ? {} : { farmsAlpha: tested }) };
        emit({ spectra: [{ ...entry, farmsAlpha, nulls }] });
      }
      done++;
      yield { fraction: done / total, text: `Square windows: ${done} of ${total} matrices (${label})` };
    }
  }
}

/** The statistics of the windows of a matrix; the entry has those of its whole spectrum already. */
const windowStatistics = async (
  matrix: Matrix,
  { rows, columns }: SpectrumEntry,
  signal: AbortSignal,
): Promise<StatisticValues> => {
  const spectra = await singularValuesBatch(squareWindows(matrix), { signal });
  const values = Float64Array.from(spectra.flatMap((spectrum) => Array.from(spectrum.values)))
    .sort()
    .reverse();
  const largest = values[0] ?? 0;
  const windows = values.map((value) => (largest > 0 ? value / largest : 0));
  return statisticsOf(spectrumOf([], { rows, columns, windows }));
};
