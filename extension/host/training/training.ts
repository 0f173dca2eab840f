import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Reply, TrainerCalls, TrainerEvents, TrainRequest } from '../../contract/calls.js';
import type { ErrorValue } from '../../contract/errors.js';
import type { ReportAddition } from '../../contract/report.js';
import type { RunFile } from '../../contract/run.js';
import type { TrainingAction, TrainingState } from '../../contract/training.js';
import { processDied } from '../errors.js';
import type { TrainingFace } from '../inspector/inspectorView.js';
import type { EngineProcess } from '../processes/engineProcess.js';
import type { Reader } from '../processes/reader.js';
import { setting } from '../settings.js';
import { isResumable, phaseAfter } from './phases.js';
import { providerLine } from './describeRun.js';
import type { RunRegister } from './runRegister.js';
import { startTrainerProcess, type TrainerPlace } from './trainerProcess.js';
import { TrainingRun } from './trainingRun.js';

/** Runs that another process trains are looked at this often. */
const lookEveryMs = 2000;

export interface TrainingServices {
  readonly place: TrainerPlace;
  readonly reader: Reader;
  readonly register: RunRegister;
  readonly log: vscode.LogOutputChannel;
}

/** What a run has to tell the user, once. */
export type RunNews =
  | { readonly kind: 'started' | 'finished'; readonly run: TrainingRun }
  | { readonly kind: 'grokked'; readonly run: TrainingRun; readonly step: number }
  | { readonly kind: 'failed'; readonly run: TrainingRun; readonly error: ErrorValue };

/** The runs of this window, one at a time and the rest in a queue, and those that go on alone. */
export class Training implements TrainingFace, vscode.Disposable {
  private readonly known = new Map<string, TrainingRun>();
  private readonly queue: TrainingRun[] = [];
  private current: { readonly run: TrainingRun; readonly process: EngineProcess<TrainerCalls> } | undefined;
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
    return this.current?.run ?? this.runs.find((run) => run.isActive);
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
    for (const folder of await this.services.register.folders()) {
      if (this.known.has(folder)) continue;
      const reply = await this.services.reader.run(folder);
      const record = reply.ok ? reply.value : undefined;
      if (!record) {
        await this.services.register.remove(folder);
        continue;
      }
      const run = TrainingRun.found(record);
      if (!run.isActive && !isResumable(run.phase)) await this.services.register.remove(folder);
      else if (run.isActive || vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder))) this.adopt(run);
    }
  }

  /** Leaves the runs to themselves: each is checkpointed and ends, or goes on, as it was told when it started. */
  dispose(): void {
    clearTimeout(this.timer);
    this.current?.process.leave();
    this.changed.dispose();
    this.news.dispose();
    this.additions.dispose();
  }

  private readonly actions: Readonly<Record<TrainingAction, (run: TrainingRun) => void>> = {
    pause: (run) => {
      this.set(run, 'pausing');
      this.ask((calls) => calls.pause());
    },
    resume: (run) => {
      if (run.phase === 'paused') {
        this.ask((calls) => calls.resume());
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
        this.ask((calls) => calls.stop());
      }
    },
  };

  private ask(call: (calls: TrainerCalls) => Promise<Reply<void>>): void {
    if (!this.current) return;
    void call(this.current.process.calls).then((reply) => {
      if (!reply.ok) this.services.log.warn(reply.error.message);
    });
  }

  private enqueue(run: TrainingRun): void {
    this.known.set(run.folder, run);
    this.queue.push(run);
    this.changed.fire(run.folder);
    this.next();
  }

  private unqueue(run: TrainingRun): void {
    this.queue.splice(this.queue.indexOf(run), 1);
    if (run.file) this.set(run, 'stopped');
    else this.drop(run);
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
    if (this.current) return;
    const run = this.queue.shift();
    if (run?.request) this.launch(run, run.request);
  }

  private launch(run: TrainingRun, request: TrainRequest): void {
    const { place, log, register } = this.services;
    fs.mkdirSync(path.dirname(place.outputFile), { recursive: true });
    fs.writeFileSync(place.outputFile, '');
    let outcome: Reply<RunFile> | undefined;
    const started = startTrainerProcess(
      place,
      this.eventsOf(run, (end) => (outcome = end)),
      log,
    );
    this.current = { run, process: started };
    log.info(`Trainer process ${started.pid} started for ${run.folder}.`);
    this.set(run, 'starting');
    void register.add(run.folder);
    void started.ended.then(({ how, expected }) => {
      log.info(`Trainer process ${started.pid} ended: ${how}.`);
      // This window is closing; the next one finds the run.
      if (expected) return;
      this.current = undefined;
      this.end(run, outcome ?? { ok: false, error: processDied('trainer', this.lastWords(how)) });
      this.next();
    });
    void started.calls.start(request).then((reply) => {
      if (reply.ok || reply.error.code === 'process-died') return;
      outcome = reply;
      started.finish();
    });
  }

  private eventsOf(run: TrainingRun, ended: (outcome: Reply<RunFile>) => void): TrainerEvents {
    const { log } = this.services;
    const { folder } = run;
    return {
      started: (file) => {
        run.file = file;
        run.step = file.lastStep;
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
      ended: (outcome) => {
        ended(outcome);
        // The process has nothing more to do, and ends when its channel closes.
        this.current?.process.finish();
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

  private lastWords(how: string): string {
    try {
      const text = fs.readFileSync(this.services.place.outputFile, 'utf8').trim();
      return text === '' ? how : `${how}\n${text.slice(-4000)}`;
    } catch {
      return how;
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
