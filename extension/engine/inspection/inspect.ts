import type { Focus, InspectRequest, Progress } from '../../contract/calls.js';
import type { ModelDescriptor } from '../../contract/descriptor.js';
import { printableMessage } from '../../contract/printable.js';
import type { AnalysisRequest, CurveEntry, ReportAddition, Warning } from '../../contract/report.js';
import { ReportStore } from '../../contract/reportStore.js';
import { GeometryError, toErrorValue } from '../../contract/errors.js';
import type { openEvaluate } from '../evaluation/openEvaluate.js';
import { fileIdentities } from '../../disk/fileIdentity.js';
import { throwIfCancelled } from '../ground/work/tasks.js';
import { readSweep } from '../runs/sweepFile.js';
import type { ChosenAnalysis } from '../analyses/analysis.js';
import { fittingModel, modelOf } from '../series/modelOf.js';
import { curvesOf } from '../metrics/curvesOf.js';
import { findSeries } from '../series/source.js';
import { survey as surveySeries, type Survey } from '../series/survey.js';
import { trainingRecord } from '../series/trainingRecord.js';
import { tensorEntries } from '../series/tensorEntries.js';
import { headerOf } from './header.js';
import { inspectSweep } from './inspectSweep.js';
import { otherFilesOf, type OtherFiles } from './otherFiles.js';
import { readReport, writeReport, type ReportKey } from './reportCache.js';
import { requestedAnalysis, runAnalyses, wantedAnalyses } from './runAnalyses.js';
import { runRecordOf, startingRun } from './runRecord.js';

export interface InspectOptions {
  readonly signal: AbortSignal;
  readonly onAddition: (addition: ReportAddition) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** The visible page: its results are computed first. */
  readonly focus?: () => Focus;
  /** Opens the model, for accuracies of reconstructions; without it accuracies are left out. */
  readonly evaluator?: typeof openEvaluate;
  /** Analyses requested since the last call; queried between chunks. */
  readonly analyses?: () => readonly AnalysisRequest[];
  /**
   * Called after each chunk of an analysis: CPU milliseconds of all threads of this process, and wall
   * milliseconds.
   */
  readonly onCost?: (analysis: string, cost: { readonly cpuMs: number; readonly wallMs: number }) => void;
}

/**
 * Inspects a checkpoint or a series and streams the report: header, checkpoints and tensors first; then the
 * results of the analyses, those of the focused page first, otherwise in table order. Memory does not grow with
 * the number of parameters. Results of requested analyses are cached with the report. A folder that holds a
 * sweep is reported as a sweep.
 * @throws GeometryError `invalid-argument` for an analysis that does not exist or whose needs are not met;
 * errors of unusable input; `cancelled` after the signal; `changed-while-reading`.
 */
