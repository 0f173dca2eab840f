import type { ErrorValue } from './errors.js';
import type { ModelDescriptor } from './descriptor.js';
import type {
  AnalysisRequest,
  InspectSettings,
  OnnxEvaluation,
  ReportAddition,
  SpectrumEntry,
  Warning,
} from './report.js';
import type { Metrics, ProviderName, RunConfig, RunFile } from './run.js';
import type { Place, SweepRecord, SweepSubmission } from './sweep.js';
import type { StatisticKey } from './statistics/table.js';
import type { PaperEntry, PresetEntry, RunRecord } from './training.js';

/**
 * The calls between processes. A boundary is one interface of async methods; the client is a proxy derived from it.
 * Every method answers a {@link Reply}: ok, or a typed error. Long work streams events and is named by a job id.
 */
export type Reply<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorValue };

/** The contents of a file's header. Reads no weights. */
export interface FileSummary {
  readonly path: string;
  readonly format: string;
  readonly bytes: number;
  readonly step?: number;
  readonly parameters: number;
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: string;
  }[];
  readonly warnings: readonly Warning[];
  /** Rank statistics that the cache holds for this file (same path, size and time). */
  readonly cached: readonly CachedStatistics[];
}

/** The statistics of one matrix, with their nulls if an inspection has computed them. */
export type CachedStatistics = Pick<
  SpectrumEntry,
  'tensor' | 'part' | 'rows' | 'columns' | 'exact' | StatisticKey
> & { readonly nulls: Pick<SpectrumEntry['nulls'], StatisticKey> };

export interface SeriesListing {
  readonly root: string;
  /** The path to inspect it alone. Not always a file (`folderOfPlace`). */
  readonly place: string;
  readonly name: string;
  readonly checkpoints: readonly {
    readonly label: string;
    readonly step?: number;
    readonly path: string;
    readonly bytes: number;
  }[];
  readonly warnings: readonly Warning[];
  /** A training run of this product: it may still grow. */
  readonly isRun: boolean;
}

export interface FoundSeries {
  readonly series: readonly SeriesListing[];
  /** Folders that could not be read, and a search that was cut short. */
  readonly warnings: readonly Warning[];
}

/** The light process of a window: headers, listings, cache, small matrices. Answers at once. */
export interface ReaderCalls {
  describe(path: string): Promise<Reply<FileSummary>>;
  /** Series at or under a path (a file, a folder of checkpoints, a folder of run folders). */
  discover(path: string): Promise<Reply<readonly SeriesListing[]>>;
  /**
   * Series under `top` that contain the weight files in `folders`, grouped and named as `discover`
   * does at `top`.
   */
  seriesOf(top: string, folders: readonly string[]): Promise<Reply<FoundSeries>>;
  /** Statistics of one small matrix, computed on request; undefined if that is too expensive. */
  quickStatistics(path: string, tensor: string): Promise<Reply<CachedStatistics | undefined>>;
  presets(): Promise<Reply<readonly PresetEntry[]>>;
  papers(): Promise<Reply<readonly PaperEntry[]>>;
  /**
   * The configuration of a preset or a run file: `key=value` assignments applied, defaults filled
   * in, checked.
   */
  runConfig(presetOrFile: string, assignments: readonly string[]): Promise<Reply<RunConfig>>;
  /** The run in a folder: its files, and who trains it; undefined if there is none. */
  run(folder: string): Promise<Reply<RunRecord | undefined>>;
  /**
   * The sweep in a folder: created there from a grid file or, without one, read from the folder.
   */
  sweep(folder: string, gridFile: string | null): Promise<Reply<SweepRecord>>;
  /** Where the runs of a submitted sweep stand; empty if it was never submitted. */
  places(folder: string): Promise<Reply<readonly Place[]>>;
  /**
   * Submits the remaining runs of a sweep and returns their number. Options that are not given keep
   * their last values.
   */
  submitSweep(folder: string, submission: SweepSubmission | null): Promise<Reply<number>>;
  /** Stops the named runs of a submitted sweep, or all. */
  stopSweep(folder: string, names: readonly string[] | null): Promise<Reply<void>>;
}

