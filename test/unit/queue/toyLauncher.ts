import type { Reply, TrainRequest } from '../../../extension/contract/calls.js';
import type { RunFile } from '../../../extension/contract/run.js';
import { presets } from '../../../extension/engine/training/presets.js';
import { parseRunConfig } from '../../../extension/engine/training/runConfig.js';
import type { Launcher, RunEvents } from '../../../extension/queue/launcher.js';

export const config = parseRunConfig(presets[0]!.config, 'tiny');

export const requestOf = (out: string, more: Partial<TrainRequest> = {}): TrainRequest => ({
  ...{ config, out, provider: 'cpu' },
  ...more,
});

export const runFile = (status: RunFile['status'], lastStep = 10): RunFile => ({
  ...{ schema: 'weight-geometry/run@1', config, model: config.model, data: config.data },
  provider: { name: 'cpu', tf32: false, passedOver: [] },
  ...{ versions: {}, status, lastStep },
});

/** A run that was started: what was asked of it, and a hand on how it ends. */
export interface StartedRun {
  readonly request: TrainRequest;
  readonly events: RunEvents;
  readonly asked: string[];
  readonly end: (outcome: Reply<RunFile> | undefined) => void;
}

/** A launcher that starts nothing: the test says what becomes of each run. */
export class ToyLauncher implements Launcher {
  readonly started: StartedRun[] = [];
  readonly expected: number[] = [];
  readonly sharesCores: boolean = true;

  constructor(public places = 1) {}

  capacity(): number {
    return this.places;
  }

  start(request: TrainRequest, events: RunEvents) {
    const asked: string[] = [];
    let end!: StartedRun['end'];
    const ended = new Promise<Reply<RunFile> | undefined>((resolve) => (end = resolve));
    this.started.push({ request, events, asked, end });
    const note = (what: string) => () => void asked.push(what);
    return { pause: note('pause'), resume: note('resume'), stop: note('stop'), leave: note('leave'), ended };
  }

  expects(runs: number): void {
    this.expected.push(runs);
  }

  get folders(): string[] {
    return this.started.map(({ request }) => request.out);
  }
}

/** Until what promises do next has been done. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
