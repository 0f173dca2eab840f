import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** PyTorch in a process of its own, running weight vectors when told to. */
export interface EvaluatePeer {
  readonly name: string;
  /** Seconds that it took for so many vectors. */
  evaluate(vectors: number): Promise<number>;
  end(): void;
}

export interface EvaluatedSize {
  readonly prime: number;
  readonly d: number;
  readonly layers: number;
  readonly heads: number;
  readonly dFf: number;
}

const SCRIPT = path.join(__dirname, '..', 'test', 'bench', 'peers', 'evaluate_torch.py');

/** Starts the peer; undefined where its script, Python or PyTorch is not there. */
export const startEvaluatePeer = async (size: EvaluatedSize): Promise<EvaluatePeer | undefined> => {
  if (!existsSync(SCRIPT)) return undefined;
  const argument = JSON.stringify({ ...size, threads: cpus().length });
  const child = spawn('python3', [SCRIPT, argument], { stdio: ['pipe', 'pipe', 'ignore'] });
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
    name: `PyTorch ${String(hello.version)}`,
    evaluate: async (vectors) => {
      child.stdin.write(`${vectors}\n`);
      const reply = await answer();
      if (reply === undefined) throw new Error('The PyTorch peer ended early.');
      return Number(reply.seconds);
    },
    end: () => child.stdin.end(),
  };
};
