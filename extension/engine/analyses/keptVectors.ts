import { matrixKey } from '../../contract/matrixKey.js';
import type { MatrixSpec } from '../geometry/matrices.js';
import type { LeadingVectors } from '../linalg/batch.js';
import { givesVectors } from '../linalg/oneStage.js';
import type { WorkPlan } from './workPolicy.js';

/** Numbers of all kept vectors together: 64 MB. */
const mostNumbers = 8e6;

/**
 * Leading vectors of the weights at the checkpoints whose neighbours are compared. They come with the spectra for little
 * more work; what is not kept is computed again.
 */
export class KeptVectors {
  private readonly kept = new Map<string, LeadingVectors>();
  private readonly compared: ReadonlySet<number>;
  private numbers = 0;

  /** @param k vectors of each side, of the checkpoints whose angles are planned. */
  constructor(
    { anglesOf }: Pick<WorkPlan, 'anglesOf'>,
    private readonly k: number,
  ) {
    this.compared = new Set(anglesOf);
  }

  /** How many leading vectors should come with a spectrum of the weights at a checkpoint. */
  wanted(index: number): number {
    return this.compared.has(index) && this.numbers < mostNumbers ? this.k : 0;
  }

  keep(index: number, spec: MatrixSpec, vectors: LeadingVectors): void {
    this.kept.set(keyOf(index, spec), vectors);
    this.numbers += sizeOf(vectors);
  }

  /** Those that were kept, which are not kept any longer. */
  take(index: number, spec: MatrixSpec): LeadingVectors | undefined {
    const key = keyOf(index, spec);
    const vectors = this.kept.get(key);
    if (vectors === undefined || !this.kept.delete(key)) return undefined;
    this.numbers -= sizeOf(vectors);
    return vectors;
  }
}

/** The share of small matrices' vectors that will be kept, all checkpoints together. */
export const keptShare = (
  { anglesOf, matrices }: Pick<WorkPlan, 'anglesOf' | 'matrices'>,
  k: number,
): number => {
  const numbers = matrices
    .filter(givesVectors)
    .reduce((sum, { rows, columns }) => sum + (rows + columns) * Math.min(k, rows, columns), 0);
  return Math.min(1, mostNumbers / Math.max(1, numbers * anglesOf.length));
};

const keyOf = (index: number, spec: MatrixSpec): string => `${index}|${matrixKey(spec)}`;

const sizeOf = ({ left, right }: LeadingVectors): number => left.data.length + right.data.length;
