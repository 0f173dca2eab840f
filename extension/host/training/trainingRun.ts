import path from 'node:path';
import type { Metrics, RunFile } from '../../contract/run.js';
import type { TrainRequest } from '../../contract/calls.js';
import { TimeLeft } from '../../contract/timeLeft.js';
import type { RunRecord, TrainingPhase, TrainingState } from '../../contract/training.js';
import type { RunLabels } from './runRegister.js';
import { actionsIn, isActive, phaseOnDisk } from './phases.js';

/** One run as seen from this window: requested here, or found on disk. */
export class TrainingRun {
  phase: TrainingPhase;
  step: number;
  file: RunFile | undefined;
  last: Metrics | undefined;
  /** Trained by a process that this window did not start. */
  alone = false;
  /** The user's annotations. */
  labels: RunLabels = {};
  private readonly time = new TimeLeft();
  /** The other host whose process trains it; empty if its name is unknown. */
  trainedOn: string | undefined;
  /** Position after the last line of its metrics that this window has forwarded. */
  linesSeen = 0;

  private constructor(
    readonly folder: string,
    phase: TrainingPhase,
    /** The request that starts it. A found run is resumed with the request of its file. */
    public request: TrainRequest | undefined,
  ) {
    this.phase = phase;
    this.step = 0;
  }

  static asked(request: TrainRequest): TrainingRun {
    return new TrainingRun(request.out, 'queued', request);
  }

  /** A run that never started: its window closed first. */
  static leftWaiting(request: TrainRequest): TrainingRun {
    return new TrainingRun(request.out, 'stopped', request);
  }

  static found(record: RunRecord): TrainingRun {
    const run = new TrainingRun(record.folder, 'stopped', undefined);
    run.readFrom(record);
    return run;
  }

  /** What the run's files say now. */
  readFrom({ file, metrics, trainedBy, trainedOn }: RunRecord): void {
    this.file = file;
    this.alone = trainedBy !== undefined || trainedOn !== undefined;
    this.trainedOn = trainedOn;
    this.phase = phaseOnDisk(file.status, this.alone);
    this.last = metrics.at(-1);
    this.advance(Math.max(file.lastStep, this.last?.step ?? 0));
  }

  /** Progress, from which its time left is measured. */
  advance(step: number): void {
    this.step = step;
    if (this.phase === 'running' && this.maxSteps > 0) this.time.report(step / this.maxSteps, Date.now());
  }

  /** Time without training does not count for the pace. */
  rest(): void {
    this.time.rest();
  }

  get msLeft(): number | undefined {
    return this.phase === 'running' ? this.time.left(Date.now()) : undefined;
  }

  get name(): string {
    return path.basename(this.folder);
  }

  get maxSteps(): number {
    return this.request?.config.maxSteps ?? this.file?.config.maxSteps ?? 0;
  }

  get isActive(): boolean {
    return isActive(this.phase);
  }

  get state(): TrainingState {
    const { phase, step, maxSteps, alone, trainedOn, msLeft } = this;
    const trainer = trainedOn !== undefined ? 'another host' : alone ? 'another process' : 'this window';
    return {
      ...{ phase, step, maxSteps, alone, actions: actionsIn(phase, trainer) },
      ...(trainedOn === undefined ? {} : { trainedOn }),
      ...(msLeft === undefined ? {} : { msLeft }),
    };
  }

  /** The request to continue from its last checkpoint. */
  resumption(whenLeft: 'stop' | 'continue'): TrainRequest | undefined {
    const config = this.request?.config ?? this.file?.config;
    if (!config) return undefined;
    const hasStarted = this.file !== undefined;
    const provider = this.file?.provider.name ?? this.request?.provider ?? 'auto';
    return { config, out: this.folder, provider, resume: hasStarted, whenLeft };
  }
}