export const inspect = async (request: InspectRequest, options: InspectOptions): Promise<void> => {
  const requested = (request.analyses ?? []).map(requestedAnalysis);
  const store = new ReportStore();
  const emit = (found: ReportAddition): void => {
    const { warnings } = found;
    const addition = warnings === undefined ? found : { ...found, warnings: warnings.map(printableMessage) };
    // A model may have a million tensors. The receiver has their entries, and the survey has what analyses
    // need.
    const others: ReportAddition = { ...addition, tensors: [] };
    store.add(request.cacheFolder === undefined ? others : addition);
    options.onAddition(addition);
  };
  const grid = await readSweep(request.path).catch((thrown: unknown) => {
    // Another program's file may have this name; the checkpoints beside it are inspected all the same.
    if (!(thrown instanceof GeometryError) || thrown.code !== 'malformed-file') throw thrown;
    emit({ warnings: [{ code: thrown.code, message: thrown.message, path: request.path }] });
    return undefined;
  });
  if (grid !== undefined) {
    if (requested.length > 0) {
      const names = requested.map(({ analysis }) => analysis.id).join(', ');
      const message = `A folder of runs has no analyses of its own: inspect one of its runs for ${names}.`;
      emit({ warnings: [{ code: 'analyses-left-out', message, path: request.path }] });
    }
    const { evaluator, ...sweepOptions } = options;
    return inspectSweep(request, grid, { ...sweepOptions, measures: evaluator !== undefined });
  }
  const source = await findSeries(request.path, options.signal).catch(async (thrown: unknown) => {
    const empty = thrown instanceof GeometryError && thrown.code === 'no-checkpoints';
    const started = empty ? await startingRun(request) : undefined;
    if (started === undefined) throw thrown;
    emit(started);
    return undefined;
  });
  if (source === undefined) return;
  const addCurves = async (named = request.metrics): Promise<readonly CurveEntry[]> => {
    const { curves, warnings } = await curvesOf(source.root, named);
    if (curves.length + warnings.length > 0)
      options.onAddition({ curves, warnings: warnings.map(printableMessage) });
    return curves;
  };
  if (request.metricsAlone !== undefined) {
    const read = new Set((await addCurves()).map(({ path }) => path));
    // Files of other, overlaid runs.
    for (const file of request.metricsAlone) if (!read.has(file)) await addCurves(file);
    return;
  }
  throwIfCancelled(options.signal);
  const beside = await modelOf(request, source.root);
  const found = await surveySeries(source, options.signal, request.settings.tensors);
  try {
    const model = fittingModel(beside, source.root, found);
    const record = await runRecordOf(source.root);
    const key = await cacheKey(
      request,
      found,
      model.descriptor?.value,
      await besides(requested, request.path, options.signal),
    );
    const cached = request.cacheFolder === undefined ? undefined : await readReport(request.cacheFolder, key);
    emit(
      cached ?? {
        header: headerOf(request, source, found, model, record?.run[0]?.grokStep),
        checkpoints: [...found.checkpoints],
        tensors: tensorEntries(found),
        warnings: [...source.warnings, ...found.warnings, ...model.warnings],
      },
    );
    // A run's metrics may grow between inspections, so they are not cached.
    if (record !== undefined) options.onAddition(record);
    // The same holds for another program's metrics; a run of this product has its own.
    if (record === undefined || request.metrics !== undefined) await addCurves();
    const training = await trainingRecord(source.root, model.isOtherAbove !== true);
    const context = { request, survey: found, model, training, store, emit, options };
    const save = async (): Promise<void> => {
      if (request.cacheFolder !== undefined)
        await keep(
          request.cacheFolder,
          key,
          store,
          () => otherFilesOf(store.report()!, request.path, options.signal),
          options.onAddition,
        );
    };
    let wanted = wantedAnalyses(requested, cached);
    const failures: unknown[] = [];
    for (;;) {
      failures.push(...(await runAnalyses(wanted, context)));
      if (wanted.length > 0) await save();
      wanted = (options.analyses?.() ?? []).map(requestedAnalysis);
      if (wanted.length === 0) break;
    }
    if (failures.length > 0) throw failures[0];
  } finally {
    await found.pool.close();
  }
};

/** Additional files that the requested analyses read. */
const besides = async (
  requested: readonly ChosenAnalysis[],
  inspected: string,
  signal: AbortSignal,
): Promise<string[]> => {
  const files: string[] = [];
  for (const { analysis, settings } of requested) {
    if (analysis.files !== undefined) files.push(...(await analysis.files(settings, signal, inspected)));
  }
  return files;
};

const cacheKey = async (
  request: InspectRequest,
  found: Survey,
  descriptor: ModelDescriptor | undefined,
  others: readonly string[],
): Promise<ReportKey> => ({
  files: await fileIdentities([
    ...found.checkpoints.flatMap(({ files }) => files.map(({ path }) => path)),
    ...(request.evaluation === undefined ? [] : [request.evaluation.model, request.evaluation.data]),
    ...others,
  ]),
  settings: request.settings,
  ...(descriptor === undefined ? {} : { descriptor: JSON.stringify(descriptor) }),
});

/** A failed cache write (a full disk) makes the next inspection slower, but does not affect this result. */
const keep = async (
  folder: string,
  key: ReportKey,
  store: ReportStore,
  others: () => Promise<readonly OtherFiles[]>,
  emit: (addition: ReportAddition) => void,
): Promise<void> => {
  const report = store.report();
  if (report === undefined) return;
  try {
    await writeReport(folder, key, { report: store.asAddition(), others: await others() }, report);
  } catch (thrown) {
    const warning: Warning = {
      code: 'cache-not-written',
      message: `The report could not be kept for next time: ${toErrorValue(thrown).cause ?? toErrorValue(thrown).message}`,
      path: folder,
    };
    emit({ warnings: [warning] });
  }
};
