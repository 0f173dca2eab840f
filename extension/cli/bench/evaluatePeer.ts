import { cpus } from 'node:os';
import { startPythonPeer } from './pythonPeer.js';

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

/** Starts the peer; undefined where its script, Python or PyTorch is not there. */
export const startEvaluatePeer = async (size: EvaluatedSize): Promise<EvaluatePeer | undefined> => {
  const peer = await startPythonPeer('evaluate_torch.py', [
    JSON.stringify({ ...size, threads: cpus().length }),
  ]);
  return (
    peer && {
      name: `PyTorch ${peer.version}`,
      evaluate: async (vectors) => Number((await peer.ask(String(vectors))).seconds),
      end: () => peer.end(),
    }
  );
};
