import type { ErrorValue } from '../../../contract/errors.js';
import type { JobOptions } from '../../../contract/sweep.js';

/** An array of elements, each of which trains some runs of a sweep. */
export interface ArrayJob {
  /** Unique; letters, digits and dashes. */
  readonly name: string;
  /** Folder of scripts and output; it is there. */
  readonly folder: string;
  readonly elements: number;
  readonly options: JobOptions;
  /** The sweep's folder, as the command of an element has it. */
  readonly sweep: string;
  /** The grid and the submission as text, for machines that cannot read them beside the runs. */
  readonly files: { readonly grid: string; readonly submission: string };
  /** The command of one element, its index excepted, which is the last argument. */
  readonly command: readonly string[];
  /** Set for the command. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What an element's command is told of CUDA's files on its machine. */
export const cudaFlags = ({ cudaFrom = [] }: JobOptions): string[] =>
  cudaFrom.flatMap((folder) => ['--cuda-from', folder]);

/** A part of an array that the scheduler took as one job: elements `first` … `first + count − 1`. */
export interface Submitted {
  readonly id: string;
  readonly first: number;
  readonly count: number;
}

/** A job as a scheduler is asked about it: by its parts, or, where those were never recorded, by its name. */
export interface AskedJob {
  readonly name: string;
  readonly parts: readonly Submitted[];
  /** As in {@link ArrayJob}. */
  readonly folder: string;
}

/** An element that a scheduler still has. One that has ended is not in its answer. */
export interface ElementState {
  readonly job: string;
  readonly element: number;
  readonly state: 'waiting' | 'working';
  /** Why it waits, in the scheduler's words. */
  readonly reason?: string;
  readonly node?: string;
}

/** The answer to one question about all jobs. Silence says nothing about any run. */
export type SchedulerAnswer =
  | { readonly ok: true; readonly elements: readonly ElementState[] }
  | { readonly ok: false; readonly error: ErrorValue };

/** A place that runs arrays of the headless command. */
export interface Scheduler {
  readonly name: string;
  /** The options that it has a word for: others are refused, not passed over. */
  readonly takes: readonly (keyof JobOptions)[];
  /** What would be submitted, as text; nothing is submitted. */
  preview(job: ArrayJob): Promise<string>;
  /** @throws GeometryError where it refuses or is not there. */
  submit(job: ArrayJob): Promise<readonly Submitted[]>;
  /** One question for all jobs. Never throws. */
  ask(jobs: readonly AskedJob[]): Promise<SchedulerAnswer>;
  /** Asks elements to checkpoint and end, and takes back those that wait. */
  cancel(job: AskedJob, elements: readonly number[]): Promise<void>;
  /** Lets elements begin that the scheduler itself holds back, after a launch that failed. */
  release?(jobs: readonly AskedJob[]): Promise<void>;
  /** Name of an element's output file in the job's folder. */
  outputFile(part: Submitted, element: number): string;
}
