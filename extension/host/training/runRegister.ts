import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { trainRequestSchema } from '../../contract/trainerSchemas.js';
import { writeAtomically } from '../../disk/atomicFile.js';
import { makeFolder } from '../../disk/folders.js';
import { limits, readText } from '../../disk/regularFile.js';

/** A run that was asked for and has not begun: what was asked, and the window that keeps it in its queue. */
const waitingSchema = v.object({
  request: trainRequestSchema,
  /** Process of the window's extensions. */
  window: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

const entrySchema = v.object({
  folder: v.pipe(v.string(), v.minLength(1)),
  waiting: v.exactOptional(waitingSchema),
});
export type RegisteredRun = v.InferOutput<typeof entrySchema>;

/**
 * The runs that were asked for in VS Code and may not have ended: one small file each, so that windows neither wait for
 * each other nor write over each other's entries. A window that opens looks here for runs that go on alone, for those
 * that can be gone on with, and for runs that never started.
 */
export class RunRegister {
  /** One change at a time, in the order in which they were asked for. */
  private changes: Promise<void> = Promise.resolve();

  constructor(private readonly place: string) {}

  add(run: RegisteredRun): Promise<void> {
    return this.change(async () => {
      await makeFolder(this.place);
      await writeAtomically(this.entryOf(run.folder), JSON.stringify(run));
    });
  }

  remove(folder: string): Promise<void> {
    return this.change(() => fs.rm(this.entryOf(folder), { force: true }));
  }

  async runs(): Promise<RegisteredRun[]> {
    const names = await fs.readdir(this.place).catch(() => []);
    const read = async (name: string): Promise<RegisteredRun[]> => {
      try {
        return [
          v.parse(entrySchema, JSON.parse(await readText(path.join(this.place, name), limits.settings))),
        ];
      } catch {
        // Another window may have removed it in the meantime; one that cannot be read is nobody's.
        return [];
      }
    };
    return (await Promise.all(names.filter((name) => name.endsWith('.run')).map(read))).flat();
  }

  private change(make: () => Promise<void>): Promise<void> {
    // An entry that cannot be written costs the finding of a run, not the run.
    return (this.changes = this.changes.then(make).catch(() => undefined));
  }

  private entryOf(folder: string): string {
    return path.join(this.place, `${createHash('sha256').update(folder).digest('hex').slice(0, 32)}.run`);
  }
}
