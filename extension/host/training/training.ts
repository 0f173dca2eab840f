import { availableParallelism } from 'node:os';
import * as vscode from 'vscode';
import type { Reply, TrainerEvents, TrainRequest } from '../../contract/calls.js';
import type { ErrorValue } from '../../contract/errors.js';
import type { ReportAddition } from '../../contract/report.js';
import type { RunFile } from '../../contract/run.js';
import type { TrainingAction, TrainingState } from '../../contract/training.js';
import type { TrainingFace } from '../inspector/inspectorView.js';
import type { Reader } from '../processes/reader.js';
import { setting } from '../settings.js';
import { isResumable, phaseAfter } from './phases.js';
import { providerLine } from './describeRun.js';
import type { RegisteredRun, RunRegister } from './runRegister.js';
import type { Trainers } from './trainers.js';
import { TrainingRun } from './trainingRun.js';

/** Runs that another process trains are looked at this often. */
const lookEveryMs = 2000;

export interface TrainingServices {
  readonly trainers: Trainers;
  readonly reader: Reader;
  readonly register: RunRegister;
  readonly log: vscode.LogOutputChannel;
}

/** What a run has to tell the user, once. */
export type RunNews =
  | { readonly kind: 'started' | 'finished'; readonly run: TrainingRun }
  | { readonly kind: 'grokked'; readonly run: TrainingRun; readonly step: number }
  | { readonly kind: 'failed'; readonly run: TrainingRun; readonly error: ErrorValue };

