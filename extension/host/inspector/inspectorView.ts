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

/** The message channel of a page. */
export interface PageChannel {
  readonly post: (message: unknown) => void;
  readonly onMessage: Event<unknown>;
}

/** The view's dependencies: VS Code and the rest of the host. */
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
  /** Asks for a destination, then writes; false if the user cancels. */
  readonly save: (
    source: string,
    name: string,
    content: string | ArrayBuffer | Uint8Array,
  ) => Promise<boolean>;
  /** Lets the user choose the model of the weights; undefined if they cancel. */
  readonly chooseDescriptor: (inspection: Inspection) => Promise<Reply<Descriptor> | undefined>;
  /** Offers to save a chosen descriptor beside the checkpoints. */
  readonly offerToKeep: (source: string, descriptor: Descriptor) => Promise<void>;
  /** Opens the panel of a path. */
  readonly inspect: (path: string) => PromiseLike<unknown>;
  /** Opens a file in an editor, or the panel of a folder. */
  readonly open: (path: string) => PromiseLike<unknown>;
  readonly says: {
    readonly otherVersion: () => string;
    readonly notOfTheReport: (file: string) => string;
  };
  /** Controls a submitted sweep by its folder. */
  readonly steerSweep: (sweep: string, action: SweepAction, run: string | null) => Promise<Reply<void>>;
}

/** What a view needs from the training of its source. */
export interface TrainingFace {
  /** Undefined if this window neither controls nor watches a run in the folder. */
  stateOf(folder: string): TrainingState | undefined;
  /** The data of the run's own files. */
  recordOf(folder: string): Promise<ReportAddition | undefined>;
  steer(folder: string, action: TrainingAction): void;
  /** The state of the run in a folder has changed. */
  readonly onChanged: Event<string>;
}

/** The target of a view. */
export interface ViewSubject {
  readonly source: string;
  /** The base of the comparison. */
  readonly base?: string;
  /** Why the inspection waits for the user's confirmation, if it does. */
  readonly waitsBecause?: ErrorValue;
  /** The page to show first. */
  readonly page?: Focus;
}

type Functions = Record<string, (...args: unknown[]) => unknown>;
const done: Reply<never> = { ok: true, value: undefined as never };

/** Connects a page (of a panel or of an editor) to the inspection of a source, until disposed of. */
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
    // A run watched while it trains gets the whole machine.
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
        // The page expects the reply before the events that it causes.
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

  /** Moves by this number of tabs. */
  turnBy(tabs: number): void {
    if (this.attached) this.events.turnBy(tabs);
  }

  /** Shows a page, now or once the webview exists. */
  turnTo(page: Focus): void {
    this.wanted = page;
    if (this.attached) this.showWanted();
  }

  private join(): void {
    // The panel may be closed between the page's first call and its answer.
    if (this.isDisposed) return;
    this.attached?.dispose();
    // Must come first: otherwise the page would report an unwanted page as focused.
    this.showWanted();
    this.attached = this.inspection.attach(this.events);
    this.tellTraining();
    if (this.inspection.report === undefined) void this.showRecord();
  }

  /** The run's own numbers are available at once; the analysis may have to wait. */
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

  /** Opens a file of the report. The page may not name a path that the report does not. */
  private async openFile(file: string): Promise<void> {
    const report = this.inspection.report;
    // The place of one series of a folder is not a file name.
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
