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

/** What the user has written about a run. */
const labelsSchema = v.object({
  tags: v.exactOptional(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(100)))),
  note: v.exactOptional(v.pipe(v.string(), v.maxLength(10_000))),
});
export type RunLabels = v.InferOutput<typeof labelsSchema>;

const entrySchema = v.object({
  folder: v.pipe(v.string(), v.minLength(1)),
  waiting: v.exactOptional(waitingSchema),
  ...labelsSchema.entries,
});
export type RegisteredRun = v.InferOutput<typeof entrySchema>;

/**
 * The runs that were asked for in VS Code, those that have ended too, until they are taken off: one small file each, so that windows neither wait for
 * each other nor write over each other's entries. A window that opens looks here for runs that go on alone, for those
 * that can be gone on with, and for runs that never started.
 */
export class RunRegister {
  /** One change at a time, in the order in which they were asked for. */
  private changes: Promise<void> = Promise.resolve();

  constructor(private readonly place: string) {}

  /** Tags and note of an entry stay. */
  add(run: RegisteredRun): Promise<void> {
    return this.change(async () => {
      await makeFolder(this.place);
      const [before] = await this.read(this.entryOf(run.folder));
      const { tags, note } = before ?? {};
      const labels = { ...(tags ? { tags } : {}), ...(note === undefined ? {} : { note }) };
      await writeAtomically(this.entryOf(run.folder), JSON.stringify({ ...labels, ...run }));
    });
  }

  /** Replaces the tags and the note of a run. */
  label(folder: string, labels: RunLabels): Promise<void> {
    return this.change(async () => {
      await makeFolder(this.place);
      const [before] = await this.read(this.entryOf(folder));
      const waiting = before?.waiting ? { waiting: before.waiting } : {};
      await writeAtomically(this.entryOf(folder), JSON.stringify({ folder, ...waiting, ...labels }));
    });
  }

  remove(folder: string): Promise<void> {
    return this.change(() => fs.rm(this.entryOf(folder), { force: true }));
  }

  async runs(): Promise<RegisteredRun[]> {
    const names = await fs.readdir(this.place).catch(() => []);
    const entries = names.filter((name) => name.endsWith('.run'));
    return (await Promise.all(entries.map((name) => this.read(path.join(this.place, name))))).flat();
  }

  private async read(file: string): Promise<RegisteredRun[]> {
    try {
      return [v.parse(entrySchema, JSON.parse(await readText(file, limits.settings)))];
    } catch {
      // Another window may have removed it in the meantime; one that cannot be read is nobody's.
      return [];
    }
  }

  private change(make: () => Promise<void>): Promise<void> {
    // An entry that cannot be written costs the finding of a run, not the run.
    return (this.changes = this.changes.then(make).catch(() => undefined));
  }

  private entryOf(folder: string): string {
    return path.join(this.place, `${createHash('sha256').update(folder).digest('hex').slice(0, 32)}.run`);
  }
}
