import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { GeometryError } from '../../../contract/errors.js';
import type { Question } from './threadJobs.js';

/** Idle time after which a thread ends, so that a finished engine can exit. */
const IDLE_MS = 5_000;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (cause: unknown) => void;
}

class Thread {
  private readonly worker: Worker;
  private readonly waiting: Waiting[] = [];
  private retirement: NodeJS.Timeout | undefined;

  constructor(
    program: string,
    failure: string,
    private readonly onEnd: (ended: Thread) => void,
  ) {
    this.worker = new Worker(program, { eval: true });
    this.worker.unref();
    this.worker.on('message', (answer: unknown) => {
      this.waiting.shift()?.resolve(answer);
      if (this.waiting.length > 0) return;
      this.worker.unref();
      this.retirement = setTimeout(() => this.end(), IDLE_MS).unref();
    });
    this.worker.on('error', (cause) => {
      this.onEnd(this);
      const error = new GeometryError('internal', failure, { cause });
      for (const { reject } of this.waiting.splice(0)) reject(error);
    });
  }

  get load(): number {
    return this.waiting.length;
  }

  ask(question: Question, transfer: readonly ArrayBuffer[]): Promise<unknown> {
    clearTimeout(this.retirement);
    // The process stays alive exactly while an answer is pending.
    this.worker.ref();
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.worker.postMessage(question, [...transfer]);
    });
  }

  private end(): void {
    this.onEnd(this);
    void this.worker.terminate();
  }
}

/** Threads of one program ({@link serveJobs}), at most one per core, started on demand and ended when idle. */
export class ThreadPool {
  readonly size = availableParallelism();
  private threads: readonly Thread[] = [];

  /**
   * `failure` is the error's sentence if a thread fails. Its questions are rejected; other threads continue.
   */
  constructor(
    private readonly program: string,
    private readonly failure: string,
  ) {}

  /**
   * A thread answers in the order of its questions.
   * @throws GeometryError `internal`.
   */
  ask(name: string, job: unknown, transfer: readonly ArrayBuffer[]): Promise<unknown> {
    return this.freest().ask({ name, job }, transfer);
  }

  private freest(): Thread {
    const [idlest] = [...this.threads].sort((a, b) => a.load - b.load);
    if (idlest !== undefined && (idlest.load === 0 || this.threads.length >= this.size)) return idlest;
    const started = new Thread(this.program, this.failure, (ended) => {
      this.threads = this.threads.filter((other) => other !== ended);
    });
    this.threads = [...this.threads, started];
    return started;
  }
}
