import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** NumPy in a process of its own, decomposing when told to. */
export interface SvdPeer {
  readonly name: string;
  /** Milliseconds that it took for `count` random matrices of this size. */
  milliseconds(rows: number, columns: number, count: number, kind: 'values' | 'full'): Promise<number>;
  end(): void;
}

const SCRIPT = path.join(__dirname, '..', 'test', 'bench', 'peers', 'svd_lapack.py');

/** Starts the peer; undefined where its script, Python or NumPy is not there. */
export const startSvdPeer = async (): Promise<SvdPeer | undefined> => {
  if (!existsSync(SCRIPT)) return undefined;
  const child = spawn('python3', [SCRIPT], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<undefined>((resolve) => {
    child.on('error', () => resolve(undefined));
    child.on('close', () => resolve(undefined));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown> | undefined> => {
    const line = await Promise.race([lines.next(), ended]);
    return line?.done === false ? (JSON.parse(line.value) as Record<string, unknown>) : undefined;
  };
  const hello = await answer();
  if (hello === undefined) return undefined;
  return {
    name: `NumPy ${String(hello.version)}`,
    milliseconds: async (rows, columns, count, kind) => {
      child.stdin.write(`${rows} ${columns} ${count} ${kind}\n`);
      const reply = await answer();
      if (reply === undefined) throw new Error('The NumPy peer ended early.');
      return Number(reply.milliseconds);
    },
    end: () => child.stdin.end(),
  };
};
