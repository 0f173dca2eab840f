import { vi } from 'vitest';
import * as v from 'valibot';
import type { ComputeCalls, InspectRequest, Reply } from '../../../extension/contract/calls.js';
import type { ErrorValue } from '../../../extension/contract/errors.js';
import { inspectSettingsSchema } from '../../../extension/contract/report.js';
import type { SourceChange } from '../../../extension/host/inspector/sourceWatch.js';
import { Compute } from '../../../extension/host/processes/compute.js';
import type { End, EngineProcess, ProcessOptions } from '../../../extension/processes/engineProcess.js';

export const ok: Reply<never> = { ok: true, value: undefined as never };
export const warning = (message: string) => ({ warnings: [{ code: 'made', message }] });
export const header = {
  ...{ schema: 'weight-geometry/report@1', created: '2026-01-01T00:00:00.000Z', versions: {} },
  source: { path: '/m', name: 'm', kind: 'series' },
  settings: v.parse(inspectSettingsSchema, {}),
};

/** A compute process that does nothing by itself: the test says what comes of each job. */
export class ToyProcess {
  readonly jobs: string[] = [];
  readonly requests: InspectRequest[] = [];
  readonly cancelled: string[] = [];
  killed = false;
  private end!: (end: End) => void;
  private readonly ended = new Promise<End>((resolve) => (this.end = resolve));

  constructor(private readonly options: ProcessOptions<ComputeCalls>) {}

  tell(event: 'addition' | 'ended', ...args: readonly unknown[]): void {
    this.options.events[event]?.(...args);
  }

  die(expected = false): void {
    this.end({ expected, how: 'signal SIGKILL' });
  }

  get process(): EngineProcess<ComputeCalls> {
    const answer = () => Promise.resolve(ok);
    return {
      pid: 7,
      ended: this.ended,
      calls: {
        inspect: (id: string, request: InspectRequest) => (
          this.jobs.push(id),
          this.requests.push(request),
          answer()
        ),
        focus: answer,
        cancel: (id: string) => (this.cancelled.push(id), answer()),
        analyse: answer,
      },
      kill: () => {
        this.killed = true;
        this.die(true);
      },
      leave: () => undefined,
      finish: () => undefined,
    };
  }
}

/** A compute process's stand-in, and the surroundings of an inspection that uses it. */
export const place = () => {
  const processes: ToyProcess[] = [];
  const died = (how?: string): ErrorValue => ({ code: 'process-died', message: how ?? 'none' });
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const compute = new Compute({
    ...{ bundle: '', log, died },
    startProcess: (options) => {
      const made = new ToyProcess(options);
      processes.push(made);
      return made.process;
    },
  });
  const filesWatched: string[][] = [];
  let grown: () => void = () => undefined;
  let change: (what: SourceChange) => void = () => undefined;
  const surroundings = {
    compute,
    cacheFor: () => undefined,
    settingsFor: () => v.parse(inspectSettingsSchema, {}),
    follows: () => true,
    watch: (_: string, tell: (what: SourceChange) => void) => {
      change = tell;
      return { dispose: () => undefined };
    },
    watchFiles: (files: readonly string[], tell: () => void) => {
      filesWatched.push([...files]);
      grown = tell;
      return { dispose: () => (grown = () => undefined) };
    },
    says: { gone: () => 'gone', changed: () => 'changed', waits: () => 'waits' },
  };
  return {
    ...{ processes, compute, surroundings, filesWatched },
    changed: (what: SourceChange) => change(what),
    grown: () => grown(),
  };
};
