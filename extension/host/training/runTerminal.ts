import * as vscode from 'vscode';
import { printableLine } from '../../contract/printable.js';
import type { Disposable } from '../events.js';
import { toErrorValue } from '../../contract/errors.js';
import { endLine, phaseName, progressLine, providerLine } from './describeRun.js';
import type { Training } from './training.js';
import type { TrainingRun } from './trainingRun.js';

/** A closing window ends its terminals. A run that is to continue has been detached by then. */
const stopAfterMs = 500;

const ended: ReadonlySet<TrainingRun['phase']> = new Set(['stopped', 'finished', 'failed']);

/**
 * A run in the terminal panel: a line for each phase and each evaluation. Ctrl+C or closing the terminal stops
 * the run. The exit code is 0 for a finished or stopped run, 1 for a failed one.
 */
export class RunTerminal implements vscode.Pseudoterminal {
  private readonly written = new vscode.EventEmitter<string>();
  private readonly closed = new vscode.EventEmitter<number>();
  private readonly listeners: Disposable[] = [];
  private folder: string | undefined;
  private shownPhase: TrainingRun['phase'] | undefined;
  private hasStarted = false;
  private isOver = false;
  readonly onDidWrite = this.written.event;
  readonly onDidClose = this.closed.event;

  constructor(
    private readonly training: Training,
    /** Requests the run if that has not happened, and returns its folder. */
    private readonly start: () => Promise<string>,
  ) {}

  open(): void {
    void this.begin();
  }

  close(): void {
    const { folder } = this;
    if (this.isOver || folder === undefined) return;
    setTimeout(() => this.training.steer(folder, 'stop'), stopAfterMs);
    this.leave();
  }

  handleInput(data: string): void {
    if (data === '\x03' && this.folder !== undefined) this.training.steer(this.folder, 'stop');
  }

  private async begin(): Promise<void> {
    try {
      this.folder = await this.start();
    } catch (thrown) {
      this.say(toErrorValue(thrown).message, '31');
      this.end(1);
      return;
    }
    this.say(this.folder, '1');
    this.say(vscode.l10n.t('Ctrl+C stops the run; it can be resumed.'), '2');
    this.listeners.push(
      this.training.onChanged((folder) => {
        if (folder === this.folder) this.follow();
      }),
      this.training.onAddition(({ folder, addition }) => {
        const run = this.training.run(folder);
        if (folder === this.folder && run && addition.metrics) this.say(progressLine(run));
      }),
    );
    this.follow();
  }

  private follow(): void {
    const run = this.folder === undefined ? undefined : this.training.run(this.folder);
    if (!run) {
      // Removed from the queue, or not allowed to begin.
      this.end(1);
      return;
    }
    if (run.phase !== this.shownPhase) {
      this.shownPhase = run.phase;
      this.say(phaseName(run.phase), run.phase === 'failed' ? '31' : '36');
    }
    if (run.file && !this.hasStarted) {
      this.hasStarted = true;
      this.say(providerLine(run.file.provider), '2');
    }
    if (!ended.has(run.phase)) return;
    for (const line of endLine(run.file)) this.say(line);
    this.end(run.phase === 'failed' ? 1 : 0);
  }

  private end(code: number): void {
    this.leave();
    this.closed.fire(code);
  }

  private leave(): void {
    this.isOver = true;
    for (const listener of this.listeners.splice(0)) listener.dispose();
  }

  /** Names of folders and messages are untrusted: their control characters are escaped. */
  private say(line: string, style?: string): void {
    const safe = printableLine(line);
    this.written.fire(style === undefined ? `${safe}\r\n` : `\x1b[${style}m${safe}\x1b[0m\r\n`);
  }
}
