import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { trainRequestSchema } from '../../contract/trainerSchemas.js';
import { writeAtomically } from '../../disk/atomicFile.js';
import { makeFolder } from '../../disk/folders.js';
import { limits, readText } from '../../disk/regularFile.js';

/** A requested run that has not begun: the request, and the window that queues it. */
const waitingSchema = v.object({
  request: trainRequestSchema,
  /** Process id of the window's extension host. */
  window: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

/** The user's annotations of a run. */
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
 * The runs that were requested in VS Code, ended ones included, until they are removed. One small file each, so
 * that windows neither wait for each other nor overwrite each other's entries. A new window finds here runs
 * that continue alone, runs to resume, and runs that never started.
 */
export class RunRegister {
  /** One change at a time, in order of request. */
  private changes: Promise<void> = Promise.resolve();

  constructor(private readonly place: string) {}

  /** Keeps the tags and note of an existing entry. */
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
      // Another window may have removed it meanwhile. An unreadable one is skipped.
      return [];
    }
  }

  private change(make: () => Promise<void>): Promise<void> {
    // A failed write loses the entry, not the run.
    return (this.changes = this.changes.then(make).catch(() => undefined));
  }

  private entryOf(folder: string): string {
    return path.join(this.place, `${createHash('sha256').update(folder).digest('hex').slice(0, 32)}.run`);
  }
}
