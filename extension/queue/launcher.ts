import type { Reply, TrainerEvents, TrainRequest } from '../contract/calls.js';
import type { RunFile } from '../contract/run.js';

/** What a run tells while it trains. */
export type RunEvents = Partial<Omit<TrainerEvents, 'ended'>>;

/** A run that a launcher has started. */
export interface RunHandle {
  pause(): void;
  resume(): void;
  /** Checkpoints, then ends. */
  stop(): void;
  /** Lets go: the run ends with a checkpoint or goes on alone, as its request said. */
  leave(): void;
  /** How it ended; undefined where it was left to itself. Never rejects. */
  readonly ended: Promise<Reply<RunFile> | undefined>;
}

/** A place where runs run: this process, processes of this machine, rows of one graph, a cluster. */
export interface Launcher {
  /** Runs at once, at least 1. Asked each time that a place becomes free. */
  capacity(): number;
  /** Whether runs at once divide the cores of one processor between them. */
  readonly sharesCores: boolean;
  start(request: TrainRequest, events: RunEvents): RunHandle;
  /**
   * So many runs are to be at work, until another number is told. Rows of one graph wait for each other: how a row is
   * rounded depends on how many there are, which must not be a matter of who is ready first.
   */
  expects?(runs: number): void;
}
