import { startPythonPeer } from './pythonPeer.js';

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
  /** PyTorch's name of the device; the CPU where absent. */
  readonly device?: string;
}

/** PyTorch in a process of its own, taking steps when told to. */
export interface TrainPeer {
  readonly name: string;
  /** Seconds that it took for so many steps. */
  steps(count: number): Promise<number>;
  end(): void;
}

/** Starts the peer; undefined where its script, Python or PyTorch is not there. */
export const startTrainPeer = async (size: TrainSize, python?: string): Promise<TrainPeer | undefined> => {
  const peer = await startPythonPeer('train_torch.py', [JSON.stringify(size)], python);
  if (peer === undefined) return undefined;
  return {
    name: `PyTorch ${peer.version} eager`,
    steps: async (count) => Number((await peer.ask(String(count))).seconds),
    end: () => peer.end(),
  };
};
