import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SourceWatch, type SourceChange } from '../../../extension/host/inspector/sourceWatch.js';

interface Listener {
  readonly folder: string;
  readonly pattern: string;
  readonly tell: (uri: { fsPath: string }) => void;
}
const { listeners } = vi.hoisted(() => ({ listeners: [] as Listener[] }));

vi.mock('vscode', () => ({
  Uri: { file: (fsPath: string) => ({ fsPath }) },
  RelativePattern: class {
    constructor(
      readonly base: { fsPath: string },
      readonly pattern: string,
    ) {}
  },
  workspace: {
    createFileSystemWatcher: ({ base, pattern }: { base: { fsPath: string }; pattern: string }) => {
      const listen = (tell: Listener['tell']) => {
        listeners.push({ folder: base.fsPath, pattern, tell });
        return { dispose: () => undefined };
      };
      const silent = () => ({ dispose: () => undefined });
      return { onDidCreate: listen, onDidChange: silent, onDidDelete: silent, dispose: () => undefined };
    },
  },
}));

let folder = '';
let watch: SourceWatch | undefined;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'watch-'));
  listeners.length = 0;
});
afterEach(() => {
  watch?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const watching = async (source: string): Promise<SourceChange[]> => {
  const told: SourceChange[] = [];
  watch = new SourceWatch(source, (change) => told.push(change));
  await expect.poll(() => listeners.length).toBeGreaterThan(0);
  return told;
};

describe('a watch over a source', () => {
  it('of a file watches its folder, not recursively', async () => {
    const file = path.join(folder, 'model [1].pt');
    writeFileSync(file, 'x');
    await watching(file);
    expect(listeners.map((listener) => listener.folder)).toEqual(listeners.map(() => folder));
    expect(listeners[0]!.pattern).toBe('model [[]1[]].pt');
    // Either mark makes VS Code watch a folder to its depths.
    for (const { pattern } of listeners) expect(pattern).not.toMatch(/\*\*|\//);
  });

  it('of a folder watches that folder alone recursively', async () => {
    const source = path.join(folder, 'run');
    mkdirSync(source);
    await watching(source);
    const deep = listeners.filter(({ pattern }) => pattern.includes('**'));
    expect(deep.map((listener) => listener.folder)).toEqual([source]);
  });

  it('notifies of a change once the files are at rest, and not if they are the same', async () => {
    const file = path.join(folder, 'model.pt');
    writeFileSync(file, 'x');
    const told = await watching(file);
    writeFileSync(file, 'longer');
    listeners[0]!.tell({ fsPath: file });
    await expect.poll(() => told, { timeout: 4000 }).toEqual(['changed']);
    listeners[0]!.tell({ fsPath: file });
    rmSync(file);
    listeners[0]!.tell({ fsPath: file });
    await expect.poll(() => told, { timeout: 4000 }).toEqual(['changed', 'gone']);
  });

  it('polls at longer and longer intervals without changes', async () => {
    const file = path.join(folder, 'model.pt');
    writeFileSync(file, 'x');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const asked: number[] = [];
      const timer = vi.spyOn(globalThis, 'setTimeout');
      watch = new SourceWatch(file, () => undefined);
      for (let looks = 1; looks <= 7; looks++) {
        await vi.waitUntil(() => timer.mock.calls.length >= looks, { timeout: 2000 });
        asked.push(timer.mock.calls[looks - 1]![1]!);
        vi.advanceTimersByTime(60_000);
      }
      expect(asked[0]).toBe(5000);
      for (let i = 1; i < asked.length; i++) expect(asked[i]).toBeGreaterThanOrEqual(asked[i - 1]!);
      expect(asked.at(-1)).toBe(30_000);
    } finally {
      vi.restoreAllMocks();
      vi.useRealTimers();
    }
  });
});
