import { cpus } from 'node:os';
import { startPythonPeer } from './pythonPeer.js';

/** PyTorch in its own process, evaluating weight vectors on request. */
export interface EvaluatePeer {
  readonly name: string;
  /** Seconds for this many vectors. */
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

/** Starts the peer; undefined if its script, Python or PyTorch is missing. */
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
