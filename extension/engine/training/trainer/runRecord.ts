import { toErrorValue } from '../../../contract/errors.js';
import type { RunFile } from '../../../contract/run.js';
import { writeRunFile } from '../run/runDirectory.js';

/** `run.json` of a run, as it is on disk. */
export class RunRecord {
  constructor(
    private readonly run: string,
    /** Throws when the run is another process's by now: nothing is written then. */
    private readonly requireHeld: () => Promise<void>,
    private current: RunFile | undefined,
  ) {}

  /** Undefined as long as there is none. */
  get file(): RunFile | undefined {
    return this.current;
  }

  async write(content: RunFile): Promise<RunFile> {
    await this.requireHeld();
    await writeRunFile(this.run, content);
    this.current = content;
    return content;
  }

  async update(change: Partial<RunFile>): Promise<RunFile> {
    return this.write({ ...this.current!, ...change });
  }

  /** Marks the run failed; answers nothing where there is no record to mark. */
  async fail(thrown: unknown): Promise<RunFile | undefined> {
    const before = this.current;
    if (before === undefined) return undefined;
    const { code, message } = toErrorValue(thrown);
    // The disk that failed may refuse this too; the error itself still reaches the user.
    return this.update({ status: 'failed', error: { code, message } }).catch(() => before);
  }
}
