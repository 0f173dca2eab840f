import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openForAppending,
  removeLeftovers,
  writeAtomically,
  writeOutput,
} from '../../../extension/disk/atomicFile.js';
import { sha256Of } from '../../../extension/disk/digest.js';
import { makeFolder, makeFolderInside } from '../../../extension/disk/folders.js';
import { openRegular, readText, readTextIfThere } from '../../../extension/disk/regularFile.js';
import { canMount, mountDisk } from './mountedDisk.js';

const hasPipes = process.platform !== 'win32';
let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'wg-files-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]): string => path.join(folder, ...names);

/** What is no regular file, under a name. */
const others: [string, (file: string) => void][] = [
  ['a named pipe', (file) => execFileSync('mkfifo', [file])],
  ['a link to an endless device', (file) => symlinkSync('/dev/zero', file)],
  ['a link to a terminal', (file) => symlinkSync('/dev/tty', file)],
  ['a folder', (file) => mkdirSync(file)],
  ['a link to itself', (file) => symlinkSync(file, file)],
];

describe.runIf(hasPipes)('a file that is read', () => {
  it.each(others)('is refused where it is %s', async (_what, plant) => {
    plant(at('side'));
    await expect(readText(at('side'), 100)).rejects.toMatchObject({ code: 'unreadable' });
    await expect(readTextIfThere(at('side'), 100)).rejects.toMatchObject({ code: 'unreadable' });
    await expect(openRegular(at('side'))).rejects.toMatchObject({ code: 'unreadable' });
    await expect(sha256Of([at('side')])).rejects.toMatchObject({ code: 'unreadable' });
  });

  it('may be a link to a regular file, and is limited in size', async () => {
    writeFileSync(at('whole'), 'x'.repeat(100));
    symlinkSync('whole', at('link'));
    expect(await readText(at('link'), 100)).toHaveLength(100);
    await expect(readText(at('link'), 99)).rejects.toMatchObject({ code: 'too-large' });
    expect(await readTextIfThere(at('absent'), 100)).toBeUndefined();
    // Its size is said to be nought.
    await expect(readText('/proc/self/maps', 10)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('that is empty is empty', async () => {
    writeFileSync(at('empty'), '');
    expect(await readText(at('empty'), 10)).toBe('');
  });
});

describe.runIf(hasPipes)('a file that is written', () => {
  it("replaces a link of its name, and leaves the link's target", async () => {
    writeFileSync(at('outside'), 'mine');
    for (const [name, target] of [
      ['a', 'outside'],
      ['b', 'made-by-a-link'],
      ['c', 'c'],
    ] as const) {
      symlinkSync(target, at(name));
      await writeAtomically(at(name), 'new');
      expect(lstatSync(at(name)).isFile()).toBe(true);
      expect(readFileSync(at(name), 'utf8')).toBe('new');
    }
    expect(readFileSync(at('outside'), 'utf8')).toBe('mine');
    expect(readdirSync(folder).sort()).toEqual(['a', 'b', 'c', 'outside']);
  });

  it('does not follow a link under a predictable name', async () => {
    writeFileSync(at('outside'), 'mine');
    for (const name of ['x.partial', 'x.part', 'x.tmp', `x.${process.pid}`]) symlinkSync('outside', at(name));
    await writeAtomically(at('x'), 'new');
    expect(readFileSync(at('outside'), 'utf8')).toBe('mine');
  });

  it.each(others.slice(0, 3))('is not added to the end of %s', async (_what, plant) => {
    plant(at('metrics.jsonl'));
    await expect(openForAppending(at('metrics.jsonl'))).rejects.toMatchObject({ code: 'unwritable' });
  });

  it('is not added to through a link', async () => {
    writeFileSync(at('outside'), 'mine');
    symlinkSync('outside', at('metrics.jsonl'));
    await expect(openForAppending(at('metrics.jsonl'))).rejects.toMatchObject({ code: 'unwritable' });
    expect(readFileSync(at('outside'), 'utf8')).toBe('mine');
  });

  it('named by the user may be a device; a device behind a link in a folder is left alone', async () => {
    await writeOutput('/dev/null', 'gone');
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
    symlinkSync('/dev/null', at('report.json'));
    await writeOutput(at('report.json'), 'new');
    expect(readFileSync(at('report.json'), 'utf8')).toBe('new');
  });

  it('leaves nothing behind if refused, and leftovers of killed writers are removed', async () => {
    mkdirSync(at('taken'));
    await expect(writeAtomically(at('taken'), 'x')).rejects.toMatchObject({ code: 'unwritable' });
    expect(readdirSync(folder)).toEqual(['taken']);
    for (const name of ['run.json.0123456789ab.partial', 'user.partial']) writeFileSync(at(name), 'half');
    utimesSync(at('run.json.0123456789ab.partial'), 0, 0);
    await removeLeftovers(folder, 1000);
    expect(readdirSync(folder)).toEqual(['taken', 'user.partial']);
  });
});

describe('a folder that is made', () => {
  it.runIf(hasPipes)('inside another is refused where a link leads out', async () => {
    mkdirSync(at('run'));
    mkdirSync(at('outside'));
    mkdirSync(at('run', 'here'));
    symlinkSync(at('outside'), at('run', 'checkpoints'));
    symlinkSync('here', at('run', 'state'));
    await expect(makeFolderInside(at('run'), at('run', 'checkpoints'))).rejects.toMatchObject({
      code: 'unsafe-file',
    });
    const deeper = makeFolderInside(at('run'), at('run', 'checkpoints', 'deeper'));
    await expect(deeper).rejects.toMatchObject({ code: 'unsafe-file' });
    expect(readdirSync(at('outside'))).toEqual([]);
    expect(await makeFolderInside(at('run'), at('run', 'state', 'inner'))).toBe(at('run', 'state', 'inner'));
    // The folder that the user names may be a link.
    symlinkSync('outside', at('chosen'));
    await makeFolderInside(at('chosen'), at('chosen', 'state'));
    expect(existsSync(at('outside', 'state'))).toBe(true);
    expect(readlinkSync(at('chosen'))).toBe('outside');
  });
});

describe('a folder that cannot be made', () => {
  it.runIf(process.platform === 'linux')('is refused where the system says that there is none', async () => {
    // Node's own making of several folders at once does not end here.
    for (const place of ['/proc/x', '/proc/x/y']) {
      await expect(makeFolder(place)).rejects.toMatchObject({ code: 'unwritable' });
    }
  });

  it('is refused below a file, and made once by two at the same time', async () => {
    writeFileSync(at('file'), '');
    await expect(makeFolder(at('file', 'inner'))).rejects.toMatchObject({ code: 'unwritable' });
    await expect(makeFolder(at('file'))).rejects.toMatchObject({ code: 'unwritable' });
    const made = await Promise.all([1, 2, 3, 4].map(() => makeFolder(at('a', 'b', 'c'))));
    expect(made.filter((first) => first === at('a'))).toHaveLength(1);
    expect(await makeFolder(at('a', 'b', 'c'))).toBeUndefined();
  });
});

describe.runIf(canMount)('a disk that refuses', () => {
  it('is called full, and the old content stays', async () => {
    const disk = mountDisk(2 ** 16);
    try {
      const file = path.join(disk.folder, 'run.json');
      await writeAtomically(file, 'old');
      await expect(writeAtomically(file, new Uint8Array(2 ** 17))).rejects.toMatchObject({
        code: 'disk-full',
        message: expect.stringContaining(file) as string,
      });
      expect(readFileSync(file, 'utf8')).toBe('old');
      expect(readdirSync(disk.folder)).toEqual(['run.json']);
    } finally {
      disk.unmount();
    }
  });

  it('is called read-only', async () => {
    const disk = mountDisk(2 ** 16);
    try {
      writeFileSync(path.join(disk.folder, 'run.json'), 'old');
      disk.makeReadOnly();
      for (const refused of [
        () => writeAtomically(path.join(disk.folder, 'run.json'), 'new'),
        () => writeOutput(path.join(disk.folder, 'report.json'), 'new'),
        () => openForAppending(path.join(disk.folder, 'run.json')),
        () => makeFolder(path.join(disk.folder, 'a', 'b')),
        () => makeFolder(disk.folder),
      ]) {
        await expect(refused()).rejects.toMatchObject({
          code: 'unwritable',
          message: expect.stringContaining('The file system is read-only') as string,
        });
      }
      expect(readFileSync(path.join(disk.folder, 'run.json'), 'utf8')).toBe('old');
    } finally {
      disk.unmount();
    }
  });
});
