import { createBirpc } from 'birpc';
import { eventsOver, serveCalls } from '../../contract/boundary.js';
import type { Focus, Reply } from '../../contract/calls.js';
import { GeometryError, toErrorValue, type ErrorValue } from '../../contract/errors.js';
import type { ReportAddition } from '../../contract/report.js';
import type { PanelCalls, PanelEvents, SweepAction } from '../../contract/panel.js';
import type { TrainingAction, TrainingState } from '../../contract/training.js';
import { panelContractVersion, panelEventSchemas, panelSchemas } from '../../contract/panel.js';
import type { Disposable, Event } from '../events.js';
import type { Descriptor, Inspection } from './inspection.js';

/** Where messages of a page come from and go to. */
export interface PageChannel {
  readonly post: (message: unknown) => void;
  readonly onMessage: Event<unknown>;
}

/** What a view takes from VS Code and from the rest of the host. */
export interface ViewSurroundings {
  readonly openInspection: (
    source: string,
    waitsBecause: ErrorValue | undefined,
    base: string | undefined,
    isWatched: boolean,
  ) => { readonly inspection: Inspection; readonly close: Disposable };
  readonly training: TrainingFace;
  /** The language of the window, and its sentences. */
  readonly words: () => { readonly locale: string; readonly strings: Readonly<Record<string, string>> };
  readonly showLog: () => void;
  readonly showError: (error: ErrorValue) => void;
  readonly copy: (text: string) => PromiseLike<void>;
  /** Asks where, then writes; false when the user changed their mind. */
  readonly save: (
    source: string,
    name: string,
    content: string | ArrayBuffer | Uint8Array,
  ) => Promise<boolean>;
  /** Lets the user say what model the weights are of; undefined when they leave it. */
  readonly chooseDescriptor: (inspection: Inspection) => Promise<Reply<Descriptor> | undefined>;
  /** Offers to keep a chosen descriptor beside the checkpoints. */
  readonly offerToKeep: (source: string, descriptor: Descriptor) => Promise<void>;
  /** Opens the panel of a path. */
  readonly inspect: (path: string) => PromiseLike<unknown>;
  /** Opens a file in an editor, or the panel of a folder. */
  readonly open: (path: string) => PromiseLike<unknown>;
  readonly says: {
    readonly otherVersion: () => string;
    readonly notOfTheReport: (file: string) => string;
  };
  /** Steers the sweep in a folder that was submitted to a scheduler. */
  readonly steerSweep: (sweep: string, action: SweepAction, run: string | null) => Promise<Reply<void>>;
}

/** What a view asks of the training of its source. */
export interface TrainingFace {
  /** Undefined when this window neither steers nor watches a run in the folder. */
  stateOf(folder: string): TrainingState | undefined;
  /** What the run's own files say. */
  recordOf(folder: string): Promise<ReportAddition | undefined>;
  steer(folder: string, action: TrainingAction): void;
  /** The state of the run in a folder is another. */
  readonly onChanged: Event<string>;
}

/** What a view is of. */
export interface ViewSubject {
  readonly source: string;
  /** What the source is compared with. */
  readonly base?: string;
  /** Why the inspection does not begin before the user says so, where it does not. */
  readonly waitsBecause?: ErrorValue;
  /** The page that is asked for first. */
  readonly page?: Focus;
}

type Functions = Record<string, (...args: unknown[]) => unknown>;
const done: Reply<never> = { ok: true, value: undefined as never };

/** Joins a page (of a panel or of an editor) to the inspection of a source, until it is disposed of. */
export class InspectorView implements Disposable {
  readonly source: string;
  readonly base: string | undefined;
  readonly inspection: Inspection;
  private readonly subscriptions: Disposable[] = [];
  private readonly events: PanelEvents;
  private attached: Disposable | undefined;
  private wanted: Focus | undefined;
  private isDisposed = false;

  constructor(
    subject: ViewSubject,
    page: PageChannel,
    private readonly around: ViewSurroundings,
  ) {
    const { training } = around;
    this.source = subject.source;
    this.base = subject.base;
    // A run that is watched while it trains has the machine to itself.
    const isWatched = subject.page === 'training' && isAtWork(training.stateOf(this.source));
    const opened = around.openInspection(this.source, subject.waitsBecause, this.base, isWatched);
    this.inspection = opened.inspection;
    this.subscriptions.push(opened.close);

    const functions = serveCalls<PanelCalls>(panelSchemas, this.calls());
    const channel = createBirpc<Functions, Functions>(functions, {
      post: page.post,
      on: (receive) => {
        this.subscriptions.push(page.onMessage(receive));
      },
      resolver: (name) => (Object.hasOwn(functions, name) ? functions[name] : undefined),
      timeout: -1,
    });
    this.events = eventsOver<PanelEvents>(panelEventSchemas, (name, args) => {
      void channel.$callEvent(name, ...args);
    });
    this.subscriptions.push(
      training.onChanged((folder) => {
        if (folder !== this.source) return;
        this.tellTraining();
        if (!isAtWork(training.stateOf(this.source))) this.inspection.idle();
      }),
    );
  }

