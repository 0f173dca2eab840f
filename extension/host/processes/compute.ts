import { randomUUID } from 'node:crypto';
import { receiveEvents } from '../../contract/boundary.js';
import { computeEventSchemas, computeSchemas } from '../../contract/callSchemas.js';
import type { ErrorValue } from '../../contract/errors.js';
import type {
  ComputeCalls,
  ComputeEvents,
  Focus,
  InspectRequest,
  Progress,
  Reply,
} from '../../contract/calls.js';
import type { AnalysisRequest, ReportAddition } from '../../contract/report.js';
import {
  startEngineProcess,
  type EngineProcess,
  type ProcessOptions,
} from '../../processes/engineProcess.js';
import type { Disposable, Log } from '../events.js';
import { Leased } from './lease.js';

/** Grace period: the process is asked to stop, and killed after this time. */
const killAfterMs = 2000;
/** Idle time of the process after its last job, so that the next one starts at once. */
const lingerMs = 5000;

export interface JobEvents {
  addition(addition: ReportAddition): void;
  progress(progress: Progress): void;
  ended(outcome: Reply<void>): void;
}

export interface Job {
  focus(focus: Focus): void;
  analyse(request: AnalysisRequest): Promise<Reply<void>>;
  /** Ends the job; its `ended` comes within two seconds. */
  cancel(): void;
}

interface RunningJob {
  readonly id: string;
  readonly request: InspectRequest;
  readonly events: JobEvents;
  focus: Focus;
  cancelled: boolean;
}

export interface ComputeServices {
  /** The bundle of the child processes. */
  readonly bundle: string;
  readonly log: Log;
  /** The error of a job whose process died, with the cause if known. */
  readonly died: (how?: string) => ErrorValue;
  readonly startProcess?: (options: ProcessOptions<ComputeCalls>) => EngineProcess<ComputeCalls>;
}

/** The jobs of the window's compute process. It lives as long as there are any. */
export class Compute implements Disposable {
  private readonly jobs = new Map<string, RunningJob>();
  private readonly lease: Leased<EngineProcess<ComputeCalls>>;

  constructor(private readonly services: ComputeServices) {
    this.lease = new Leased(() => this.startProcess(), lingerMs);
  }

  /** Starts an inspection. */
  start(request: InspectRequest, focus: Focus, events: JobEvents): Job {
    const job: RunningJob = { id: randomUUID(), request, events, focus, cancelled: false };
    this.jobs.set(job.id, job);
    this.lease.retain();
    void this.submit(job);
    return {
      focus: (next) => {
        job.focus = next;
        void this.lease.running?.calls.focus(job.id, next);
      },
      analyse: (wanted) =>
        this.lease.running?.calls.analyse(job.id, wanted) ??
        Promise.resolve({ ok: false, error: this.services.died() }),
      cancel: () => this.cancel(job),
    };
  }

  dispose(): void {
    this.jobs.clear();
    this.lease.end();
  }

  private async submit(job: RunningJob): Promise<void> {
    const { calls } = this.lease.get();
    const reply = await calls.inspect(job.id, job.request);
    // A process that died has already answered all its jobs.
    if (!reply.ok && reply.error.code !== 'process-died') this.end(job.id, reply);
    else void calls.focus(job.id, job.focus);
  }

  private cancel(job: RunningJob): void {
    if (job.cancelled || !this.jobs.has(job.id)) return;
    job.cancelled = true;
    const running = this.lease.running;
    if (!running) return;
    void running.calls.cancel(job.id);
    const { log } = this.services;
    setTimeout(() => {
      if (!this.jobs.has(job.id) || this.lease.running !== running) return;
      log.warn(`The compute process (${running.pid}) did not stop in ${killAfterMs} ms: ending it.`);
      running.kill();
    }, killAfterMs);
  }

  private end(id: string, outcome: Reply<void>): void {
    const job = this.jobs.get(id);
    if (!job) return;
    this.jobs.delete(id);
    job.events.ended(outcome);
    this.lease.release();
  }

  private startProcess(): EngineProcess<ComputeCalls> {
    const { bundle, log, startProcess = startEngineProcess<ComputeCalls> } = this.services;
    const events: ComputeEvents = {
      addition: (id, addition) => this.jobs.get(id)?.events.addition(addition),
      progress: (id, progress) => this.jobs.get(id)?.events.progress(progress),
      ended: (id, outcome) => this.end(id, outcome),
    };
    const started = startProcess({
      bundle,
      role: 'compute',
      args: [],
      schemas: computeSchemas,
      events: receiveEvents(computeEventSchemas, events, (error) =>
        log.error(error.message, String(error.cause)),
      ),
      onOutput: (line) => log.info(`[compute] ${line}`),
    });
    log.info(`Compute process ${started.pid} started.`);
    void started.ended.then((end) => {
      log[end.expected ? 'info' : 'error'](`Compute process ${started.pid} ended: ${end.how}.`);
      this.lease.forget(started);
      for (const job of [...this.jobs.values()]) {
        if (job.cancelled) this.end(job.id, cancelled);
        // Killed because of another job: the reader keeps this job's results, the rest starts again.
        else if (end.expected) void this.submit(job);
        else this.end(job.id, { ok: false, error: this.services.died(end.how) });
      }
    });
    return started;
  }
}

const cancelled: Reply<void> = {
  ok: false,
  error: { code: 'cancelled', message: 'The inspection was cancelled.' },
};
