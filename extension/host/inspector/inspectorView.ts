import { createBirpc } from 'birpc';
import * as vscode from 'vscode';
import type { Disposable } from '../events.js';
import { eventsOver, serveCalls } from '../../contract/boundary.js';
import type { Focus, Reply } from '../../contract/calls.js';
import { GeometryError, toErrorValue, type ErrorValue } from '../../contract/errors.js';
import type { ReportAddition } from '../../contract/report.js';
import type { PanelCalls, PanelEvents } from '../../contract/panel.js';
import type { TrainingAction, TrainingState } from '../../contract/training.js';
import { panelContractVersion, panelEventSchemas, panelSchemas } from '../../contract/panel.js';
import type { ErrorMessages } from '../errors.js';
import { chooseDescriptor, offerToKeep } from './chooseDescriptor.js';
import type { Inspection } from './inspection.js';
import type { Inspections } from './inspections.js';
import { pageFolder, pageHtml } from './pageHtml.js';
import { fileFor, saveAs } from './saveAs.js';

export interface InspectorServices {
  readonly extension: vscode.Uri;
  readonly inspections: Inspections;
  readonly errors: ErrorMessages;
  readonly log: vscode.LogOutputChannel;
  readonly training: TrainingFace;
}

/** What a view asks of the training of its source. */
export interface TrainingFace {
  /** Undefined when this window neither steers nor watches a run in the folder. */
  stateOf(folder: string): TrainingState | undefined;
  /** What the run's own files say. */
  recordOf(folder: string): Promise<ReportAddition | undefined>;
  steer(folder: string, action: TrainingAction): void;
  /** The state of the run in a folder is another. */
  readonly onChanged: vscode.Event<string>;
}

type Functions = Record<string, (...args: unknown[]) => unknown>;
const done: Reply<never> = { ok: true, value: undefined as never };

