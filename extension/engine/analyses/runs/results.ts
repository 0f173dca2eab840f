import {
  overlaidNames,
  type OverlaidSection,
  type Report,
  type ReportAddition,
  type RunResult,
  type SectionName,
} from '../../../contract/report.js';
import { ReportStore } from '../../../contract/reportStore.js';
import type { Phase } from '../../ground/work/phases.js';
import type { SourceSeries } from '../../series/source.js';
import { trainingRecord } from '../../series/trainingRecord.js';
import { chosenAnalysis, missingFor, type Analysis, type AnalysisRun } from '../analysis.js';
import { defect } from '../defect/row.js';
import { edge } from '../edge/row.js';
import { path } from '../path/row.js';
import { jointReconstructions, perMatrixReconstructions } from '../reconstruction/row.js';
import { trajectory } from '../trajectory/row.js';

/** Default analyses whose results are drawn over those of the inspected run. */
export const always: readonly Analysis[] = [trajectory, perMatrixReconstructions, jointReconstructions];
/** Those on request: run with the inspected run's settings. */
const whereAsked: readonly Analysis[] = [path, defect, edge];

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
  const training = await trainingRecord(source.root);
  const { evaluation, descriptor } = model ?? {};
  const own = ownReport(run.report(), source);
  const emit = (addition: ReportAddition): void => {
    own.add(addition);
    const { warnings = [] } = addition;
    run.emit({
      warnings: warnings.map((warning) => ({ ...warning, message: `${source.name}: ${warning.message}` })),
      runResults: resultsOf(addition, source, names),
    });
  };
  const inner: AnalysisRun = {
    ...{ ...other, emit, settings: run.settings, signal: run.signal, report: () => own.report()! },
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
    const { settings } = chosenAnalysis(analysis, request ?? { id: analysis.id }, false);
    return [{ expected: analysis.weight(inner, settings), steps: () => analysis.steps(inner, settings) }];
  });
  return { phases, dispose: async () => evaluation?.dispose() };
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

const resultsOf = (
  addition: ReportAddition,
  { name: run, root: path }: SourceSeries,
  names: ReadonlyMap<string, string>,
): RunResult[] =>
  overlaidNames.flatMap((section) =>
    (addition[section] ?? []).map(
      // The compiler cannot match the entry to its name.
      (entry) => ({ run, path, section, entry: withOwnName(entry, names) }),
    ),
  );

/** Entries of a matrix that has no place in a layer are named by its tensor. */
const withOwnName = (entry: RunResult['entry'], names: ReadonlyMap<string, string>): RunResult['entry'] => {
  const name = 'group' in entry ? names.get(entry.group) : undefined;
  return name === undefined ? entry : { ...entry, group: name };
};
