import { toErrorValue } from '../../../contract/errors.js';
import type { RunFile } from '../../../contract/run.js';
import { writeRunFile } from '../run/runDirectory.js';

/** `run.json` of a run, as it is on disk. */
export class RunRecord {
  constructor(
    private readonly run: string,
    /** Throws if another process has taken over the run: nothing is written then. */
    private readonly requireHeld: () => Promise<void>,
    private current: RunFile | undefined,
  ) {}

  /** Undefined until it exists. */
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

  /** Marks the run failed; returns nothing if there is no record to mark. */
  async fail(thrown: unknown): Promise<RunFile | undefined> {
    const before = this.current;
    if (before === undefined) return undefined;
    const { code, message } = toErrorValue(thrown);
    // The failing disk may refuse this too; the error itself still reaches the user.
    return this.update({ status: 'failed', error: { code, message } }).catch(() => before);
  }
}
