import { GeometryError } from '../../../contract/errors.js';
import {
  overlaidNames,
  type AnalysisRequest,
  type OverlaidSection,
  type Report,
  type ReportAddition,
  type RunResult,
  type SectionName,
} from '../../../contract/report.js';
import { ReportStore } from '../../../contract/reportStore.js';
import { namedMatrix } from '../../geometry/matrixRoles.js';
import type { Phase } from '../../ground/work/phases.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import type { SourceSeries } from '../../series/source.js';
import { trainingRecord } from '../../series/trainingRecord.js';
import { msOf } from '../expectedTime.js';
import { chosenAnalysis, missingFor, type Analysis, type AnalysisRun } from '../analysis.js';
import { angles } from '../angles/row.js';
import { attention } from '../attention/row.js';
import { defect } from '../defect/row.js';
import { edge } from '../edge/row.js';
import { modes } from '../modes/row.js';
import { path } from '../path/row.js';
import { jointReconstructions, perMatrixReconstructions } from '../reconstruction/row.js';
import { trajectory } from '../trajectory/row.js';

/** Default analyses whose results are drawn over those of the inspected run. */
export const always: readonly Analysis[] = [
  trajectory,
  perMatrixReconstructions,
  jointReconstructions,
  angles,
];
/** Those on request: run with the inspected run's settings. */
const whereAsked: readonly Analysis[] = [path, defect, edge, attention, modes];

/** Another run, surveyed: the input of its analyses. */
interface OtherRun extends Pick<AnalysisRun, 'survey' | 'plan' | 'values'> {
  readonly source: SourceSeries;
  /** The inspected run's names of its tensors. */
  readonly names: ReadonlyMap<string, string>;
}

/** The analyses of another run as parts of one task, until disposed of. */
export const openResults = async (
  run: AnalysisRun<'runResults'>,
  { source, names, ...other }: OtherRun,
): Promise<{ readonly phases: readonly Phase[]; readonly dispose: () => Promise<void> }> => {
  const model = await run.openModel?.(other.survey, source.root);
  const training = await trainingRecord(source.root, model?.isOtherAbove !== true);
  const { evaluation, descriptor } = model ?? {};
  const own = ownReport(run.report(), source);
  const places = placesOf(names);
  const emit = (addition: ReportAddition): void => {
    own.add(addition);
    const { warnings = [] } = addition;
    run.emit({
      warnings: warnings.map((warning) => ({ ...warning, message: `${source.name}: ${warning.message}` })),
      runResults: resultsOf(addition, source, places),
    });
  };
  // Nulls are drawn of the inspected run alone.
  const plan = { ...other.plan, angleNullsOf: new Set<number>() };
  const inner: AnalysisRun = {
    ...{ ...other, plan, emit, settings: run.settings, signal: run.signal, report: () => own.report()! },
    request: { ...run.request, path: source.root },
    ...(descriptor === undefined ? {} : { descriptor }),
    ...(training === undefined ? {} : { training }),
    ...(evaluation === undefined ? {} : { evaluate: evaluation.evaluate, evaluationPairs: evaluation.pairs }),
  };
  emit({ checkpoints: [...other.survey.checkpoints] });
  const asked = new Map(
    [...(run.request.analyses ?? []), ...run.report().analyses].map((request) => [request.id, request]),
  );
  const known = knownOf(run.report(), source.root);
  const isThere = ({ sections }: Analysis): boolean =>
    sections.every((section) => !isOverlaid(section) || known.has(section));
  const phases = [...always, ...whereAsked].flatMap((analysis): Phase[] => {
    const request = asked.get(analysis.id);
    if (request === undefined && whereAsked.includes(analysis)) return [];
    if (missingFor(analysis, inner) !== undefined || isThere(analysis)) return [];
    const { settings } = chosenAnalysis(
      analysis,
      atSameStep(request ?? { id: analysis.id }, run, other),
      false,
    );
    const steps = (): AsyncGenerator<TaskStep, void> => analysis.steps(inner, settings);
    const isAsked = request !== undefined;
    return [
      {
        expected: msOf(analysis.parts(inner, settings)),
        steps: isAsked ? () => orLeftOut(steps(), analysis.id, emit) : steps,
      },
    ];
  });
  return { phases, dispose: async () => evaluation?.dispose() };
};

