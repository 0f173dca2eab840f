import type { InspectRequest } from '../../contract/calls.js';
import { GeometryError } from '../../contract/errors.js';
import type { AnalysisRequest, ReportAddition } from '../../contract/report.js';
import type { ReportStore } from '../../contract/reportStore.js';
import {
  chosenAnalysis,
  missingFor,
  type AnalysisRun,
  type ChosenAnalysis,
  type OtherModel,
} from '../analyses/analysis.js';
import { KeptVectors } from '../analyses/keptVectors.js';
import { analyses, analysisNamed } from '../analyses/table.js';
import { planWork } from '../analyses/workPolicy.js';
import { runTasks, type Task, type TaskStep } from '../ground/work/tasks.js';
import { WorkClock } from '../ground/work/workClock.js';
import { chooseTensors } from '../series/chooseTensors.js';
import { fittingModel, modelOf, type FoundModel } from '../series/modelOf.js';
import type { Survey } from '../series/survey.js';
import { TensorValues } from '../series/tensorValues.js';
import type { TrainingRecord } from '../series/trainingRecord.js';
import type { InspectOptions } from './inspect.js';
import { openEvaluation } from './openEvaluation.js';

/**
 * @throws GeometryError `invalid-argument` for a name that is not in the table, and for settings of another
 * analysis.
 */
export const requestedAnalysis = (request: AnalysisRequest): ChosenAnalysis =>
  chosenAnalysis(analysisNamed(request.id), request, true);

/** The default analyses and the requested ones, without those that a cached report holds. */
export const wantedAnalyses = (
  requested: readonly ChosenAnalysis[],
  cached: ReportAddition | undefined,
): ChosenAnalysis[] => {
  const defaults = analyses.filter(({ isDefault }) => isDefault && cached === undefined);
  const wanted = new Map(defaults.map((row) => [row.id, chosenAnalysis(row, { id: row.id }, false)]));
  for (const chosen of requested) wanted.set(chosen.request.id, chosen);
  const done = new Set((cached?.analyses ?? []).map((entry) => JSON.stringify(entry)));
  return [...wanted.values()].filter(({ request }) => !done.has(JSON.stringify(request)));
};

export interface AnalysesContext {
  readonly request: InspectRequest;
  readonly survey: Survey;
  readonly model: FoundModel;
  readonly training: TrainingRecord | undefined;
  readonly store: ReportStore;
  readonly emit: (addition: ReportAddition) => void;
  readonly options: InspectOptions;
}

/**
 * Runs the given analyses, and those requested meanwhile, to their ends.
 * @returns why requested analyses failed; the others are complete all the same.
 * @throws GeometryError `cancelled`, and errors of the default analyses.
 */
export const runAnalyses = async (
  wanted: readonly ChosenAnalysis[],
  context: AnalysesContext,
): Promise<readonly unknown[]> => {
  if (wanted.length === 0) return [];
  const { request, survey, model, training, store, emit, options } = context;
  const { settings } = request;
  const { matrices, group } = chooseTensors(survey, settings.tensors);
  const checkpoints = survey.checkpoints.length;
  const plan = planWork(matrices, checkpoints, settings.shuffleDraws, settings.precision === 'exact');
  emit({ warnings: [...plan.warnings] });
  const evaluation = await openEvaluation(request, survey, model, options.evaluator, emit);
  try {
    const run: AnalysisRun = {
      ...{ request, settings, survey, plan, emit, signal: options.signal },
      values: new TensorValues(survey),
      vectors: new KeptVectors(plan, settings.subspace),
      report: () => store.report()!,
      ...(group === undefined ? {} : { group }),
      ...(model.descriptor === undefined ? {} : { descriptor: model.descriptor.value }),
      ...(training === undefined ? {} : { training }),
      ...(evaluation === undefined
        ? {}
        : { evaluate: evaluation.evaluate, evaluationPairs: evaluation.pairs }),
      openModel: (other, root) => openOther(other, root, context),
    };
    const failures: unknown[] = [];
    const tasksOf = (chosen: readonly ChosenAnalysis[], isAsked = false): Task[] =>
      chosen.flatMap((one) => {
        const { analysis } = one;
        const missing = missingFor(analysis, run);
        if (missing !== undefined && !one.onRequest) return [];
        const steps = measured(analysis.id, completed(one, run, missing, failures), options.onCost);
        const { topic, takesTurns = false } = analysis;
        return [{ topic, takesTurns, parts: analysis.parts(run, one.settings), steps, isAsked }];
      });
    const isLast = ({ analysis }: ChosenAnalysis): boolean => analysis.isLast === true;
    const late: ChosenAnalysis[] = [];
    /** Analyses that start last are postponed until these are done. */
    const asked = (): Task[] => {
      const chosen = (options.analyses?.() ?? []).map(requestedAnalysis);
      late.push(...chosen.filter(isLast));
      return tasksOf(
        chosen.filter((one) => !isLast(one)),
        true,
      );
    };
    const clock = new WorkClock<Task>();
    const schedule = {
      clock,
      signal: options.signal,
      onProgress: options.onProgress ?? (() => undefined),
      focus: options.focus ?? (() => 'overview' as const),
      more: asked,
    };
    const [first, last] = [tasksOf(wanted.filter((one) => !isLast(one))), tasksOf(wanted.filter(isLast))];
    for (const task of [...first, ...last]) clock.add(task, task.parts);
    await runTasks(first, schedule);
    await runTasks(last, schedule);
    while (late.length > 0) {
      const tasks = tasksOf(late.splice(0));
      for (const task of tasks) clock.add(task, task.parts);
      await runTasks(tasks, schedule);
    }
    return failures;
  } finally {
    await evaluation?.dispose();
  }
};

/** The steps of an analysis, then its entry in the report's list of complete ones. */
async function* completed(
  { analysis, request, settings, onRequest }: ChosenAnalysis,
  run: AnalysisRun,
  missing: string | undefined,
  failures: unknown[],
): AsyncGenerator<TaskStep, void> {
  try {
    if (missing !== undefined) throw new GeometryError('invalid-argument', missing);
    yield* analysis.steps(run, settings);
    run.emit({ analyses: [request] });
  } catch (thrown) {
    if (!onRequest || (thrown instanceof GeometryError && thrown.code === 'cancelled')) throw thrown;
    failures.push(thrown);
  }
}

/**
 * The same steps, with the cost of each chunk reported: the time of the process. Chunks never overlap; what threads do
 * ahead between them is counted to the chunk that runs by then.
 */
async function* measured(
  id: string,
  steps: AsyncGenerator<TaskStep, void>,
  onCost: InspectOptions['onCost'],
): AsyncGenerator<TaskStep, void> {
  if (onCost === undefined) return yield* steps;
  try {
    for (;;) {
      const [before, began] = [process.cpuUsage(), performance.now()];
      const step = await steps.next();
      const { user, system } = process.cpuUsage(before);
      onCost(id, { cpuMs: (user + system) / 1000, wallMs: performance.now() - began });
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await steps.return();
  }
}

const openOther = async (
  other: Survey,
  root: string,
  { request, options, emit }: AnalysesContext,
): Promise<OtherModel> => {
  const model = fittingModel(await modelOf(request, root), root, other);
  emit({ warnings: [...model.warnings] });
  const evaluation = await openEvaluation(request, other, model, options.evaluator, emit);
  return {
    ...(model.descriptor === undefined ? {} : { descriptor: model.descriptor.value }),
    ...(evaluation === undefined ? {} : { evaluation }),
    ...(model.isOtherAbove ? { isOtherAbove: true } : {}),
  };
};
