import type { Focus, InspectRequest, Progress } from '../../contract/calls.js';
import type { ModelDescriptor } from '../../contract/descriptor.js';
import type { ReportAddition, ReportHeader, Warning } from '../../contract/report.js';
import { reportSchemaName } from '../../contract/report.js';
import { ReportStore } from '../../contract/reportStore.js';
import { GeometryError, toErrorValue } from '../../contract/errors.js';
import type { OpenEvaluate, openEvaluate } from '../evaluation/openEvaluate.js';
import type { Evaluate } from '../evaluation/namedWeights.js';
import { mostEvaluatedParameters } from '../analyses/accuracy.js';
import { anglesOf } from '../analyses/angles.js';
import { inspectSweep } from './inspectSweep.js';
import { readSweep } from '../runs/sweepFile.js';
import { chooseTensors } from '../series/chooseTensors.js';
import { fileDigests } from '../analyses/fileDigests.js';
import { modelOf, type FoundModel } from '../series/modelOf.js';
import { proposeDescriptor, type DescriptorProposal } from '../series/proposeDescriptor.js';
import { PassCollector } from '../analyses/passCollector.js';
import {
  jointReconstruction,
  perMatrixReconstruction,
  trajectoryReconstruction,
} from '../analyses/reconstructions.js';
import { fileIdentities } from '../ground/disk/fileIdentity.js';
import { readReport, writeReport, type ReportKey } from './reportCache.js';
import { runRecordOf, startingRun } from './runRecord.js';
import { findSeries, type SourceSeries } from '../series/source.js';
import { spectraOf, type SpectraRun } from '../analyses/spectra.js';
import { survey as surveySeries, type Survey } from '../series/survey.js';
import { runTasks, throwIfCancelled, type Task, type TaskStep } from '../ground/work/tasks.js';
import { TensorValues } from '../series/tensorValues.js';
import { tensorEntries } from '../series/tensorEntries.js';
import { trajectoryPass } from '../analyses/trajectoryPass.js';
import { reportVersions } from '../ground/versions.js';
import { planWork } from '../analyses/workPolicy.js';

export interface InspectOptions {
  readonly signal: AbortSignal;
  readonly onAddition: (addition: ReportAddition) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** What the user looks at now: its results are computed first. */
  readonly focus?: () => Focus;
  /** Gives the means to run the model, for accuracies of reconstructions; accuracies are left out where it is absent. */
  readonly evaluator?: typeof openEvaluate;
  /** What is computed besides on the user's request; the inspection lasts until it is there, and is kept with it. */
  readonly asked?: AsyncIterable<ReportAddition>;
}

/**
 * Inspects a checkpoint or a series and streams the report: header, checkpoints and tensors first; then spectra of the
 * last checkpoint, trajectories, reconstructions, spectra of the others, principal angles, unless the focus asks for
 * another order. Memory does not grow with the number of parameters. A folder with a sweep in it is reported as that.
 * @throws GeometryError for input that cannot be used, `cancelled` after the signal, `changed-while-reading`.
 */