  dispose(): void {
    this.isDisposed = true;
    this.attached?.dispose();
    for (const subscription of this.subscriptions.splice(0)) subscription.dispose();
  }

  private calls(): PanelCalls {
    const { around } = this;
    return {
      ready: (contract) => {
        if (contract !== panelContractVersion) {
          throw new GeometryError('protocol', around.says.otherVersion());
        }
        // The page wants the answer before what follows from it.
        setTimeout(() => this.join());
        return answer({
          source: this.source,
          ...(this.base === undefined ? {} : { base: this.base }),
          ...around.words(),
        });
      },
      focus: (page) => act(() => this.inspection.focus(page)),
      cancel: () => act(() => this.inspection.cancel()),
      retry: () => act(() => this.inspection.retry()),
      showLog: () => act(() => around.showLog()),
      analyse: (request) => this.inspection.analyse(request),
      exportFile: async (file) => ({
        ok: true,
        value: await around.save(this.source, file.name, file.content),
      }),
      copy: (text) => act(() => around.copy(text)),
      openFile: (file) => act(() => this.openFile(file)),
      steerSweep: (action, run) => around.steerSweep(this.source, action, run),
      steerTraining: (action) => act(() => around.training.steer(this.source, action)),
      confirmDescriptor: async () => {
        const chosen = await around.chooseDescriptor(this.inspection);
        // The panel may be closed while the user chooses.
        if (!chosen || this.isDisposed) return done;
        if (!chosen.ok) {
          around.showError(chosen.error);
          return done;
        }
        this.inspection.restart(chosen.value);
        around
          .offerToKeep(this.source, chosen.value)
          .catch((thrown: unknown) => around.showError(toErrorValue(thrown)));
        return done;
      },
    };
  }

  /** Shows the page so many tabs further on. */
  turnBy(tabs: number): void {
    if (this.attached) this.events.turnBy(tabs);
  }

  /** Shows a page, now or when the webview is there. */
  turnTo(page: Focus): void {
    this.wanted = page;
    if (this.attached) this.showWanted();
  }

  private join(): void {
    // The panel may be closed between the page's first call and its answer.
    if (this.isDisposed) return;
    this.attached?.dispose();
    // First: a page that is not wanted would be told to the host as the one that is looked at.
    this.showWanted();
    this.attached = this.inspection.attach(this.events);
    this.tellTraining();
    if (this.inspection.report === undefined) void this.showRecord();
  }

  /** The run's own numbers are there at once, whatever the analysis waits for. */
  private async showRecord(): Promise<void> {
    const { training } = this.around;
    if (training.stateOf(this.source) === undefined) return;
    const record = await training.recordOf(this.source);
    if (record && !this.isDisposed) this.inspection.addRecord(record);
  }

  private showWanted(): void {
    if (this.wanted) this.events.turnTo(this.wanted);
    this.wanted = undefined;
  }

  private tellTraining(): void {
    if (this.attached) this.events.training(this.around.training.stateOf(this.source) ?? null);
  }

  /** Opens a file of the report; a path that is not in the report is not the page's to name. */
  private async openFile(file: string): Promise<void> {
    const report = this.inspection.report;
    // The place of one series of a folder is no file's name.
    if (report?.source.otherSeries?.some(({ path }) => path === file) === true) {
      await this.around.inspect(file);
      return;
    }
    const named = [
      report?.source.path,
      report?.source.descriptor?.path,
      this.base,
      ...(report?.checkpoints.flatMap((checkpoint) => checkpoint.files.map((entry) => entry.path)) ?? []),
      ...(report?.warnings.map((warning) => warning.path) ?? []),
      ...(report?.sweepCells.map((cell) => cell.path) ?? []),
    ];
    if (!named.includes(file))
      throw new GeometryError('invalid-argument', this.around.says.notOfTheReport(file));
    await this.around.open(file);
  }
}

const isAtWork = (state: TrainingState | undefined): boolean =>
  state !== undefined && ['starting', 'running', 'pausing', 'paused', 'stopping'].includes(state.phase);

const answer = <T>(value: T): Promise<Reply<T>> => Promise.resolve({ ok: true, value });

async function act(action: () => unknown): Promise<Reply<void>> {
  await action();
  return done;
}
