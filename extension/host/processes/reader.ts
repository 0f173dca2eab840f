import type * as vscode from 'vscode';
import { readerSchemas } from '../../contract/callSchemas.js';
import type { ReaderCalls } from '../../contract/calls.js';
import { startEngineProcess, type EngineProcess } from '../../processes/engineProcess.js';
import { Leased } from './lease.js';

/**
 * The window's light process: headers, listings, cached statistics. It starts with the first question and lives
 * as long as the window. If it dies, the next question starts another.
 */
export class Reader implements vscode.Disposable, ReaderCalls {
  private readonly lease: Leased<EngineProcess<ReaderCalls>>;

  constructor(bundle: string, cacheFolder: string, log: vscode.LogOutputChannel) {
    this.lease = new Leased(() => {
      const started = startEngineProcess<ReaderCalls>({
        bundle,
        role: 'reader',
        args: [cacheFolder],
        schemas: readerSchemas,
        events: {},
        onOutput: (line) => log.info(`[reader] ${line}`),
      });
      log.info(`Reader process ${started.pid} started.`);
      void started.ended.then((end) => {
        log[end.expected ? 'info' : 'error'](`Reader process ${started.pid} ended: ${end.how}.`);
        this.lease.forget(started);
      });
      return started;
    }, 0);
  }

  readonly describe: ReaderCalls['describe'] = (path) => this.lease.get().calls.describe(path);
  readonly discover: ReaderCalls['discover'] = (path) => this.lease.get().calls.discover(path);
  readonly seriesOf: ReaderCalls['seriesOf'] = (top, folders) =>
    this.lease.get().calls.seriesOf(top, folders);
  readonly quickStatistics: ReaderCalls['quickStatistics'] = (path, tensor) =>
    this.lease.get().calls.quickStatistics(path, tensor);
  readonly presets: ReaderCalls['presets'] = () => this.lease.get().calls.presets();
  readonly papers: ReaderCalls['papers'] = () => this.lease.get().calls.papers();
  readonly runConfig: ReaderCalls['runConfig'] = (presetOrFile, assignments) =>
    this.lease.get().calls.runConfig(presetOrFile, assignments);
  readonly run: ReaderCalls['run'] = (folder) => this.lease.get().calls.run(folder);
  readonly sweep: ReaderCalls['sweep'] = (folder, gridFile) => this.lease.get().calls.sweep(folder, gridFile);
  readonly places: ReaderCalls['places'] = (folder) => this.lease.get().calls.places(folder);
  readonly submitSweep: ReaderCalls['submitSweep'] = (folder, submission) =>
    this.lease.get().calls.submitSweep(folder, submission);
  readonly stopSweep: ReaderCalls['stopSweep'] = (folder, names) =>
    this.lease.get().calls.stopSweep(folder, names);

  dispose(): void {
    this.lease.end();
  }
}
