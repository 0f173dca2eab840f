import type { Reply, TrainerEvents, TrainRequest } from '../../contract/calls.js';
import { errorCodes, type ErrorCode, type ErrorValue } from '../../contract/errors.js';
import type { ReportAddition } from '../../contract/report.js';
import type { RunFile } from '../../contract/run.js';
import type { RunRecord, TrainingAction, TrainingState } from '../../contract/training.js';
import { isAlive } from '../../disk/processIdentity.js';
import type { Launcher } from '../../queue/launcher.js';
import { cancelRun } from '../../queue/localRun.js';
import { RunQueue } from '../../queue/runQueue.js';
import { Emitter, type Disposable, type Log } from '../events.js';
import { phaseAfter } from './phases.js';
import type { RegisteredRun, RunLabels, RunRegister } from './runRegister.js';
import { TrainingRun } from './trainingRun.js';

/** Poll interval for runs of other processes, in milliseconds. */
const lookEvery = 2000;

/** Dependencies of a window's training. */
export interface TrainingServices {
  readonly launcher: Launcher;
  /** The data of a run's files; undefined if the folder holds no run. */
  readonly readRun: (folder: string) => Promise<Reply<RunRecord | undefined>>;
  readonly register: Pick<RunRegister, 'add' | 'label' | 'remove' | 'runs'>;
  readonly log: Log;
  /** What happens to a run when its window closes. */
  readonly whenLeft: () => 'stop' | 'continue';
  /** Asks the user for trust if it is missing. */
  readonly isTrusted: () => boolean | Promise<boolean>;
  /** Whether a run belongs to this window's workspace. */
  readonly isHere: (folder: string) => boolean;
  /** Logs how a provider was chosen. */
  readonly providerLine: (provider: RunFile['provider']) => string;
  /** Milliseconds between two looks at runs of other processes. */
  readonly lookEveryMs?: number;
}

/** One-time news of a run. */
export type RunNews =
  | { readonly kind: 'finished'; readonly run: TrainingRun }
  /** `atOnce`: the user has just requested it, and it did not have to wait. */
  | { readonly kind: 'started'; readonly run: TrainingRun; readonly atOnce: boolean }
  | { readonly kind: 'grokked'; readonly run: TrainingRun; readonly step: number }
  | { readonly kind: 'warned'; readonly run: TrainingRun; readonly message: string }
  | { readonly kind: 'failed'; readonly run: TrainingRun; readonly error: ErrorValue };

/**
 * The runs of this window: as many active as its setting allows, the rest queued, and those that continue
 * alone.
 */
export class Training implements Disposable {
  private readonly known = new Map<string, TrainingRun>();
  private readonly queue: RunQueue;
  /** Runs that had to wait in the queue. */
  private readonly waited = new WeakSet<TrainingRun>();
  private timer: NodeJS.Timeout | undefined;
  private readonly changed = new Emitter<string>();
  private readonly news = new Emitter<RunNews>();
  private readonly additions = new Emitter<{ folder: string; addition: ReportAddition }>();
  readonly onChanged = this.changed.event;
  readonly onNews = this.news.event;
  /** More is known of a run: lines of its metrics, its file. */
  readonly onAddition = this.additions.event;

  constructor(private readonly services: TrainingServices) {
    this.queue = new RunQueue({ launcher: services.launcher, others: () => this.alone });
  }

  /** Active runs first, then the queue, then resumable runs, then finished ones. */
  get runs(): readonly TrainingRun[] {
    const rank = (run: TrainingRun): number =>
      run.isActive ? 0 : run.phase === 'queued' ? 1 : run.phase === 'finished' ? 3 : 2;
    return [...this.known.values()].sort((a, b) => rank(a) - rank(b));
  }

  /** The run shown in the status bar and addressed by the palette. */
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

  /** Whether a run is active or waiting in a folder. */
  isTaken(folder: string): boolean {
    const run = this.known.get(folder);
    return run !== undefined && (run.isActive || run.phase === 'queued');
  }

  /** Starts a run, or queues it. */
  start(request: TrainRequest): void {
    if (!this.isTaken(request.out)) void this.enqueue(TrainingRun.asked(request));
  }

  /** The data of the run's own files, for a page shown before the analysis. */
  async recordOf(folder: string): Promise<ReportAddition | undefined> {
    const reply = await this.services.readRun(folder);
    if (!reply.ok || !reply.value) return undefined;
    const { file, metrics } = reply.value;
    return { run: [file], metrics };
  }

  steer(folder: string, action: TrainingAction): void {
    const run = this.known.get(folder);
    if (run?.state.actions.includes(action)) this.actions[action](run);
  }

  /** Removes a run that has ended or never began from the list; its files stay. */
  forget(folder: string): void {
    const run = this.known.get(folder);
    if (!run || run.isActive) return;
    this.queue.takeBack(folder);
    this.drop(run);
    void this.services.register.remove(folder);
  }

  /** Saves the tags and the note of a run. */
  label(folder: string, labels: RunLabels): void {
    const run = this.known.get(folder);
    if (!run) return;
    run.labels = labels;
    void this.services.register.label(folder, labels);
    this.changed.fire(folder);
  }

