import { availableParallelism } from 'node:os';
import * as vscode from 'vscode';
import type { Reply, TrainerEvents, TrainRequest } from '../../contract/calls.js';
import { errorCodes, toErrorValue, type ErrorCode, type ErrorValue } from '../../contract/errors.js';
import type { ReportAddition } from '../../contract/report.js';
import type { RunFile } from '../../contract/run.js';
import type { TrainingAction, TrainingState } from '../../contract/training.js';
import { isAlive } from '../../disk/processIdentity.js';
import type { TrainingFace } from '../inspector/inspectorView.js';
import type { Reader } from '../processes/reader.js';
import { setting } from '../settings.js';
import { isTrusted } from '../trust.js';
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
  | { readonly kind: 'finished'; readonly run: TrainingRun }
  /** `atOnce`: the user has just asked for it, and it did not have to wait. */
  | { readonly kind: 'started'; readonly run: TrainingRun; readonly atOnce: boolean }
  | { readonly kind: 'grokked'; readonly run: TrainingRun; readonly step: number }
  | { readonly kind: 'warned'; readonly run: TrainingRun; readonly message: string }
  | { readonly kind: 'failed'; readonly run: TrainingRun; readonly error: ErrorValue };

/** The runs of this window, as many at work as its setting says and the rest in a queue, and those that go on alone. */
export class Training implements TrainingFace, vscode.Disposable {
  private readonly known = new Map<string, TrainingRun>();
  private readonly queue: TrainingRun[] = [];
  /** Runs that had to wait for their turn. */
  private readonly waited = new WeakSet<TrainingRun>();
  private timer: NodeJS.Timeout | undefined;
  private readonly changed = new vscode.EventEmitter<string>();
  private readonly news = new vscode.EventEmitter<RunNews>();
  private readonly additions = new vscode.EventEmitter<{ folder: string; addition: ReportAddition }>();
  readonly onChanged = this.changed.event;
  readonly onNews = this.news.event;
  /** More is known of a run: lines of its metrics, its file. */
  readonly onAddition = this.additions.event;

  constructor(private readonly services: TrainingServices) {}

  /** Active runs first, then the queue, then runs that can be resumed. */
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

  /** Whether a run is at work in a folder, or waits to be. */
  isTaken(folder: string): boolean {
    const run = this.known.get(folder);
    return run !== undefined && (run.isActive || run.phase === 'queued');
  }

  /** Starts a run, or puts it behind those that were asked for before. */
  start(request: TrainRequest): void {
    if (!this.isTaken(request.out)) void this.enqueue(TrainingRun.asked(request));
  }

  /** What the run's own files say, for a page that shows it before anything is analysed. */
  async recordOf(folder: string): Promise<ReportAddition | undefined> {
    const reply = await this.services.reader.run(folder);
    if (!reply.ok || !reply.value) return undefined;
    const { file, metrics } = reply.value;
    return { run: [file], metrics };
  }

  steer(folder: string, action: TrainingAction): void {
    const run = this.known.get(folder);
    if (run?.state.actions.includes(action)) this.actions[action](run);
  }

  /** Takes a run that has ended, or never began, off the list; its files stay. */
  forget(folder: string): void {
    const run = this.known.get(folder);
    if (!run || run.isActive) return;
    this.unqueue(run);
    this.drop(run);
    void this.services.register.remove(folder);
  }

  /** Looks for the runs that windows before this one, or beside it, have started. */
  async find(): Promise<void> {
    for (const { folder, waiting } of await this.services.register.runs()) {
      if (this.known.has(folder) || (waiting && isAlive(waiting.window))) continue;
      const reply = await this.services.reader.run(folder);
      // What cannot be read now (a drive that is not there) may be read another time.
      if (!reply.ok) continue;
      const record = reply.value;
      const run = record ? TrainingRun.found(record) : waiting && TrainingRun.leftWaiting(waiting.request);
      if (!run || !(run.isActive || isResumable(run.phase))) await this.services.register.remove(folder);
      else if (run.isActive || isHere(run)) this.adopt(run);
    }
  }

