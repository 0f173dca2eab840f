import path from 'node:path';
import type { Metrics, RunFile } from '../../contract/run.js';
import type { TrainRequest } from '../../contract/calls.js';
import { TimeLeft } from '../../contract/timeLeft.js';
import type { RunRecord, TrainingPhase, TrainingState } from '../../contract/training.js';
import type { RunLabels } from './runRegister.js';
import { actionsIn, isActive, phaseOnDisk } from './phases.js';

/** One run as this window knows it: asked for here, or found on disk. */
export class TrainingRun {
  phase: TrainingPhase;
  step: number;
  file: RunFile | undefined;
  last: Metrics | undefined;
  /** Trained by a process that this window did not start. */
  alone = false;
  /** What the user has written about it. */
  labels: RunLabels = {};
  private readonly time = new TimeLeft();
  /** The other host whose process trains it; empty where its name is not known. */
  trainedOn: string | undefined;
  /** Position of the last line of its metrics that this window has passed on. */
  linesSeen = 0;

  private constructor(
    readonly folder: string,
    phase: TrainingPhase,
    /** How this window starts it; a run that was found is resumed with what its file says. */
    public request: TrainRequest | undefined,
  ) {
    this.phase = phase;
    this.step = 0;
  }

  static asked(request: TrainRequest): TrainingRun {
    return new TrainingRun(request.out, 'queued', request);
  }

  /** A run whose turn never came: its window closed first. */
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

  /** How far the run is: what its time left is measured from. */
  advance(step: number): void {
    this.step = step;
    if (this.phase === 'running' && this.maxSteps > 0) this.time.report(step / this.maxSteps, Date.now());
  }

  /** Time that passes while nobody trains is no part of the pace. */
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

  /** The request that goes on from its last checkpoint. */
  resumption(whenLeft: 'stop' | 'continue'): TrainRequest | undefined {
    const config = this.request?.config ?? this.file?.config;
    if (!config) return undefined;
    const hasStarted = this.file !== undefined;
    const provider = this.file?.provider.name ?? this.request?.provider ?? 'auto';
    return { config, out: this.folder, provider, resume: hasStarted, whenLeft };
  }
}