/** What one run lacks for an analysis on request (the heads of a model, a checkpoint of the step) spoils no other curve. */
async function* orLeftOut(
  steps: AsyncGenerator<TaskStep, void>,
  id: string,
  emit: (addition: ReportAddition) => void,
): AsyncGenerator<TaskStep, void> {
  try {
    yield* steps;
  } catch (thrown) {
    if (!(thrown instanceof GeometryError) || thrown.code === 'cancelled') throw thrown;
    emit({ warnings: [{ code: 'run-left-out', message: `without ${id}: ${thrown.message}` }] });
  }
}

/** Modes are of one step: that of the inspected run, where the other has it; else its last. */
const atSameStep = (
  request: AnalysisRequest,
  { survey }: Pick<AnalysisRun, 'survey'>,
  other: Pick<AnalysisRun, 'survey'>,
): AnalysisRequest => {
  if (request.id !== modes.id) return request;
  const asked = request.settings?.step;
  const own = typeof asked === 'number' ? asked : survey.checkpoints.at(-1)!.step;
  const steps = other.survey.checkpoints.map(({ step }) => step);
  return { ...request, settings: { ...request.settings, step: steps.includes(own) ? own : steps.at(-1)! } };
};

const isOverlaid = (section: SectionName): section is OverlaidSection =>
  (overlaidNames as readonly SectionName[]).includes(section);

/** Complete results of an earlier overlay of the run. */
const knownOf = ({ analyses, runResults }: Report, root: string): ReadonlySet<SectionName> =>
  new Set(
    analyses.some(({ id }) => id === 'runs')
      ? runResults.filter(({ path: place }) => place === root).map(({ section }) => section)
      : [],
  );

/** The analyses' view of the other run's own report: results of the inspected run must not appear in it. */
const ownReport = (
  { schema, source, settings, versions, created }: Report,
  other: SourceSeries,
): ReportStore => {
  const model = { ...source };
  delete model.grokStep;
  delete model.descriptor;
  const store = new ReportStore();
  const header = { schema, settings, versions, created };
  store.add({ header: { ...header, source: { ...model, path: other.root, name: other.name } } });
  return store;
};

/** The inspected run's names for what the other run names otherwise. */
interface OwnPlaces {
  readonly tensors: ReadonlyMap<string, string>;
  /** By stack and index. */
  readonly layers: ReadonlyMap<string, { readonly stack: string; readonly layer: number }>;
}

const layerKey = ({ stack, layer }: { readonly stack: string; readonly layer: number }): string =>
  `${stack} ${layer}`;

const placesOf = (tensors: ReadonlyMap<string, string>): OwnPlaces => {
  const layers = new Map<string, { stack: string; layer: number }>();
  for (const [other, own] of tensors) {
    const [theirs, ours] = [namedMatrix(other), namedMatrix(own)];
    if (theirs && ours) layers.set(layerKey(theirs), { stack: ours.stack, layer: ours.layer });
  }
  return { tensors, layers };
};

const resultsOf = (
  addition: ReportAddition,
  { name: run, root: path }: SourceSeries,
  places: OwnPlaces,
): RunResult[] =>
  overlaidNames.flatMap((section) =>
    (addition[section] ?? []).map(
      // The compiler cannot match the entry to its name.
      (entry) => ({ run, path, section, entry: withOwnName(entry, places) }),
    ),
  );

/** Entries of a matrix that has no place in a layer are named by its tensor. */
const withOwnName = (entry: RunResult['entry'], { tensors, layers }: OwnPlaces): RunResult['entry'] => {
  if ('stack' in entry) return { ...entry, ...layers.get(layerKey(entry)) };
  if ('tensor' in entry) return { ...entry, tensor: tensors.get(entry.tensor) ?? entry.tensor };
  const name = 'group' in entry ? tensors.get(entry.group) : undefined;
  return name === undefined ? entry : { ...entry, group: name };
};
