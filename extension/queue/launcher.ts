import type { Reply, TrainerEvents, TrainRequest } from '../contract/calls.js';
import type { RunFile } from '../contract/run.js';

/** Events of a run in training. */
export type RunEvents = Partial<Omit<TrainerEvents, 'ended'>>;

/** A run that a launcher has started. */
export interface RunHandle {
  pause(): void;
  resume(): void;
  /** Writes a checkpoint, then ends. */
  stop(): void;
  /** Detaches: the run ends with a checkpoint or continues alone, as its request said. */
  leave(): void;
  /** How it ended; undefined after a detach. Never rejects. */
  readonly ended: Promise<Reply<RunFile> | undefined>;
}

/** Where runs run: this process, processes of this machine, rows of one graph, a cluster. */
export interface Launcher {
  /** Maximum number of concurrent runs, at least 1. Queried each time a place becomes free. */
  capacity(): number;
  /** Whether concurrent runs share the cores of one processor. */
  readonly sharesCores: boolean;
  start(request: TrainRequest, events: RunEvents): RunHandle;
  /**
   * The number of runs that will be active, until it is set again. Rows of one graph wait for each other:
   * rounding of a row depends on the number of rows, which must not depend on who is ready first.
   */
  expects?(runs: number): void;
}