  /** Detaches from the runs: each writes a checkpoint and ends, or continues, as its request said. */
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
      void this.goOn(run);
    },
    stop: (run) => {
      if (run.phase === 'queued') this.takeBack(run);
      else if (run.alone) void this.stopAlone(run);
      else {
        this.set(run, 'stopping');
        this.services.trainers.ask(run.folder, (calls) => calls.stop());
      }
    },
  };

  private async enqueue(run: TrainingRun): Promise<void> {
    if (!vscode.workspace.isTrusted && !(await isTrusted())) return;
    run.phase = 'queued';
    this.known.set(run.folder, run);
    this.queue.push(run);
    if (run.request) void this.services.register.add(waitingHere(run.request));
    this.changed.fire(run.folder);
    this.next();
    if (this.queue.includes(run)) this.waited.add(run);
  }

  /** Another window, or the command line, may have taken the run up since this one looked at it. */
  private async goOn(run: TrainingRun): Promise<void> {
    const reply = await this.services.reader.run(run.folder);
    if (this.isTaken(run.folder)) return;
    if (reply.ok && reply.value) run.readFrom(reply.value);
    if (run.alone || run.phase === 'finished') {
      this.adopt(run);
      return;
    }
    run.request = run.resumption(setting('training.onWindowClose'));
    this.waited.delete(run);
    await this.enqueue(run);
  }

  private unqueue(run: TrainingRun): void {
    const at = this.queue.indexOf(run);
    if (at >= 0) this.queue.splice(at, 1);
  }

  /** A run that waits is not to begin. */
  private takeBack(run: TrainingRun): void {
    if (!run.file) {
      this.forget(run.folder);
      return;
    }
    this.unqueue(run);
    this.set(run, 'stopped');
  }

  private drop(run: TrainingRun): void {
    this.known.delete(run.folder);
    this.changed.fire(run.folder);
  }

  private set(run: TrainingRun, phase: TrainingRun['phase']): void {
    run.phase = phase;
    if (phase !== 'running') run.rest();
    this.changed.fire(run.folder);
  }

  /** Runs of this workspace that somebody trains: those that go on alone have a claim on the machine too. */
  private get atWork(): number {
    const alone = [...this.known.values()].filter((run) => run.alone && run.isActive && isHere(run));
    return this.services.trainers.size + alone.length;
  }

  private next(): void {
    const atOnce = runsAtOnce();
    while (this.atWork < atOnce) {
      const run = this.queue.shift();
      if (!run) return;
      if (run.request) void this.launch(run, { ...run.request, ...threadsOf(run.request, atOnce) });
    }
  }

  private async launch(run: TrainingRun, request: TrainRequest): Promise<void> {
    const ended = this.services.trainers
      .train(request, this.eventsOf(run))
      .catch((thrown: unknown) => ({ ok: false as const, error: toErrorValue(thrown) }));
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
        this.news.fire({ kind: 'started', run, atOnce: !this.waited.has(run) });
        this.changed.fire(folder);
      },
      warning: ({ message }) => {
        log.warn(`${run.name}: ${message}`);
        this.news.fire({ kind: 'warned', run, message });
      },
      metrics: (line) => {
        run.last = line;
        run.advance(line.step);
        this.additions.fire({ folder, addition: { metrics: [line] } });
        this.changed.fire(folder);
      },
      advanced: (step) => {
        run.advance(step);
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
      // Runs of other workspaces are listed without a notification.
      if (isHere(run)) this.tellWhatCame(run, hadGrokked);
      if (run.phase === 'finished') void this.services.register.remove(run.folder);
      this.changed.fire(run.folder);
    }
    if (alone.some((run) => run.alone)) this.watch();
    this.next();
  }

  /** Updates a run that another process trains. */
  private tellWhatCame(run: TrainingRun, hadGrokked: boolean): void {
    const { file, alone, phase } = run;
    if (!hadGrokked && file?.grokStep !== undefined) {
      this.news.fire({ kind: 'grokked', run, step: file.grokStep });
    }
    if (alone) return;
    if (phase === 'finished') this.news.fire({ kind: 'finished', run });
    if (phase === 'failed' && file?.error) {
      const { message } = file.error;
      this.news.fire({ kind: 'failed', run, error: { code: errorCodeOf(file.error.code), message } });
    }
  }

  private async stopAlone(run: TrainingRun): Promise<void> {
    const reply = await this.services.reader.run(run.folder);
    const { trainedBy: pid, trainedOn } = (reply.ok ? reply.value : undefined) ?? {};
    if (trainedOn !== undefined)
      this.services.log.warn(`${run.name} is trained on ${trainedOn}: stop it there.`);
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

/**
 * Runs at once share the processor's cores; a single one has what onnxruntime takes. One that is resumed keeps the threads
 * that it began with: with others its sums would come out in another order.
 */
const threadsOf = ({ resume }: TrainRequest, runs: number): { threads?: number } =>
  runs === 1 || resume ? {} : { threads: Math.max(1, Math.floor(availableParallelism() / runs)) };

const waitingHere = (request: TrainRequest): RegisteredRun => ({
  folder: request.out,
  waiting: { request, window: process.pid },
});

/** Whether a run belongs to this window's workspace. */
const isHere = (run: TrainingRun): boolean =>
  vscode.workspace.getWorkspaceFolder(vscode.Uri.file(run.folder)) !== undefined;

/** Files are written by other versions too: a code that this one does not know is a defect of somebody's. */
const errorCodeOf = (code: string): ErrorCode => errorCodes.find((known) => known === code) ?? 'internal';
