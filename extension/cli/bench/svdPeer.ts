import { startPythonPeer } from './pythonPeer.js';

/** NumPy in its own process, decomposing on request. */
export interface SvdPeer {
  readonly name: string;
  /** Milliseconds for `count` random matrices of this size. */
  milliseconds(rows: number, columns: number, count: number, kind: 'values' | 'full'): Promise<number>;
  end(): void;
}

/** Starts the peer; undefined if its script, Python or NumPy is missing. */
export const startSvdPeer = async (): Promise<SvdPeer | undefined> => {
  const peer = await startPythonPeer('svd_lapack.py');
  if (peer === undefined) return undefined;
  return {
    name: `NumPy ${peer.version}`,
    milliseconds: async (rows, columns, count, kind) =>
      Number((await peer.ask(`${rows} ${columns} ${count} ${kind}`)).milliseconds),
    end: () => peer.end(),
  };
};
