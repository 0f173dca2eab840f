import fs from 'node:fs';
import path from 'node:path';
import type * as vscode from 'vscode';
import type { Reply, TrainerCalls, TrainerEvents, TrainRequest } from '../../contract/calls.js';
import type { RunFile } from '../../contract/run.js';
import type { EngineProcess } from '../../processes/engineProcess.js';
import { startTrainerProcess } from '../../processes/trainerProcess.js';
import { processDied } from '../errors.js';

export interface TrainersPlace {
  /** The bundle of the child processes. */
  readonly bundle: string;
  /** Where a trainer writes what it has to say besides its messages: it may outlive this window. */
  readonly outputFolder: string;
}

/** The trainer processes of this window, one for each run at work, by the run's folder. */
export class Trainers {
  private readonly processes = new Map<string, EngineProcess<TrainerCalls>>();
  private started = 0;

  constructor(
    private readonly place: TrainersPlace,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  get size(): number {
    return this.processes.size;
  }

  has(folder: string): boolean {
    return this.processes.has(folder);
  }

  /** Trains a run. Answers how it ended; nothing where this window has left it to itself. */
  async train(
    request: TrainRequest,
    events: Omit<TrainerEvents, 'ended'>,
  ): Promise<Reply<RunFile> | undefined> {
    const { bundle, outputFolder } = this.place;
    const outputFile = path.join(outputFolder, `trainer-${++this.started}.log`);
    fs.mkdirSync(outputFolder, { recursive: true });
    fs.writeFileSync(outputFile, '');
    let outcome: Reply<RunFile> | undefined;
    const trainer = startTrainerProcess(
      { bundle, outputFile },
      {
        events: {
          ...events,
          ended: (reply) => {
            outcome = reply;
            // The process has nothing more to do, and ends when its channel closes.
            trainer.finish();
          },
        },
        refuse: (error) => this.log.error(error.message, String(error.cause)),
      },
    );
    this.processes.set(request.out, trainer);
    this.log.info(`Trainer process ${trainer.pid} started.`);
    this.log.debug(`Process ${trainer.pid} trains ${request.out}.`);
    void trainer.calls.start(request).then((reply) => {
      if (reply.ok || reply.error.code === 'process-died') return;
      outcome = reply;
      trainer.finish();
    });
    const { how, expected } = await trainer.ended;
    this.log.info(`Trainer process ${trainer.pid} ended: ${how}.`);
    if (expected) return undefined;
    this.processes.delete(request.out);
    return outcome ?? { ok: false, error: processDied('trainer', lastWords(outputFile, how)) };
  }

  ask(folder: string, call: (calls: TrainerCalls) => Promise<Reply<void>>): void {
    const trainer = this.processes.get(folder);
    if (!trainer) return;
    void call(trainer.calls).then((reply) => {
      if (!reply.ok) this.log.warn(reply.error.message);
    });
  }

  /** Detaches from every run: it writes a checkpoint and ends, or continues, as its request said. */
  leave(): void {
    for (const trainer of this.processes.values()) trainer.leave();
  }
}

const lastWords = (outputFile: string, how: string): string => {
  try {
    const text = fs.readFileSync(outputFile, 'utf8').trim();
    return text === '' ? how : `${how}\n${text.slice(-4000)}`;
  } catch {
    return how;
  }
};
