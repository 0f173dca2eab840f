import { receiveEvents } from '../contract/boundary.js';
import type { TrainerCalls, TrainerEvents } from '../contract/calls.js';
import type { GeometryError } from '../contract/errors.js';
import { trainerEventSchemas, trainerSchemas } from '../contract/trainerSchemas.js';
import { startEngineProcess, type EngineProcess } from './engineProcess.js';

/** Where the process of a run starts from. */
export interface TrainerPlace {
  /** The bundle of the child processes. */
  readonly bundle: string;
  /** File for the output of a process that may outlive this one. */
  readonly outputFile?: string;
  /** Additional environment variables of the process. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface TrainerHandlers {
  readonly events: TrainerEvents;
  /** Receives events that do not fit the contract. */
  readonly refuse: (error: GeometryError) => void;
  /** A line of the process's output; not called if a file receives it. */
  readonly onOutput?: (line: string) => void;
}

/** The process of one run. It outlives this process if told to, or until its last checkpoint is written. */
export function startTrainerProcess(
  { bundle, outputFile, environment = {} }: TrainerPlace,
  { events, refuse, onOutput = () => undefined }: TrainerHandlers,
): EngineProcess<TrainerCalls> {
  return startEngineProcess<TrainerCalls>({
    bundle,
    role: 'trainer',
    args: [],
    schemas: trainerSchemas,
    events: receiveEvents(trainerEventSchemas, events, refuse),
    onOutput,
    environment,
    ...(outputFile === undefined ? {} : { outputFile }),
  });
}