  /** Finds the runs that other windows, or earlier ones, have started. */
  async find(): Promise<void> {
    for (const { folder, waiting, tags, note } of await this.services.register.runs()) {
      if (this.known.has(folder) || (waiting && isAlive(waiting.window))) continue;
      const reply = await this.services.readRun(folder);
      // An unreadable entry (a missing drive) may be readable later.
      if (!reply.ok) continue;
      const record = reply.value;
      const run = record ? TrainingRun.found(record) : waiting && TrainingRun.leftWaiting(waiting.request);
      if (!run) {
        await this.services.register.remove(folder);
        continue;
      }
      run.labels = { ...(tags ? { tags } : {}), ...(note === undefined ? {} : { note }) };
      if (run.isActive || this.services.isHere(folder)) this.adopt(run);
    }
  }

  /** Detaches from the runs: each writes a checkpoint and ends, or continues, as requested at its start. */
  dispose(): void {
    clearTimeout(this.timer);
    this.queue.leave();
    this.changed.dispose();
    this.news.dispose();
    this.additions.dispose();
  }

  private readonly actions: Readonly<Record<TrainingAction, (run: TrainingRun) => void>> = {
    pause: (run) => {
      this.set(run, 'pausing');
      this.queue.pause(run.folder);
    },
    resume: (run) => {
      if (run.phase === 'paused') {
        this.queue.resume(run.folder);
        return;
      }
      void this.goOn(run);
    },
    stop: (run) => {
      if (run.phase === 'queued') this.takeBack(run);
      else if (run.alone) void this.stopAlone(run);
      else {
        this.set(run, 'stopping');
        this.queue.stop(run.folder);
      }
    },
  };

  private async enqueue(run: TrainingRun): Promise<void> {
    const { request } = run;
    if (!request) return;
    // With trust given, the run is in the queue when this call returns.
    const trusted = this.services.isTrusted();
    if (trusted !== true && !(await trusted)) return;
    run.phase = 'queued';
    this.known.set(run.folder, run);
    void this.services.register.add(waitingHere(request));
    this.changed.fire(run.folder);
    this.queue.add({
      folder: run.folder,
      begin: () => ({ request, events: this.eventsOf(run) }),
      begun: () => this.set(run, 'starting'),
      ended: (outcome) => this.end(run, outcome),
    });
    if (this.queue.isWaiting(run.folder)) this.waited.add(run);
  }

  /** Another window or the command line may have resumed the run since the last look. */
  private async goOn(run: TrainingRun): Promise<void> {
    const reply = await this.services.readRun(run.folder);
    if (this.isTaken(run.folder)) return;
    if (reply.ok && reply.value) run.readFrom(reply.value);
    if (run.alone || run.phase === 'finished') {
      this.adopt(run);
      return;
    }
    run.request = run.resumption(this.services.whenLeft());
    this.waited.delete(run);
    await this.enqueue(run);
  }

  /** Cancels a waiting run. */
  private takeBack(run: TrainingRun): void {
    if (!run.file) {
      this.forget(run.folder);
      return;
    }
    this.queue.takeBack(run.folder);
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

  /** Runs of this workspace that continue alone on this machine: they use a part of its cores. */
  private get alone(): number {
    const { isHere } = this.services;
    const runs = [...this.known.values()];
    return runs.filter(
      (run) => run.alone && run.trainedOn === undefined && run.isActive && isHere(run.folder),
    ).length;
  }

  private eventsOf(run: TrainingRun): Omit<TrainerEvents, 'ended'> {
    const { log, register } = this.services;
    const { folder } = run;
    return {
      started: (file) => {
        run.file = file;
        run.step = file.lastStep;
        void register.add({ folder });
        log.info(`${run.name}: ${this.services.providerLine(file.provider)}`);
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
      if (run.phase === 'finished') this.news.fire({ kind: 'finished', run });
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
    }, this.services.lookEveryMs ?? lookEvery);
  }

  /** Updates the runs that other processes train. */
  private async look(): Promise<void> {
    const alone = [...this.known.values()].filter((run) => run.alone);
    for (const run of alone) {
      const reply = await this.services.readRun(run.folder);
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
      if (this.services.isHere(run.folder)) this.tellWhatCame(run, hadGrokked);
      this.changed.fire(run.folder);
    }
    if (alone.some((run) => run.alone)) this.watch();
    this.queue.next();
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
    const holder = await cancelRun(run.folder);
    if (holder.kind === 'here') this.set(run, 'stopping');
    else if (holder.kind === 'elsewhere')
      this.services.log.warn(`${run.name} is trained on ${holder.host ?? 'another host'}: stop it there.`);
  }
}

const waitingHere = (request: TrainRequest): RegisteredRun => ({
  folder: request.out,
  waiting: { request, window: process.pid },
});

/** Other versions also write these files: an unknown code counts as a defect. */
const errorCodeOf = (code: string): ErrorCode => errorCodes.find((known) => known === code) ?? 'internal';
