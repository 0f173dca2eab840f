/** One measured quantity beside its peer's, taken interleaved on the same machine in the same minute. */
export interface Measurement {
  /** What was measured, with its size: "singular values, 1024 × 1024". */
  readonly name: string;
  readonly unit: string;
  /** Median of ours. */
  readonly ours: number;
  /** Median of the peer's; absent where the peer is not installed. */
  readonly peer?: { readonly name: string; readonly value: number };
  /** Median of ours over the peer's in the same round. */
  readonly ratio?: number;
  /** Least that the work can take on this machine, where it was measured: of the data once, or of the products alone. */
  readonly floor?: { readonly name: string; readonly value: number };
  /** What the ratio should be at most (or at least, where more is better), in words. */
  readonly aim?: string;
  readonly note?: string;
}

export interface BenchContext {
  /** A line for the reader, on standard error. */
  readonly say: (line: string) => void;
  /** Folder for temporary files; emptied by the bench itself. */
  readonly temporaryFolder: string;
  /** Whether a measurement of this name is asked for; benchmarks of many sizes pass over the others. */
  readonly isWanted: (name: string) => boolean;
}

/** One row of the registry. */
export interface Bench {
  readonly name: string;
  /** One line: what is measured beside what. */
  readonly summary: string;
  readonly run: (context: BenchContext) => Promise<readonly Measurement[]>;
}

/** The middle of the numbers (mean of the middle two). */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
