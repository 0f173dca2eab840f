import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Focus, Progress, Reply } from '../../contract/calls.js';
import type { ErrorValue } from '../../contract/errors.js';
import type { ModelDescriptor } from '../../contract/descriptor.js';
import type { PanelEvents } from '../../contract/panel.js';
import type {
  AnalysisRequest,
  CurveEntry,
  InspectSettings,
  Report,
  ReportAddition,
  ReportHeader,
} from '../../contract/report.js';
import { reportSchemaName, sectionNames } from '../../contract/report.js';
import { ReportStore } from '../../contract/reportStore.js';
import type { Compute, Job } from '../processes/compute.js';
import { Emitter, type Disposable } from '../events.js';
import type { SourceChange } from './sourceWatch.js';

export type Descriptor = { readonly value: ModelDescriptor; readonly path?: string };

/** The dependencies of an inspection. */
export interface InspectionSurroundings {
  readonly compute: Pick<Compute, 'start'>;
  /** Folder of finished reports; undefined if the user disabled the cache. */
  readonly cacheFor: (source: string) => string | undefined;
  readonly settingsFor: (source: string) => InspectSettings;
  /** Whether a changed source is inspected automatically. */
  readonly follows: (source: string) => boolean;
  /** Watches a source for changes until disposed of. */
  readonly watch: (source: string, tell: (change: SourceChange) => void) => Disposable;
  /** Watches these files for changes. */
  readonly watchFiles: (files: readonly string[], tell: () => void) => Disposable;
  readonly says: {
    readonly gone: () => string;
    readonly changed: () => string;
    readonly waits: () => string;
  };
}

/**
 * One source under inspection: its report so far, and the job that adds to it. Any number of views follow it. A
 * late view gets everything that the others have.
 */
export class Inspection implements Disposable {
  private readonly views = new Set<PanelEvents>();
  private readonly watch: Disposable;
  /** Of the displayed files of the user's metrics. */
  private metricsWatch: { readonly files: readonly string[]; readonly watch: Disposable } | undefined;
  private metricsJob: Job | undefined;
  private readonly ended = new Emitter<Reply<void>>();
  private readonly runningChanged = new Emitter<boolean>();
  private store = new ReportStore();
  /** Results of the running job alone, without earlier ones. */
  private fresh = this.store;
  /** The files changed after the job began, or while its results were not visible. */
  private behind = false;
  /** Stopped by the user: changes of a growing folder must not restart it. */
  private held = false;
  private job: Job | undefined;
  private focused: Focus = 'overview';
  private progress: Progress | undefined;
  private outcome: Reply<void> | undefined;
  private status = '';
  private descriptor: Descriptor | undefined;
  readonly onRunningChanged = this.runningChanged.event;
  readonly onEnded = this.ended.event;

  constructor(
    readonly source: string,
    private readonly surroundings: InspectionSurroundings,
    /** Why it waits for the user's confirmation, if it does. */
    waitsBecause?: ErrorValue,
    /** The checkpoint or folder that it is compared with. */
    readonly base?: string,
    isWatched = false,
  ) {
    this.watch = surroundings.watch(source, (change) => this.sourceChanged(change));
    this.held = waitsBecause !== undefined;
    if (waitsBecause) this.outcome = { ok: false, error: waitsBecause };
    else if (isWatched) {
      this.focused = 'training';
      this.behind = true;
      this.outcome = { ok: true, value: undefined };
      this.tellThatItWaits();
    } else this.start();
  }

  /** The source is at rest: its changes are inspected, whatever page is visible. */
  idle(): void {
    if (this.behind && !this.running && !this.held) this.start();
  }

  /** The data of a run's own files. Adds a header if no inspection has sent one. */
  addRecord(record: ReportAddition): void {
    if (this.report === undefined) this.add({ header: this.firstHeader(record), ...record });
    else this.add(record);
  }

  private firstHeader({ run }: ReportAddition): ReportHeader {
    const { source } = this;
    const value = run?.[0] && { model: run[0].model, data: run[0].data };
    return {
      schema: reportSchemaName,
      source: {
        path: source,
        name: path.basename(source),
        kind: 'series',
        ...(value ? { descriptor: { value, origin: 'run' } } : {}),
      },
      settings: this.surroundings.settingsFor(source),
      versions: run?.[0]?.versions ?? {},
      created: new Date().toISOString(),
    };
  }

  private tellThatItWaits(): void {
    this.tell(this.surroundings.says.waits());
  }

  get running(): boolean {
    return this.job !== undefined;
  }

  get report(): Report | undefined {
    return this.store.report();
  }

  /** Sends a view everything so far, then each addition. */
  attach(view: PanelEvents): Disposable {
    view.reset();
    view.addition(this.store.asAddition());
    view.status(this.status);
    if (this.running && this.progress) view.progress(this.progress);
    if (this.outcome) view.ended(this.outcome);
    this.views.add(view);
    return { dispose: () => void this.views.delete(view) };
  }

  focus(focus: Focus): void {
    this.focused = focus;
    this.job?.focus(focus);
    if (this.behind) this.catchUp();
  }

