import type { ErrorValue } from '../../../contract/errors.js';
import type { JobOptions } from '../../../contract/sweep.js';

/** An array of elements, each of which trains some runs of a sweep. */
export interface ArrayJob {
  /** Unique; letters, digits and dashes. */
  readonly name: string;
  /** Existing folder of scripts and output. */
  readonly folder: string;
  readonly elements: number;
  readonly options: JobOptions;
  /** The sweep's folder, as seen by an element's command. */
  readonly sweep: string;
  /** The grid and the submission as text, for machines without access to them. */
  readonly files: { readonly grid: string; readonly submission: string };
  /** The command of one element, without its index, which is the last argument. */
  readonly command: readonly string[];
  /** Environment variables of the command. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How an element's command finds CUDA's files on its machine. */
export const cudaFlags = ({ cudaFrom = [] }: JobOptions): string[] =>
  cudaFrom.flatMap((folder) => ['--cuda-from', folder]);

/** A part of an array that the scheduler accepted as one job: elements `first` … `first + count − 1`. */
export interface Submitted {
  readonly id: string;
  readonly first: number;
  readonly count: number;
}

/** A job in a query: by its parts or, if those were never recorded, by its name. */
export interface AskedJob {
  readonly name: string;
  readonly parts: readonly Submitted[];
  /** As in {@link ArrayJob}. */
  readonly folder: string;
}

/** An element that the scheduler still lists. An ended one is not in the answer. */
export interface ElementState {
  readonly job: string;
  readonly element: number;
  readonly state: 'waiting' | 'working';
  /** Why it waits, in the scheduler's words. */
  readonly reason?: string;
  readonly node?: string;
}

/** The answer to one query about all jobs. No answer says nothing about any run. */
export type SchedulerAnswer =
  | { readonly ok: true; readonly elements: readonly ElementState[] }
  | { readonly ok: false; readonly error: ErrorValue };

/** A scheduler that runs arrays of the headless command. */
export interface Scheduler {
  readonly name: string;
  /** The supported options; others are refused, not ignored. */
  readonly takes: readonly (keyof JobOptions)[];
  /** The submission as text; nothing is submitted. */
  preview(job: ArrayJob): Promise<string>;
  /** @throws GeometryError if it refuses or is unavailable. */
  submit(job: ArrayJob): Promise<readonly Submitted[]>;
  /** One query for all jobs. Never throws. */
  ask(jobs: readonly AskedJob[]): Promise<SchedulerAnswer>;
  /** Asks running elements to checkpoint and end, and withdraws waiting ones. */
  cancel(job: AskedJob, elements: readonly number[]): Promise<void>;
  /** Releases elements that the scheduler itself holds after a failed launch. */
  release?(jobs: readonly AskedJob[]): Promise<void>;
  /** Name of an element's output file in the job's folder. */
  outputFile(part: Submitted, element: number): string;
}
