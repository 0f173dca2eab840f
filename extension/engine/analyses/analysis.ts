import * as v from 'valibot';
import type { Focus, InspectRequest } from '../../contract/calls.js';
import type { ModelDescriptor } from '../../contract/descriptor.js';
import { GeometryError } from '../../contract/errors.js';
import type {
  AnalysisRequest,
  InspectSettings,
  Report,
  ReportAddition,
  SectionName,
} from '../../contract/report.js';
import type { Evaluate } from '../evaluation/namedWeights.js';
import type { OpenEvaluate } from '../evaluation/openEvaluate.js';
import type { TaskStep } from '../ground/work/tasks.js';
import type { WorkPart } from '../ground/work/workClock.js';
import type { ChosenGroup } from '../series/chooseTensors.js';
import type { Survey } from '../series/survey.js';
import type { TensorValues } from '../series/tensorValues.js';
import type { TrainingRecord } from '../series/trainingRecord.js';
import type { KeptVectors } from './keptVectors.js';
import type { WorkPlan } from './workPolicy.js';

/** The context of a running analysis. */
export interface AnalysisRun<Sections extends SectionName = SectionName> {
  readonly request: InspectRequest;
  readonly settings: InspectSettings;
  /** The series or the checkpoint: tensors, matrices, checkpoints, and the pool that reads them. */
  readonly survey: Survey;
  /** Values of whole tensors; the last few are cached. */
  readonly values: TensorValues;
  /** Leading vectors that came with spectra, for the angles; without it they are computed twice. */
  readonly vectors?: KeptVectors;
  /** Which decompositions are affordable, and of which matrices. */
  readonly plan: WorkPlan;
  /** The tensors of a glob as one group; absent without a glob. */
  readonly group?: ChosenGroup;
  /** The model descriptor of the series, if one was given. Never inferred. */
  readonly descriptor?: ModelDescriptor;
  /** Learning rate and decay on the run's record; absent without a record. */
  readonly training?: TrainingRecord;
  /** Test accuracies of given weights; absent for one checkpoint, without a model, and for a large model. */
  readonly evaluate?: Evaluate;
  /** The pairs that it evaluates on. */
  readonly evaluationPairs?: number;
  /** Opens another run's model in the same way; undefined if it has none. */
  readonly openModel?: (other: Survey, root: string) => Promise<OtherModel>;
  readonly signal: AbortSignal;
  /** The report so far, without the entries of tensors: the survey has them. */
  readonly report: () => Report;
  /** Adds entries to the sections that the analysis declares. */
  readonly emit: (addition: Pick<ReportAddition, Sections | 'warnings'>) => void;
}

/** Another run's model, as its own inspection would open it. */
export interface OtherModel {
  readonly descriptor?: ModelDescriptor;
  readonly evaluation?: OpenEvaluate;
  /** What lies in the folder above its own is about another model. */
  readonly isOtherAbove?: true;
}

/** Settings of one analysis as command flags: `--NAME VALUE` becomes `settings.NAME`. */
export interface AnalysisFlag {
  /**
   * How the text becomes a value: unchanged, a number, the full path, or the content of the named JSON file.
   */
  readonly kind: 'text' | 'number' | 'path' | 'json-file';
  /** Placeholder in the usage text: `FILE`. */
  readonly value: string;
  readonly help: string;
  /** The analysis does not run without it. */
  readonly isRequired?: true;
}

