import { receiveEvents } from '../contract/boundary.js';
import type { TrainerCalls, TrainerEvents } from '../contract/calls.js';
import type { GeometryError } from '../contract/errors.js';
import { trainerEventSchemas, trainerSchemas } from '../contract/trainerSchemas.js';
import { startEngineProcess, type EngineProcess } from './engineProcess.js';

/** Where the process of a run starts from. */
export interface TrainerPlace {
  /** The bundle of the child processes. */
  readonly bundle: string;
  /** Keeps what the process writes besides its messages, for one that may outlive this process. */
  readonly outputFile?: string;
  /** Variables of the process besides this one's. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface TrainerHandlers {
  readonly events: TrainerEvents;
  /** Told of events that do not fit the contract. */
  readonly refuse: (error: GeometryError) => void;
  /** A line that the process wrote besides its messages; not where a file keeps them. */
  readonly onOutput?: (line: string) => void;
}

/** The process of one run. It outlives this one when it was told to, or until its last checkpoint is written. */
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
