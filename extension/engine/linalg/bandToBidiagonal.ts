import type { Band } from './bandReduction.js';
import type { Workspace } from './kernels.js';
import type { Pause } from '../ground/work/pause.js';

/** Multiply-adds between two pauses: about 50 ms. */
const WORK_BETWEEN_PAUSES = 1e8;

/** Reflectors of the chase, step s of sweep i at (i·steps + s)·b; see assembly/chase.ts. */
export interface ChaseReflectors {
  readonly b: number;
  readonly steps: number;
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly leftTaus: Float64Array;
  readonly rightTaus: Float64Array;
}

export interface Bidiagonal {
  readonly diagonal: Float64Array;
  readonly superdiagonal: Float64Array;
}

export const chaseSteps = (n: number, b: number): number => Math.ceil(n / b);

/** How many numbers {@link chaseBand} allocates (in five blocks) beside the band itself. */
export const chaseSpace = (n: number, b: number, keep: boolean): number =>
  2 * b + (keep ? 2 * n * chaseSteps(n, b) * (b + 1) : 0);

/** The band at `band` (as {@link reduceToBand} leaves it) made bidiagonal, with its reflectors where `keep` is set. */
export const chaseBand = async (
  { kernels, allocate }: Workspace,
  band: Band,
  n: number,
  keep: boolean,
  pause: Pause,
): Promise<Bidiagonal & { reflectors: ChaseReflectors }> => {
  const { b } = band;
  const steps = chaseSteps(n, b);
  const slots = keep ? n * steps : 0;
  const left = allocate(slots * b);
  const right = allocate(slots * b);
  const leftTaus = allocate(slots);
  const rightTaus = allocate(slots);
  const work = allocate(2 * b);
  const sweeps = Math.max(1, Math.floor(WORK_BETWEEN_PAUSES / (16 * b * n)));
  for (let from = 0; from < n - 1; from += sweeps) {
    kernels.chase(
      band.address,
      n,
      b,
      from,
      Math.min(from + sweeps, n - 1),
      keep ? left.address : 0,
      right.address,
      leftTaus.address,
      rightTaus.address,
      steps,
      work.address,
    );
    await pause();
  }
  const stride = 3 * b;
  const at = (row: number, column: number): number => band.data[row * stride + column + b]!;
  return {
    diagonal: Float64Array.from({ length: n }, (_, i) => at(i, i)),
    superdiagonal: Float64Array.from({ length: Math.max(0, n - 1) }, (_, i) => at(i, i + 1)),
    reflectors: {
      b,
      steps,
      left: left.data,
      right: right.data,
      leftTaus: leftTaus.data,
      rightTaus: rightTaus.data,
    },
  };
};