export interface InspectRequest {
  readonly path: string;
  readonly settings: InspectSettings;
  /** Confirmed by the user or given as an option; otherwise looked for beside the checkpoints. */
  readonly descriptor?: { readonly value: ModelDescriptor; readonly path?: string };
  /**
   * A model unknown to the product, run in its own ONNX file. Takes precedence over the descriptor.
   */
  readonly evaluation?: OnnxEvaluation;
  /** Analyses to run in addition to those of every inspection. */
  readonly analyses?: readonly AnalysisRequest[];
  /** The user's metrics: a file or a folder of logs. Default: those beside the checkpoints. */
  readonly metrics?: string;
  /** Reread only the user's metrics: new files, and these files, which have grown. */
  readonly metricsAlone?: readonly string[];
  /** Folder of the report cache. Nothing is cached without it. */
  readonly cacheFolder?: string;
}

/** The page that the user looks at. It is computed first. */
export const focuses = [
  'overview',
  'spectra',
  'trajectory',
  'reconstruction',
  'dynamics',
  'compare',
  'runs',
  'attention',
  'modes',
  'training',
  'sweep',
] as const;
export type Focus = (typeof focuses)[number];

export interface Progress {
  /** The current work, with amounts: "Spectra: 120 of 1008 matrices". */
  readonly text: string;
  /** 0 … 1. */
  readonly fraction: number;
  /**
   * Milliseconds left, if the work knows the cost of its parts. Otherwise the pace of `fraction` is
   * used.
   */
  readonly msLeft?: number;
}

export interface ComputeCalls {
  /** Starts an inspection; its additions and its end arrive as {@link ComputeEvents}. */
  inspect(job: string, request: InspectRequest): Promise<Reply<void>>;
  focus(job: string, focus: Focus): Promise<Reply<void>>;
  /**
   * Runs an analysis that is not part of every inspection. Additions follow and are cached with the
   * report.
   */
  analyse(job: string, request: AnalysisRequest): Promise<Reply<void>>;
  cancel(job: string): Promise<Reply<void>>;
}

export interface ComputeEvents {
  addition(job: string, addition: ReportAddition): void;
  progress(job: string, progress: Progress): void;
  /** The job ended: complete, cancelled (an error with code `cancelled`) or failed. */
  ended(job: string, outcome: Reply<void>): void;
}

export interface TrainRequest {
  readonly config: RunConfig;
  /** The run's folder. Created if it does not exist. */
  readonly out: string;
  readonly provider: ProviderName;
  /** A checkpoint to start from, with fresh moments. */
  readonly init?: string;
  /** Continue the run in `out` from its last checkpoint. */
  readonly resume?: boolean;
  /** Threads of one operator on the CPU. Default: as the run had before, or one per core. */
  readonly threads?: number;
  /** When the parent process ends: write a checkpoint and end (default), or continue alone. */
  readonly whenLeft?: 'stop' | 'continue';
  /** Providers that are unavailable here, and why. They are not tried. */
  readonly passedOver?: RunFile['provider']['passedOver'];
}

export interface TrainerCalls {
  start(request: TrainRequest): Promise<Reply<void>>;
  pause(): Promise<Reply<void>>;
  resume(): Promise<Reply<void>>;
  /** Writes a checkpoint, then ends. */
  stop(): Promise<Reply<void>>;
}

export interface TrainerEvents {
  /** The provider is chosen (and why), the run's folder is ready. */
  started(run: RunFile): void;
  metrics(line: Metrics): void;
  /** After every chunk of steps. */
  advanced(step: number): void;
  /** The run's files are incomplete. Sent on resume. */
  warning(warning: Warning): void;
  status(status: RunFile['status'], step: number): void;
  grokked(step: number): void;
  ended(outcome: Reply<RunFile>): void;
}