/** Joins a webview (of a panel or of an editor) to the inspection of a source, until it is disposed. */
export class InspectorView implements vscode.Disposable {
  readonly inspection: Inspection;
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly events: PanelEvents;
  private attached: Disposable | undefined;
  private wanted: Focus | undefined;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly source: string,
    services: InspectorServices,
    /** Why the inspection does not begin before the user says so, where it does not. */
    waitsBecause?: ErrorValue,
    /** What the source is compared with. */
    readonly base?: string,
    page?: Focus,
  ) {
    const { webview } = panel;
    // A run that is watched while it trains has the machine to itself.
    const isWatched = page === 'training' && isAtWork(services.training.stateOf(source));
    const opened = services.inspections.open(source, waitsBecause, base, isWatched);
    this.inspection = opened.inspection;
    this.subscriptions.push(opened.close);
    webview.options = { enableScripts: true, localResourceRoots: [pageFolder(services.extension)] };

    const functions = serveCalls<PanelCalls>(panelSchemas, this.calls(services));
    const channel = createBirpc<Functions, Functions>(functions, {
      post: (message) => webview.postMessage(message),
      on: (receive) => {
        this.subscriptions.push(webview.onDidReceiveMessage(receive));
      },
      resolver: (name) => (Object.hasOwn(functions, name) ? functions[name] : undefined),
      timeout: -1,
    });
    this.events = eventsOver<PanelEvents>(panelEventSchemas, (name, args) => {
      void channel.$callEvent(name, ...args);
    });
    this.subscriptions.push(
      services.training.onChanged((folder) => {
        if (folder !== source) return;
        this.tellTraining(services.training);
        if (!isAtWork(services.training.stateOf(source))) this.inspection.idle();
      }),
    );
    webview.html = pageHtml(webview, services.extension);
    panel.onDidDispose(() => this.dispose());
  }

  dispose(): void {
    this.attached?.dispose();
    for (const subscription of this.subscriptions.splice(0)) subscription.dispose();
  }

  private calls(services: InspectorServices): PanelCalls {
    const { errors, log } = services;
    return {
      ready: (contract) => {
        if (contract !== panelContractVersion) {
          throw new GeometryError(
            'protocol',
            vscode.l10n.t('This panel is of another version of Weight Geometry: close it and open it again.'),
          );
        }
        // The page wants the answer before what follows from it.
        setTimeout(() => this.join(services.training));
        return answer({
          source: this.source,
          ...(this.base === undefined ? {} : { base: this.base }),
          locale: vscode.env.language,
          strings: vscode.l10n.bundle ?? {},
        });
      },
      focus: (page) => act(() => this.inspection.focus(page)),
      cancel: () => act(() => this.inspection.cancel()),
      retry: () => act(() => this.inspection.retry()),
      showLog: () => act(() => log.show()),
      refine: (entry) => this.inspection.refine(entry),
      analyse: (request) => this.inspection.analyse(request),
      exportFile: async (file) => ({
        ok: true,
        value: await saveAs(fileFor(this.source, file.name), file.content),
      }),
      copy: (text) => act(() => vscode.env.clipboard.writeText(text)),
      openFile: (file) => act(() => this.openFile(file)),
      steerTraining: (action) => act(() => services.training.steer(this.source, action)),
      confirmDescriptor: async () => {
        const chosen = await chooseDescriptor(this.inspection);
        if (!chosen) return done;
        if (!chosen.ok) {
          void errors.show(chosen.error);
          return done;
        }
        this.inspection.restart(chosen.value);
        offerToKeep(this.source, chosen.value).catch((thrown: unknown) => errors.show(toErrorValue(thrown)));
        return done;
      },
    };
  }

  /** Shows a page, now or when the webview is there. */
  turnTo(page: Focus): void {
    this.wanted = page;
    if (this.attached) this.showWanted();
  }

  private join(training: TrainingFace): void {
    this.attached?.dispose();
    // First: a page that is not wanted would be told to the host as the one that is looked at.
    this.showWanted();
    this.attached = this.inspection.attach(this.events);
    this.tellTraining(training);
    if (this.inspection.report === undefined) void this.showRecord(training);
  }

  /** The run's own numbers are there at once, whatever the analysis waits for. */
  private async showRecord(training: TrainingFace): Promise<void> {
    if (training.stateOf(this.source) === undefined) return;
    const record = await training.recordOf(this.source);
    if (record) this.inspection.addRecord(record);
  }

  private showWanted(): void {
    if (this.wanted) this.events.turnTo(this.wanted);
    this.wanted = undefined;
  }

  private tellTraining(training: TrainingFace): void {
    if (this.attached) this.events.training(training.stateOf(this.source) ?? null);
  }

  /** Opens a file of the report; a path that is not in the report is not the page's to name. */
  private async openFile(file: string): Promise<void> {
    const report = this.inspection.report;
    // The place of one series of a folder is no file's name.
    if (report?.source.otherSeries?.some(({ path }) => path === file) === true) {
      await vscode.commands.executeCommand('weightGeometry.inspect', vscode.Uri.file(file));
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
    if (!named.includes(file)) {
      throw new GeometryError(
        'invalid-argument',
        vscode.l10n.t('The report does not name the file {0}.', file),
      );
    }
    const uri = vscode.Uri.file(file);
    const { type } = await vscode.workspace.fs.stat(uri);
    const isFolder = (type & vscode.FileType.Directory) !== 0;
    await vscode.commands.executeCommand(isFolder ? 'weightGeometry.inspect' : 'vscode.open', uri);
  }
}

const isAtWork = (state: TrainingState | undefined): boolean =>
  state !== undefined && ['starting', 'running', 'pausing', 'paused', 'stopping'].includes(state.phase);

const answer = <T>(value: T): Promise<Reply<T>> => Promise.resolve({ ok: true, value });

async function act(action: () => unknown): Promise<Reply<void>> {
  await action();
  return done;
}