  cancel(): void {
    this.held = this.running;
    this.job?.cancel();
  }

  /** Restarts a cancelled or failed inspection; the cache makes finished parts quick. */
  retry(): void {
    if (!this.running) this.start();
  }

  /** Adds data from outside the inspection: the metrics of a live run. */
  add(addition: ReportAddition): void {
    if (this.fresh !== this.store) this.fresh.add(addition);
    this.show(addition);
  }

  /**
   * A finished inspection has no job to ask. A new one is started, which finds everything but the request in
   * the cache.
   */
  async analyse(request: AnalysisRequest): Promise<Reply<void>> {
    return (this.job ?? this.start()).analyse(request);
  }

  /** Inspects with other settings or another descriptor: the displayed results no longer apply. */
  restart(descriptor = this.descriptor): void {
    this.descriptor = descriptor;
    this.store = new ReportStore();
    for (const view of this.views) view.reset();
    this.start();
  }

  dispose(): void {
    this.watch.dispose();
    this.metricsWatch?.watch.dispose();
    const jobs = [this.job, this.metricsJob];
    this.job = this.metricsJob = undefined;
    for (const job of jobs) job?.cancel();
    this.runningChanged.dispose();
    this.ended.dispose();
  }

  private start(): Job {
    this.job?.cancel();
    const { compute, settingsFor, cacheFor } = this.surroundings;
    const cacheFolder = cacheFor(this.source);
    const fresh = new ReportStore();
    this.fresh = fresh;
    this.behind = false;
    this.held = false;
    this.outcome = undefined;
    this.progress = undefined;
    this.tell('');
    const job: Job = compute.start(
      {
        path: this.source,
        settings: settingsFor(this.source),
        ...(this.descriptor ? { descriptor: this.descriptor } : {}),
        ...(this.base === undefined ? {} : { analyses: [{ id: 'compare', settings: { base: this.base } }] }),
        ...(cacheFolder === undefined ? {} : { cacheFolder }),
      },
      this.focused,
      {
        addition: (addition) => {
          if (this.job !== job) return;
          fresh.add(addition);
          this.show(addition);
        },
        progress: (progress) => {
          if (this.job !== job) return;
          this.progress = progress;
          for (const view of this.views) view.progress(progress);
        },
        ended: (outcome) => {
          if (this.job !== job) return;
          this.job = undefined;
          if (outcome.ok) this.replaceStale(fresh);
          this.end(outcome);
          if (this.behind) this.catchUp();
        },
      },
    );
    this.job = job;
    this.runningChanged.fire(true);
    return job;
  }

  private show(addition: ReportAddition): void {
    this.store.add(addition);
    for (const view of this.views) view.addition(addition);
    if (addition.curves !== undefined) this.watchMetrics(addition.curves);
  }

  /** The user's metrics grow between checkpoints. They are reread alone, which is cheap. */
  private watchMetrics(curves: readonly CurveEntry[]): void {
    const files = [...new Set(curves.map((curve) => curve.path))].sort();
    if (isDeepStrictEqual(files, this.metricsWatch?.files)) return;
    this.metricsWatch?.watch.dispose();
    const watch = this.surroundings.watchFiles(files, () => this.readMetrics(files));
    this.metricsWatch = { files, watch };
  }

  private readMetrics(files: readonly string[]): void {
    const { compute, follows, settingsFor } = this.surroundings;
    if (this.metricsJob !== undefined || this.held || !follows(this.source)) return;
    const request = { path: this.source, settings: settingsFor(this.source), metricsAlone: files };
    this.metricsJob = compute.start(request, this.focused, {
      addition: (addition) => this.metricsJob && this.add(addition),
      progress: () => undefined,
      ended: () => (this.metricsJob = undefined),
    });
  }

  private end(outcome: Reply<void>): void {
    this.outcome = outcome;
    for (const view of this.views) view.ended(outcome);
    this.runningChanged.fire(false);
    this.ended.fire(outcome);
  }

  /** Entries of removed checkpoints stay visible until this inspection is complete. */
  private replaceStale(fresh: ReportStore): void {
    const [shown, now] = [this.store.report(), fresh.report()];
    if (!shown || !now) return;
    if (sectionNames.every((name) => shown[name].length === now[name].length)) return;
    this.store = fresh;
    for (const view of this.views) {
      view.reset();
      view.addition(fresh.asAddition());
    }
  }

  private sourceChanged(change: SourceChange): void {
    if (change === 'gone') {
      this.job?.cancel();
      this.tell(this.surroundings.says.gone());
    } else if (!this.held && this.surroundings.follows(this.source)) {
      this.behind = true;
      this.catchUp();
    } else {
      this.tell(this.surroundings.says.changed());
    }
  }

  /**
   * Inspects changes after the current inspection completes: a folder that grows faster than it is read would
   * otherwise never be finished. A run is not analysed, and so not slowed down, while the user watches it
   * train.
   */
  private catchUp(): void {
    if (this.running || this.held) return;
    if (this.focused !== 'training') this.start();
    else this.tellThatItWaits();
  }

  private tell(status: string): void {
    this.status = status;
    for (const view of this.views) view.status(status);
  }
}
