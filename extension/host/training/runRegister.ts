import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';

/**
 * The folders of the runs that were started from VS Code and may not have ended: one small file each, so that windows
 * neither wait for each other nor write over each other's entries. A window that opens looks here for runs that go on
 * alone.
 */
export class RunRegister {
  constructor(private readonly place: string) {}

  async add(folder: string): Promise<void> {
    await fs.mkdir(this.place, { recursive: true });
    await fs.writeFile(this.entryOf(folder), folder);
  }

  async remove(folder: string): Promise<void> {
    await fs.rm(this.entryOf(folder), { force: true });
  }

  async folders(): Promise<string[]> {
    const names = await fs.readdir(this.place).catch(() => []);
    const read = (name: string): Promise<string> =>
      // Another window may have removed it in the meantime.
      fs.readFile(path.join(this.place, name), 'utf8').catch(() => '');
    return (await Promise.all(names.filter((name) => name.endsWith('.run')).map(read))).filter(Boolean);
  }

  private entryOf(folder: string): string {
    return path.join(this.place, `${createHash('sha256').update(folder).digest('hex').slice(0, 32)}.run`);
  }
}
