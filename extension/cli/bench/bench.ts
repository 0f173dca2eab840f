/** One measured quantity beside its peer's, interleaved on the same machine within a minute. */
export interface Measurement {
  /** The measured quantity with its size: "singular values, 1024 × 1024". */
  readonly name: string;
  readonly unit: string;
  /** Median of this product. */
  readonly ours: number;
  /** Median of the peer; absent if the peer is not installed. */
  readonly peer?: { readonly name: string; readonly value: number };
  /** Median of this product over the peer's in the same round. */
  readonly ratio?: number;
  /** Lower bound of the work on this machine, if measured: reading the data once, or the products alone. */
  readonly floor?: { readonly name: string; readonly value: number };
  /** The target of the ratio in words: a maximum, or a minimum if more is better. */
  readonly aim?: string;
  readonly note?: string;
}

export interface BenchContext {
  /** A line for the reader, on standard error. */
  readonly say: (line: string) => void;
  /** Folder for temporary files; the benchmark empties it. */
  readonly temporaryFolder: string;
  /** Whether a measurement of this name was requested; benchmarks of many sizes skip the others. */
  readonly isWanted: (name: string) => boolean;
}

/** One row of the registry. */
export interface Bench {
  readonly name: string;
  /** One line: what is measured and its peer. */
  readonly summary: string;
  readonly run: (context: BenchContext) => Promise<readonly Measurement[]>;
}