export const inspect = async (request: InspectRequest, options: InspectOptions): Promise<void> => {
  const store = new ReportStore();
  const emit = (addition: ReportAddition): void => {
    store.add(addition);
    options.onAddition(addition);
  };
  const grid = await readSweep(request.path).catch((thrown: unknown) => {
    // Another program's file may have this name; what lies beside it is inspected all the same.
    if (!(thrown instanceof GeometryError) || thrown.code !== 'malformed-file') throw thrown;
    emit({ warnings: [{ code: thrown.code, message: thrown.message, path: request.path }] });
    return undefined;
  });
  if (grid !== undefined) {
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
  throwIfCancelled(options.signal);
  const model = await modelOf(request, source.root);
  const found = await surveySeries(source, options.signal);
  try {
    const record = await runRecordOf(source.root);
    const key = await cacheKey(request, found, model.descriptor?.value);
    const cached = request.cacheFolder === undefined ? undefined : await readReport(request.cacheFolder, key);
    if (cached !== undefined) {
      emit(cached);
      if (record !== undefined) options.onAddition(record);
      await keepAsked(request, key, store, options);
      return;
    }
    emit({
      header: headerOf(request, source, found, model, record?.run[0]?.grokStep),
      checkpoints: [...found.checkpoints],
      tensors: tensorEntries(found),
      warnings: [...source.warnings, ...found.warnings, ...model.warnings],
    });
    // A run's metrics grow with every look at them, so they are no part of what is cached.
    if (record !== undefined) options.onAddition(record);
    const evaluation = await openEvaluation(request, found, model, options, emit);
    try {
      const { tasks, afterwards } = plannedTasks(
        request,
        found,
        store,
        emit,
        options.signal,
        evaluation?.evaluate,
      );
      const run = {
        signal: options.signal,
        onProgress: options.onProgress ?? (() => undefined),
        focus: options.focus ?? (() => 'overview' as const),
      };
      await runTasks(tasks, run);
      await runTasks(afterwards(), run);
    } finally {
      await evaluation?.dispose();
    }
    if (request.cacheFolder !== undefined) await keep(request.cacheFolder, key, store, options.onAddition);
    await keepAsked(request, key, store, options);
  } finally {
    await found.pool.close();
  }
};

/** How the model is run, where somebody said what it is; a description that does not fit the weights is a warning. */
const openEvaluation = async (
  request: InspectRequest,
  found: Survey,
  model: FoundModel,
  options: InspectOptions,
  emit: (addition: ReportAddition) => void,
): Promise<OpenEvaluate | undefined> => {
  const { descriptor } = model;
  const isOneCheckpoint = found.checkpoints.length === 1;
  if (options.evaluator === undefined || isOneCheckpoint) return undefined;
  if (found.parameters > mostEvaluatedParameters) return undefined;
  if (request.evaluation !== undefined) {
    return options.evaluator({ kind: 'onnx', ...request.evaluation }, found.comparable);
  }
  if (descriptor === undefined) return undefined;
  try {
    return await options.evaluator({ kind: 'descriptor', descriptor: descriptor.value }, found.comparable);
  } catch (thrown) {
    if (!(thrown instanceof GeometryError)) throw thrown;
    const { code, message } = thrown;
    emit({
      warnings: [{ code, message, ...(descriptor.path === undefined ? {} : { path: descriptor.path }) }],
    });
    return undefined;
  }
};

const plannedTasks = (
  request: InspectRequest,
  found: Survey,
  store: ReportStore,
  emit: (addition: ReportAddition) => void,
  signal: AbortSignal,
  evaluate: Evaluate | undefined,
): { tasks: Task[]; afterwards: () => Task[] } => {
  const { settings } = request;
  const chosen = chooseTensors(found, settings.tensors);
  const plan = planWork(
    chosen.matrices,
    found.checkpoints.length,
    settings.shuffleDraws,
    settings.precision === 'exact',
  );
  emit({ warnings: [...plan.warnings] });
  const run: SpectraRun = { survey: found, values: new TensorValues(found), plan, settings, signal, emit };
  const collector = new PassCollector(found, settings, chosen.group, emit);
  const cost = plan.costPerCheckpoint;
  const perCheckpoint = (indices: readonly number[]): number =>
    indices.reduce((sum, t) => sum + cost * (plan.nullsOf.has(t) ? 1 + settings.shuffleDraws : 1), 1);
  const [last, ...others] = plan.spectraOf;
  const several = found.checkpoints.length > 1;
  const reconstruction = { ...run, ...(evaluate ? { evaluate } : {}) };
  const task = (topic: Focus, weight: number, steps: AsyncGenerator<TaskStep, void>): Task => ({
    topic,
    weight,
    steps,
  });
  const passWeight = 100 * found.parameters * found.checkpoints.length;
  const tasks = [
    task('spectra', perCheckpoint([last!]), spectraOf(run, [last!])),
    task('trajectory', passWeight, collectedPass(found, collector, reconstruction)),
    ...(several
      ? [
          task('reconstruction', cost, perMatrixReconstruction(reconstruction)),
          task('reconstruction', cost, jointReconstruction(reconstruction)),
          task('spectra', perCheckpoint(others), spectraOf(run, others)),
          task('spectra', 10 * cost * plan.anglesOf.length, anglesOf(run)),
        ]
      : []),
  ];
  return {
    tasks,
    afterwards: () => [
      task(
        'overview',
        1,
        fileDigests(found, () => store.report()?.checkpoints ?? [], emit),
      ),
    ],
  };
};

/** The pass over all bytes, then what needs all of it: the trajectory of everything and its reconstruction. */
async function* collectedPass(
  found: Survey,
  collector: PassCollector,
  run: Parameters<typeof trajectoryReconstruction>[0],
): AsyncGenerator<TaskStep, void> {
  for await (const step of trajectoryPass(found, collector)) yield step;
  const uncentred = await collector.finish();
  if (uncentred !== undefined) yield* trajectoryReconstruction(run, uncentred);
}

const headerOf = (
  request: InspectRequest,
  source: SourceSeries,
  found: Survey,
  { descriptor }: FoundModel,
  grokStep: number | undefined,
): ReportHeader => {
  const proposal = proposeDescriptor(found.tensors);
  return {
    schema: reportSchemaName,
    source: {
      path: source.path,
      name: source.name,
      kind: source.entries.length > 1 ? 'series' : 'checkpoint',
      parameters: found.parameters,
      ...(descriptor === undefined ? {} : { descriptor }),
      ...(proposal === undefined ? {} : { proposed: proposedOf(proposal) }),
      ...(proposal === undefined || descriptor !== undefined ? {} : { proposal: proposal.sentence }),
      ...(request.evaluation === undefined ? {} : { evaluation: request.evaluation }),
      ...(grokStep === undefined ? {} : { grokStep }),
      ...(source.otherSeries.length > 0 ? { otherSeries: [...source.otherSeries] } : {}),
    },
    settings: request.settings,
    versions: reportVersions(),
    created: new Date().toISOString(),
  };
};

const proposedOf = ({ kind, prime, d, layers, dFf, tasks }: DescriptorProposal) => ({
  ...{ kind, prime, d, layers, dFf },
  tasks: [...tasks],
});

const cacheKey = async (
  request: InspectRequest,
  found: Survey,
  descriptor: ModelDescriptor | undefined,
): Promise<ReportKey> => ({
  files: await fileIdentities([
    ...found.checkpoints.flatMap(({ files }) => files.map(({ path }) => path)),
    ...(request.evaluation === undefined ? [] : [request.evaluation.model, request.evaluation.data]),
  ]),
  settings: request.settings,
  ...(descriptor === undefined ? {} : { descriptor: JSON.stringify(descriptor) }),
});

/** What was asked for besides is part of the report of these files: the next inspection finds it there. */
const keepAsked = async (
  { cacheFolder }: InspectRequest,
  key: ReportKey,
  store: ReportStore,
  { asked, onAddition }: InspectOptions,
): Promise<void> => {
  if (asked === undefined) return;
  for await (const addition of asked) {
    store.add(addition);
    onAddition(addition);
    if (cacheFolder !== undefined) await keep(cacheFolder, key, store, onAddition);
  }
};

/** A cache that cannot be written (a full disk) costs time at the next inspection, not this one's result. */
const keep = async (
  folder: string,
  key: ReportKey,
  store: ReportStore,
  emit: (addition: ReportAddition) => void,
): Promise<void> => {
  const report = store.report();
  if (report === undefined) return;
  try {
    await writeReport(folder, key, store.asAddition(), report);
  } catch (thrown) {
    const warning: Warning = {
      code: 'cache-not-written',
      message: `The report could not be kept for next time: ${toErrorValue(thrown).cause ?? toErrorValue(thrown).message}`,
      path: folder,
    };
    emit({ warnings: [warning] });
  }
};
