import path from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import { discover } from '../../checkpoints/discovery/series.js';
import { matchNames } from '../../geometry/comparison/matchNames.js';
import { matrixKey } from '../../../contract/matrixKey.js';
import { partOf } from '../../ground/work/partOf.js';
import { inPhases } from '../../ground/work/phases.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { findSeries, type SourceSeries } from '../../series/source.js';
import { survey as surveySeries } from '../../series/survey.js';
import { TensorValues } from '../../series/tensorValues.js';
import type { AnalysisRun } from '../analysis.js';
import { spectraMs } from '../expectedTime.js';
import { spectraOf } from '../spectra/spectra.js';
import { curvesOf } from '../../metrics/curvesOf.js';
import { planWork } from '../workPolicy.js';
import { openResults } from './results.js';

/** Limit: more curves cannot be told apart. */
const mostRuns = 8;

type RunsRun = AnalysisRun<'runSpectra' | 'runResults' | 'curves'>;

/**
 * Spectra of the matrices that other runs share with the inspected one, by name and shape; their trajectories,
 * reconstructions and, if the inspected run has them, dynamics; and the metrics of all.
 * @param others their folders, as a list or separated by commas. Default: those beside the inspected run.
 * @throws GeometryError `invalid-argument` if there is none, and errors of reading.
 */
export async function* runsBeside(
  run: RunsRun,
  others: string | readonly string[] | undefined,
): AsyncGenerator<TaskStep, void> {
  const { signal, emit } = run;
  const own = run.survey.checkpoints.flatMap(({ files }) => files.map((file) => file.path));
  const found = await runsAt(run.request.path, own, others, signal);
  if (found.length === 0) {
    throw new GeometryError('invalid-argument', `There is no other run beside ${run.request.path}.`);
  }
  if (found.length > mostRuns) {
    const message = `${found.length} other runs were found; the first ${mostRuns} are overlaid.`;
    emit({ warnings: [{ code: 'runs-left-out', message }] });
  }
  const shown = found.slice(0, mostRuns);
  // Of a run of ours too, whose own metrics have a page of their own.
  emit(await curvesOf(run.request.path, run.request.metrics));
  for (const { root } of shown) emit(await curvesOf(root, undefined));
  for (const [done, source] of shown.entries()) {
    yield* partOf(overlaidRun(run, source), done / shown.length, (done + 1) / shown.length);
  }
}

/** The common part of one other run: spectra, and the lists that the pages draw over the inspected run's. */
async function* overlaidRun(run: RunsRun, source: SourceSeries): AsyncGenerator<TaskStep, void> {
  const { survey, settings, plan, signal, emit } = run;
  const mine = new Map(plan.matrices.map((spec) => [matrixKey(spec), spec]));
  const other = await surveySeries(source, signal);
  try {
    const { pairs } = matchNames(survey.tensors, other.tensors);
    const names = new Map(pairs.map((pair) => [pair.base.name, pair.own.name]));
    const matrices = other.matrices.filter(({ tensor, part, rows, columns }) => {
      const own = mine.get(
        matrixKey({ tensor: names.get(tensor) ?? '', ...(part === undefined ? {} : { part }) }),
      );
      return own?.rows === rows && own.columns === columns;
    });
    if (matrices.length === 0) {
      const message = `${source.name} has no matrix of the same name and shape; it is left out.`;
      emit({ warnings: [{ code: 'run-left-out', message, path: source.root }] });
      return;
    }
    const exact = settings.precision === 'exact';
    const work = planWork(matrices, other.checkpoints.length, settings.shuffleDraws, exact);
    const values = new TensorValues(other);
    const spectra = spectraOf(
      {
        ...{ survey: other, plan: work, settings, signal, values },
        emit: ({ spectra: found = [] }) =>
          emit({
            runSpectra: found.map((spectrum) => ({
              run: source.name,
              path: source.root,
              spectrum: { ...spectrum, tensor: names.get(spectrum.tensor)! },
            })),
          }),
      },
      work.spectraOf,
    );
    const named = async function* (steps: AsyncGenerator<TaskStep, void>): AsyncGenerator<TaskStep, void> {
      for await (const { fraction, text } of steps) yield { fraction, text: `${source.name}: ${text}` };
    };
    const hasSpectra =
      run.report().analyses.some(({ id }) => id === 'runs') &&
      run.report().runSpectra.some(({ path: place }) => place === source.root);
    const first = hasSpectra
      ? []
      : [
          {
            expected: spectraMs({ settings, survey: other, plan: work }, work.spectraOf),
            steps: () => spectra,
          },
        ];
    const results = await openResults(run, { source, survey: other, plan: work, values, names });
    try {
      yield* named(inPhases([...first, ...results.phases]));
    } finally {
      await results.dispose();
    }
  } finally {
    await other.pool.close();
  }
}

const namedRuns = (others: string | readonly string[], signal: AbortSignal): Promise<SourceSeries[]> =>
  Promise.all(
    (typeof others === 'string' ? others.split(',') : others).map((place) =>
      findSeries(path.resolve(typeof others === 'string' ? place.trim() : place), signal),
    ),
  );

const runsAt = (
  inspected: string,
  own: readonly string[],
  others: string | readonly string[] | undefined,
  signal: AbortSignal,
): Promise<SourceSeries[]> =>
  others === undefined ? besideOf(inspected, new Set(own), signal) : namedRuns(others, signal);

/** The checkpoints of the runs that would be overlaid. */
export const filesOfRuns = async (
  inspected: string,
  others: string | readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const filesIn = ({ entries }: SourceSeries): string[] =>
    entries.flatMap(({ files }) => files.map((file) => file.path));
  const own = filesIn(await findSeries(inspected, signal));
  return (await runsAt(inspected, own, others, signal)).slice(0, mostRuns).flatMap(filesIn);
};

/** The other series at the inspected path; if there is none, those of the parent folder. */
const besideOf = async (
  inspected: string,
  own: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<SourceSeries[]> => {
  for (const place of [inspected, path.dirname(inspected)]) {
    const { series } = await discover(place, { signal });
    const others = series.filter(
      ({ checkpoints }) => !checkpoints.some(({ files }) => files.some((file) => own.has(file.path))),
    );
    if (others.length > 0)
      return others.map(({ root, name, checkpoints }) => ({
        ...{ path: root, root, name, entries: checkpoints },
        warnings: [],
        otherSeries: [],
      }));
  }
  return [];
};
