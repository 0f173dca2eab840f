import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** What is trained; the fields of the peer's argument. */
export interface TrainSize {
  readonly prime: number;
  readonly d: number;
  readonly layers: number;
  readonly heads: number;
  readonly dFf: number;
  readonly batch: number;
  readonly replicas: number;
  readonly threads: number;
}

/** PyTorch in a process of its own, taking steps when told to. */
export interface TrainPeer {
  readonly name: string;
  /** Seconds that it took for so many steps. */
  steps(count: number): Promise<number>;
  end(): void;
}

const SCRIPT = path.join(__dirname, '..', 'test', 'bench', 'peers', 'train_torch.py');

/** Starts the peer; undefined where its script, Python or PyTorch is not there. */
export const startTrainPeer = async (size: TrainSize): Promise<TrainPeer | undefined> => {
  if (!existsSync(SCRIPT)) return undefined;
  const child = spawn('python3', [SCRIPT, JSON.stringify(size)], { stdio: ['pipe', 'pipe', 'ignore'] });
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
    name: `PyTorch ${String(hello.version)} eager`,
    steps: async (count) => {
      child.stdin.write(`${count}\n`);
      const reply = await answer();
      if (reply === undefined) throw new Error('The PyTorch peer ended early.');
      return Number(reply.seconds);
    },
    end: () => child.stdin.end(),
  };
};
