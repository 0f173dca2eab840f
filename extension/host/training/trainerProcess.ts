import type * as vscode from 'vscode';
import { receiveEvents } from '../../contract/boundary.js';
import type { TrainerCalls, TrainerEvents } from '../../contract/calls.js';
import { trainerEventSchemas, trainerSchemas } from '../../contract/trainerSchemas.js';
import { startEngineProcess, type EngineProcess } from '../processes/engineProcess.js';

/** Where the process of a run starts from. */
export interface TrainerPlace {
  /** The bundle of the child processes. */
  readonly bundle: string;
  /** What the process writes besides its messages, kept for the log. */
  readonly outputFile: string;
}

/** The process of one run. It outlives this window when it was told to, or until its last checkpoint is written. */
export function startTrainerProcess(
  { bundle, outputFile }: TrainerPlace,
  events: TrainerEvents,
  log: vscode.LogOutputChannel,
): EngineProcess<TrainerCalls> {
  return startEngineProcess<TrainerCalls>({
    bundle,
    role: 'trainer',
    args: [],
    schemas: trainerSchemas,
    events: receiveEvents(trainerEventSchemas, events, (error) =>
      log.error(error.message, String(error.cause)),
    ),
    onOutput: () => undefined,
    outputFile,
  });
}