/** One row of the table of analyses. */
export interface Analysis {
  /** Kebab-case; the name on the command line. */
  readonly id: string;
  /** One line of the usage text: what it computes. */
  readonly summary: string;
  /** Sections of the report that it writes, besides warnings. */
  readonly sections: readonly SectionName[];
  /** `series`: at least two checkpoints. `model`: also a descriptor, so that the model can run. */
  readonly needs: 'checkpoint' | 'series' | 'model';
  /** Part of every inspection that meets its needs; otherwise on request only. */
  readonly isDefault: boolean;
  /** Starts after all others are complete, and may read their results in `run.report()`. */
  readonly isLast?: true;
  /** The page that shows its results. It runs first while that page is visible. */
  readonly topic: Focus;
  /** Long and with results all along: it shares the time with the analysis that would follow it. */
  readonly takesTurns?: true;
  readonly settings: v.GenericSchema;
  readonly flags: { readonly [name: string]: AnalysisFlag };
  /** Additional files that its results depend on. A change of their time or size invalidates the results. */
  readonly files?:
    ((settings: unknown, signal: AbortSignal, inspected: string) => Promise<readonly string[]>) | undefined;
  /** What it is expected to cost (`expectedTime.ts`), in the order in which its steps go: its share of the progress. */
  readonly parts: (run: AnalysisRun, settings: unknown) => readonly WorkPart[];
  /**
   * Computes in chunks of about 250 ms, yields after each, and emits results as they come.
   * @throws GeometryError; `cancelled` after the signal.
   */
  readonly steps: (run: AnalysisRun, settings: unknown) => AsyncGenerator<TaskStep, void>;
}

type NoSettings = typeof noSettings;
const noSettings = v.strictObject({});

type AnalysisRow<Section extends SectionName, Settings extends v.GenericSchema> = Omit<
  Analysis,
  'sections' | 'settings' | 'flags' | 'steps' | 'files' | 'parts'
> & {
  readonly sections: readonly Section[];
  readonly files?: (
    settings: v.InferOutput<Settings>,
    signal: AbortSignal,
    inspected: string,
  ) => Promise<readonly string[]>;
  /** Expected milliseconds of an analysis that is one kind of work, or its parts. */
  readonly weight: (run: AnalysisRun, settings: v.InferOutput<Settings>) => number | readonly WorkPart[];
  readonly steps: (
    run: AnalysisRun<Section>,
    settings: v.InferOutput<Settings>,
  ) => AsyncGenerator<TaskStep, void>;
} & (NoSettings extends Settings
    ? { readonly settings?: Settings; readonly flags?: Analysis['flags'] }
    : { readonly settings: Settings; readonly flags?: Analysis['flags'] });

/** Types a row: its steps may write only the sections that it declares, and take its own settings. */
export const analysis = <const Section extends SectionName, Settings extends v.GenericSchema = NoSettings>(
  row: AnalysisRow<Section, Settings>,
): Analysis => {
  const { files } = row;
  return {
    flags: {},
    ...row,
    settings: row.settings ?? noSettings,
    parts: (run, settings) => {
      const expected = row.weight(run, settings);
      return typeof expected === 'number' ? [{ kind: row.id, expected }] : expected;
    },
    steps: (run, settings) => row.steps(run, settings),
    files: files && ((settings, signal, inspected) => files(settings, signal, inspected)),
  };
};

/** An analysis with its validated settings. */
export interface ChosenAnalysis {
  readonly analysis: Analysis;
  readonly request: AnalysisRequest;
  readonly settings: unknown;
  /** Requested by name: missing needs are an error, and its errors do not affect the others. */
  readonly onRequest: boolean;
}

/** @throws GeometryError `invalid-argument` for settings of another analysis. */
export const chosenAnalysis = (
  analysis: Analysis,
  request: AnalysisRequest,
  onRequest: boolean,
): ChosenAnalysis => {
  const parsed = v.safeParse(analysis.settings, request.settings ?? {});
  if (parsed.success) return { analysis, request, settings: parsed.output, onRequest };
  const [issue] = parsed.issues;
  const at = v.getDotPath(issue);
  throw new GeometryError(
    'invalid-argument',
    `Settings of the analysis ${analysis.id}${at === null ? '' : `, ${at}`}: ${issue.message}.`,
  );
};

/** Why an analysis cannot run here; undefined if it can. */
export const missingFor = (
  { id, needs }: Analysis,
  { survey, descriptor }: Pick<AnalysisRun, 'survey' | 'descriptor'>,
): string | undefined => {
  if (needs === 'checkpoint') return undefined;
  if (survey.checkpoints.length < 2) return `The analysis ${id} needs a series of checkpoints.`;
  if (needs === 'series' || descriptor !== undefined) return undefined;
  return `The analysis ${id} needs a model description that lets the model be run.`;
};
