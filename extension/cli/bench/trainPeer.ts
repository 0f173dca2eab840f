import { startPythonPeer } from './pythonPeer.js';

/** The trained model; the fields of the peer's argument. */
export interface TrainSize {
  readonly prime: number;
  readonly d: number;
  readonly layers: number;
  readonly heads: number;
  readonly dFf: number;
  readonly batch: number;
  readonly replicas: number;
  readonly threads: number;
  /** PyTorch's name of the device; default: the CPU. */
  readonly device?: string;
}

/** Another library in its own process, taking steps on request. */
export interface TrainPeer {
  readonly name: string;
  /** Seconds for this many steps. */
  steps(count: number): Promise<number>;
  end(): void;
}

interface PeerKind {
  readonly script: string;
  readonly name: (version: string) => string;
  /** Fields of the script's argument besides the size. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** The peers of the training benchmark. */
const kinds = {
  eager: { script: 'train_torch.py', name: (version) => `PyTorch ${version} eager` },
  compiled: {
    script: 'train_torch.py',
    name: (version) => `PyTorch ${version} compiled, AdamW fused`,
    more: { compiled: true },
  },
  jax: { script: 'train_jax.py', name: (version) => `JAX ${version} jitted scan` },
} satisfies Readonly<Record<string, PeerKind>>;

export type TrainPeerKind = keyof typeof kinds;

export const trainPeerKinds = Object.keys(kinds) as readonly TrainPeerKind[];

/** Starts the peer; undefined if its script, Python or its library is missing. */
export const startTrainPeer = async (
  size: TrainSize,
  { kind = 'eager', python }: { readonly kind?: TrainPeerKind; readonly python?: string } = {},
): Promise<TrainPeer | undefined> => {
  const { script, name, more }: PeerKind = kinds[kind];
  const peer = await startPythonPeer(script, [JSON.stringify({ ...size, ...more })], python);
  if (peer === undefined) return undefined;
  return {
    name: name(peer.version),
    steps: async (count) => Number((await peer.ask(String(count))).seconds),
    end: () => peer.end(),
  };
};
