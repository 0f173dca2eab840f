import * as vscode from 'vscode';
import type { ErrorMessages } from '../errors.js';
import type { Reply } from '../../contract/calls.js';
import type { ErrorValue } from '../../contract/errors.js';
import type { Report, ReportAddition } from '../../contract/report.js';
import { affects } from '../settings.js';
import { Inspection, type InspectionSurroundings } from './inspection.js';

interface Entry {
  readonly inspection: Inspection;
  users: number;
}

/** Settings that results depend on. */
const resultSettings = [
  'analysis.precision',
  'analysis.tensors',
  'analysis.subspace',
  'analysis.shuffleDraws',
  'analysis.randomWalkDraws',
  'analysis.seed',
] as const;

/** The inspections that have views. Views of one source share an inspection, which ends with its last view. */
export class Inspections implements vscode.Disposable {
  private readonly entries = new Map<string, Entry>();
  private readonly finished = new vscode.EventEmitter<void>();
  /** An inspection ended: more is known of its files than before. */
  readonly onFinished = this.finished.event;
  private readonly settingsListener: vscode.Disposable;

  constructor(
    private readonly surroundings: InspectionSurroundings,
    private readonly errors: ErrorMessages,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.settingsListener = vscode.workspace.onDidChangeConfiguration((event) => {
      if (!resultSettings.some((name) => affects(event, name))) return;
      for (const { inspection } of this.entries.values()) inspection.restart();
    });
  }

  /** The inspection of a path. Started if there is none, unless it must wait for confirmation. */
  open(
    source: string,
    waitsBecause?: ErrorValue,
    base?: string,
    /**
     * Its folder is being trained in and the run is displayed: it is analysed on request or when the run rests.
     */
    isWatched = false,
  ): { readonly inspection: Inspection; readonly close: vscode.Disposable } {
    // With a base it is another report: viewing the source alone must not wait for the comparison.
    const name = base === undefined ? source : `${source}\0${base}`;
    let entry = this.entries.get(name);
    if (!entry) {
      const started = new Inspection(source, this.surroundings, waitsBecause, base, isWatched);
      entry = { inspection: started, users: 0 };
      this.entries.set(name, entry);
      const { inspection } = entry;
      inspection.onEnded((outcome) => {
        this.note(inspection, outcome);
        this.finished.fire();
      });
    }
    const opened = entry;
    opened.users++;
    return {
      inspection: opened.inspection,
      close: new vscode.Disposable(() => {
        if (--opened.users > 0) return;
        this.entries.delete(name);
        opened.inspection.dispose();
      }),
    };
  }

  /** The displayed sources. */
  get sources(): readonly string[] {
    return [...this.entries.values()].map(({ inspection }) => inspection.source);
  }

  /** The report so far of a displayed source. */
  reportOf(source: string): Report | undefined {
    return this.entries.get(source)?.inspection.report;
  }

  /** Adds data from outside the inspection to a displayed source. */
  add(source: string, addition: ReportAddition): void {
    this.entries.get(source)?.inspection.add(addition);
  }

  /** The panel shows the error, the log its cause. The death of a process is also a notification. */
  private note(inspection: Inspection, outcome: Reply<void>): void {
    const { source } = inspection;
    if (outcome.ok) {
      this.log.debug(`Inspected ${source}.`);
      return;
    }
    const { error } = outcome;
    if (error.code === 'process-died') void this.errors.show(error, () => inspection.retry());
    else if (error.code === 'cancelled') this.log.debug(`Cancelled: ${source}.`);
    else this.log.error(`${source}: ${error.code}: ${error.message}`, error.cause ?? '');
  }

  dispose(): void {
    this.settingsListener.dispose();
    for (const { inspection } of this.entries.values()) inspection.dispose();
    this.entries.clear();
    this.finished.dispose();
  }
}