/** The runs of this window, as many at work as its setting says and the rest in a queue, and those that go on alone. */
export class Training implements TrainingFace, vscode.Disposable {
  private readonly known = new Map<string, TrainingRun>();
  private readonly queue: TrainingRun[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly changed = new vscode.EventEmitter<string>();
  private readonly news = new vscode.EventEmitter<RunNews>();
  private readonly additions = new vscode.EventEmitter<{ folder: string; addition: ReportAddition }>();
  readonly onChanged = this.changed.event;
  readonly onNews = this.news.event;
  /** More is known of a run: lines of its metrics, its file. */
  readonly onAddition = this.additions.event;

  constructor(private readonly services: TrainingServices) {}

  /** Active runs first, then the queue, then those that can be gone on with. */
  get runs(): readonly TrainingRun[] {
    const rank = (run: TrainingRun): number => (run.isActive ? 0 : run.phase === 'queued' ? 1 : 2);
    return [...this.known.values()].sort((a, b) => rank(a) - rank(b));
  }

  /** The run that the status bar and the palette speak of. */
  get shown(): TrainingRun | undefined {
    const active = this.runs.filter((run) => run.isActive);
    return active.find((run) => !run.alone) ?? active[0];
  }

  run(folder: string): TrainingRun | undefined {
    return this.known.get(folder);
  }

  stateOf(folder: string): TrainingState | undefined {
    return this.known.get(folder)?.state;
  }

  /** Starts a run, or puts it behind those that were asked for before. */
  start(request: TrainRequest): TrainingRun {
    const run = TrainingRun.asked(request);
    this.enqueue(run);
    return run;
  }

  steer(folder: string, action: TrainingAction): void {
    const run = this.known.get(folder);
    if (run?.state.actions.includes(action)) this.actions[action](run);
  }

  /** Takes a run that has ended, or never began, off the list; its files stay. */
  forget(folder: string): void {
    const run = this.known.get(folder);
    if (!run || run.isActive) return;
    this.drop(run);
    void this.services.register.remove(folder);
  }

  /** Looks for the runs that windows before this one, or beside it, have started. */
  async find(): Promise<void> {
    for (const { folder, waiting } of await this.services.register.runs()) {
      if (this.known.has(folder) || (waiting && isAlive(waiting.window))) continue;
      const reply = await this.services.reader.run(folder);
      const record = reply.ok ? reply.value : undefined;
      const run = record ? TrainingRun.found(record) : waiting && TrainingRun.leftWaiting(waiting.request);
      if (!run || !(run.isActive || isResumable(run.phase))) await this.services.register.remove(folder);
      else if (run.isActive || vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder))) this.adopt(run);
    }
  }

  /** Leaves the runs to themselves: each is checkpointed and ends, or goes on, as it was told when it started. */
  dispose(): void {
    clearTimeout(this.timer);
    this.services.trainers.leave();
    this.changed.dispose();
    this.news.dispose();
    this.additions.dispose();
  }

  private readonly actions: Readonly<Record<TrainingAction, (run: TrainingRun) => void>> = {
    pause: (run) => {
      this.set(run, 'pausing');
      this.services.trainers.ask(run.folder, (calls) => calls.pause());
    },
    resume: (run) => {
      if (run.phase === 'paused') {
        this.services.trainers.ask(run.folder, (calls) => calls.resume());
        return;
      }
      run.request = run.resumption(setting('training.onWindowClose'));
      run.phase = 'queued';
      this.enqueue(run);
    },
    stop: (run) => {
      if (run.phase === 'queued') this.unqueue(run);
      else if (run.alone) void this.stopAlone(run);
      else {
        this.set(run, 'stopping');
        this.services.trainers.ask(run.folder, (calls) => calls.stop());
      }
    },
  };

  private enqueue(run: TrainingRun): void {
    this.known.set(run.folder, run);
    this.queue.push(run);
    if (run.request) void this.services.register.add(waitingHere(run.request));
    this.changed.fire(run.folder);
    this.next();
  }

  private unqueue(run: TrainingRun): void {
    this.queue.splice(this.queue.indexOf(run), 1);
    if (run.file) this.set(run, 'stopped');
    else this.forget(run.folder);
  }

  private drop(run: TrainingRun): void {
    this.known.delete(run.folder);
    this.changed.fire(run.folder);
  }

  private set(run: TrainingRun, phase: TrainingRun['phase']): void {
    run.phase = phase;
    this.changed.fire(run.folder);
  }

  private next(): void {
    const atOnce = runsAtOnce();
    while (this.services.trainers.size < atOnce) {
      const run = this.queue.shift();
      if (!run) return;
      if (run.request) void this.launch(run, { ...run.request, ...threadsOf(atOnce) });
    }
  }

  private async launch(run: TrainingRun, request: TrainRequest): Promise<void> {
    const ended = this.services.trainers.train(request, this.eventsOf(run));
    this.set(run, 'starting');
    const outcome = await ended;
    // Without one this window is closing; the next one finds the run.
    if (!outcome) return;
    this.end(run, outcome);
    this.next();
  }

  private eventsOf(run: TrainingRun): Omit<TrainerEvents, 'ended'> {
    const { log, register } = this.services;
    const { folder } = run;
    return {
      started: (file) => {
        run.file = file;
        run.step = file.lastStep;
        void register.add({ folder });
        log.info(`${run.name}: ${providerLine(file.provider)}`);
        this.additions.fire({ folder, addition: { run: [file] } });
        this.news.fire({ kind: 'started', run });
        this.changed.fire(folder);
      },
      metrics: (line) => {
        run.last = line;
        run.step = line.step;
        this.additions.fire({ folder, addition: { metrics: [line] } });
        this.changed.fire(folder);
      },
      advanced: (step) => {
        run.step = step;
        this.changed.fire(folder);
      },
      status: (status, step) => {
        run.step = step;
        this.set(run, phaseAfter(status, run.phase));
      },
      grokked: (step) => {
        if (run.file) {
          run.file = { ...run.file, grokStep: step };
          this.additions.fire({ folder, addition: { run: [run.file] } });
        }
        this.news.fire({ kind: 'grokked', run, step });
      },
    };
  }

  private end(run: TrainingRun, outcome: Reply<RunFile>): void {
    if (outcome.ok) {
      run.file = outcome.value;
      run.step = outcome.value.lastStep;
      this.additions.fire({ folder: run.folder, addition: { run: [outcome.value] } });
      this.set(run, outcome.value.status);
      if (run.phase === 'finished') {
        void this.services.register.remove(run.folder);
        this.news.fire({ kind: 'finished', run });
      }
    } else {
      this.set(run, 'failed');
      this.news.fire({ kind: 'failed', run, error: outcome.error });
    }
  }

  private adopt(run: TrainingRun): void {
    this.known.set(run.folder, run);
    this.changed.fire(run.folder);
    if (run.alone) this.watch();
  }

  private watch(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.look();
    }, lookEveryMs);
  }

  /** What the runs that other processes train have come to. */
  private async look(): Promise<void> {
    const alone = [...this.known.values()].filter((run) => run.alone);
    for (const run of alone) {
      const reply = await this.services.reader.run(run.folder);
      if (!reply.ok) continue;
      if (!reply.value) {
        this.drop(run);
        continue;
      }
      const { file, metrics } = reply.value;
      const hadGrokked = run.file?.grokStep !== undefined;
      const stopping = run.phase === 'stopping';
      run.readFrom(reply.value);
      if (stopping && run.alone) run.phase = 'stopping';
      this.additions.fire({
        folder: run.folder,
        addition: { run: [file], metrics: metrics.slice(run.linesSeen) },
      });
      run.linesSeen = metrics.length;
      if (!hadGrokked && file.grokStep !== undefined)
        this.news.fire({ kind: 'grokked', run, step: file.grokStep });
      this.changed.fire(run.folder);
    }
    if (alone.some((run) => run.alone)) this.watch();
  }

  private async stopAlone(run: TrainingRun): Promise<void> {
    const reply = await this.services.reader.run(run.folder);
    const pid = reply.ok ? reply.value?.trainedBy : undefined;
    if (pid === undefined) return;
    this.set(run, 'stopping');
    try {
      process.kill(pid, 'SIGTERM');
    } catch (error) {
      this.services.log.warn(`Process ${pid} could not be told to stop: ${String(error)}`);
    }
  }
}

/** Settings are hand-written: a value out of its range counts as the nearest in it. */
const runsAtOnce = (): number => Math.max(1, Math.floor(setting('training.runsAtOnce')) || 1);

/** Runs at once share the processor's cores. A single one has what onnxruntime takes. */
const threadsOf = (runs: number): { threads?: number } =>
  runs === 1 ? {} : { threads: Math.max(1, Math.floor(availableParallelism() / runs)) };

const waitingHere = (request: TrainRequest): RegisteredRun => ({
  folder: request.out,
  waiting: { request, window: process.pid },
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
