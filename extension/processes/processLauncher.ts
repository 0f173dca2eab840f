import fs from 'node:fs';
import path from 'node:path';
import type { Reply, TrainerCalls, TrainRequest } from '../contract/calls.js';
import type { ErrorValue } from '../contract/errors.js';
import type { RunFile } from '../contract/run.js';
import type { Launcher, RunEvents, RunHandle } from '../queue/launcher.js';
import { startTrainerProcess } from './trainerProcess.js';

/** Limits, in lines and characters, of the quoted output of a dead process. */
const quotedLines = 20;
const quotedCharacters = 4000;

export interface ProcessLauncherOptions {
  /** The bundle of the child processes. */
  readonly bundle: string;
  readonly capacity: () => number;
  /** The error of a process that ended before its run did: how it ended, and its last output. */
  readonly died: (out: string, how: string, lastWords: string) => ErrorValue;
  /** Additional input of a run's process, determined before it starts; optional. Never rejects. */
  readonly surroundings?: (request: TrainRequest) => Promise<TrainerSurroundings>;
  /** Output files of processes that may outlive this one. */
  readonly outputFolder?: string;
  readonly log?: {
    readonly info: (line: string) => void;
    readonly warn: (line: string) => void;
    readonly error: (line: string, cause: string) => void;
  };
}

/** The environment of a run's process. */
export interface TrainerSurroundings {
  /** Additional environment variables, such as the search path of native libraries. */
  readonly environment: Readonly<Record<string, string>>;
  /** Unavailable providers, and why. */
  readonly passedOver: NonNullable<TrainRequest['passedOver']>;
}

/** One process of this machine for each run. */
export const processLauncher = (options: ProcessLauncherOptions): Launcher => {
  let started = 0;
  return {
    capacity: options.capacity,
    sharesCores: true,
    start: (request, events) => {
      const number = ++started;
      const begin = (given?: TrainerSurroundings): RunHandle =>
        startProcess(
          given ? withSurroundings(request, given) : request,
          events,
          options,
          number,
          given?.environment,
        );
      return options.surroundings === undefined
        ? begin()
        : startLater(options.surroundings(request).then(begin));
    },
  };
};

const withSurroundings = (request: TrainRequest, { passedOver }: TrainerSurroundings): TrainRequest =>
  passedOver.length === 0 ? request : { ...request, passedOver };

/** A run whose process has not started yet: requests meanwhile are delivered after the start. */
const startLater = (starting: Promise<RunHandle>): RunHandle => {
  let isLeft = false;
  const tell = (what: (run: RunHandle) => void): void => void starting.then(what);
  return {
    pause: () => tell((run) => run.pause()),
    resume: () => tell((run) => run.resume()),
    stop: () => tell((run) => run.stop()),
    leave: () => {
      isLeft = true;
      tell((run) => run.leave());
    },
    ended: starting.then((run) => (isLeft ? undefined : run.ended)),
  };
};

const startProcess = (
  request: TrainRequest,
  events: RunEvents,
  { bundle, died, outputFolder, log }: ProcessLauncherOptions,
  number: number,
  environment: Readonly<Record<string, string>> = {},
): RunHandle => {
  const lines: string[] = [];
  const outputFile =
    outputFolder === undefined ? undefined : path.join(outputFolder, `trainer-${number}.log`);
  if (outputFile !== undefined) {
    fs.mkdirSync(path.dirname(outputFile), { recursive: true });
    fs.writeFileSync(outputFile, '');
  }
  let outcome: Reply<RunFile> | undefined;
  const nothing = (): void => undefined;
  const trainer = startTrainerProcess(
    { bundle, environment, ...(outputFile === undefined ? {} : { outputFile }) },
    {
      events: {
        started: events.started ?? nothing,
        metrics: events.metrics ?? nothing,
        advanced: events.advanced ?? nothing,
        warning: events.warning ?? nothing,
        status: events.status ?? nothing,
        grokked: events.grokked ?? nothing,
        ended: (reply) => {
          outcome = reply;
          // The process is finished and exits when its channel closes.
          trainer.finish();
        },
      },
      refuse: (error) => {
        lines.push(error.message);
        log?.error(error.message, String(error.cause));
      },
      onOutput: (line) => lines.push(line),
    },
  );
  log?.info(`Trainer process ${trainer.pid} trains ${request.out}.`);
  void trainer.calls.start(request).then((reply) => {
    if (reply.ok || reply.error.code === 'process-died') return;
    outcome = reply;
    trainer.finish();
  });
  const ask = (call: (calls: TrainerCalls) => Promise<Reply<void>>): void =>
    void call(trainer.calls).then((reply) => {
      // Its exit status says how it ended.
      if (!reply.ok && reply.error.code !== 'process-died') log?.warn(reply.error.message);
    });
  const end = async (): Promise<Reply<RunFile> | undefined> => {
    const { how, expected } = await trainer.ended;
    log?.info(`Trainer process ${trainer.pid} ended: ${how}.`);
    if (expected) return undefined;
    return outcome ?? { ok: false, error: died(request.out, how, lastWords(lines, outputFile)) };
  };
  return {
    pause: () => ask((calls) => calls.pause()),
    resume: () => ask((calls) => calls.resume()),
    stop: () => ask((calls) => calls.stop()),
    leave: () => trainer.leave(),
    ended: end(),
  };
};

const lastWords = (lines: readonly string[], outputFile: string | undefined): string => {
  if (outputFile === undefined) return lines.slice(-quotedLines).join('\n');
  try {
    return fs.readFileSync(outputFile, 'utf8').trim().slice(-quotedCharacters);
  } catch {
    return '';
  }
};
