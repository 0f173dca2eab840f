import type { ComparisonEntry } from '../../../contract/report.js';
import { countBelow, largestCosines } from '../../geometry/comparison/intruders.js';
import { linearCka } from '../../geometry/comparison/cka.js';
import { marchenkoPastur } from '../../geometry/marchenkoPastur.js';
import { matrixKey } from '../../../contract/matrixKey.js';
import type { MatrixSpec } from '../../geometry/matrices.js';
import { principalAngles, randomAngle } from '../../geometry/principalAngles.js';
import { stepAnglesOf } from '../../geometry/stepAngles.js';
import { seedFromText } from '../../ground/seededRandom.js';
import { leadingColumns, type Matrix } from '../../linalg/matrix.js';
import { shuffledEntries } from '../../linalg/shuffledEntries.js';
import { singularValuesBatch } from '../../linalg/singularValues.js';
import { svd } from '../../linalg/svd.js';
import { spectrumEntryOf } from '../spectra/spectrumEntry.js';

/** Number of leading vectors, and the |cosine| below which one is an intruder (Shuttleworth et al. 2024). */
const leading = 10;
const intruderThreshold = 0.5;
/** Draws of the intruders' null, and row permutations of CKA's null. */
const intruderDraws = 2;
const ckaDraws = 5;

export interface PairSettings {
  readonly seed: number;
  readonly shuffleDraws: number;
  /** Dimension of the subspaces. */
  readonly subspace: number;
}

export type PairNumbers = Pick<ComparisonEntry, 'difference' | 'angles' | 'cka' | 'intruders'>;

/**
 * The spectrum of A − B, the angles between the singular subspaces of A and B, and the similarity of their
 * rows; each with its null.
 */
export const pairNumbers = async (
  spec: MatrixSpec,
  step: number,
  a: Matrix,
  b: Matrix,
  { seed, shuffleDraws, subspace }: PairSettings,
  signal: AbortSignal,
): Promise<PairNumbers> => {
  const name = seedFromText(`${matrixKey(spec)}|compare`);
  const difference: Matrix = { ...a, data: a.data.map((value, i) => value - b.data[i]!) };
  const shuffle = (draw: number): Matrix => shuffledEntries(difference, seed, name, draw);
  const spectra = await singularValuesBatch(
    [difference, ...Array.from({ length: shuffleDraws }, (_, draw) => shuffle(draw))],
    { signal },
  );
  const [own, ...shuffled] = spectra;
  const [left, right] = [await svd(a, { signal }), await svd(b, { signal })];
  const size = Math.min(a.rows, a.columns);
  const k = Math.min(subspace, size);
  const first = (matrix: Matrix, columns: number): Matrix => leadingColumns(matrix, columns);
  const cka = await linearCka(a, b, ckaDraws, seed, name);
  const count = Math.min(leading, size);
  const similarities = await largestCosines(first(left.u, count), right.u);
  let chance = 0;
  const turned: { readonly left: number[]; readonly right: number[] }[] = [];
  for (let draw = 0; draw < intruderDraws; draw++) {
    const moved = shuffle(draw);
    const other = await svd({ ...b, data: b.data.map((value, i) => value + moved.data[i]!) }, { signal });
    chance += countBelow(await largestCosines(first(other.u, count), right.u), intruderThreshold);
    turned.push({
      left: await principalAngles(first(other.u, k), first(right.u, k)),
      right: await principalAngles(first(other.v, k), first(right.v, k)),
    });
  }
  return {
    difference: spectrumEntryOf(
      { spec, of: 'change', edges: marchenkoPastur(difference) },
      step,
      own!,
      shuffled.map(({ values }) => values),
      seed,
    ),
    angles: {
      k,
      left: await principalAngles(first(left.u, k), first(right.u, k)),
      right: await principalAngles(first(left.v, k), first(right.v, k)),
      null: { left: randomAngle(k, a.rows), right: randomAngle(k, a.columns) },
      ofStepSize: stepAnglesOf(turned),
    },
    ...(cka === undefined ? {} : { cka }),
    intruders: {
      k: count,
      threshold: intruderThreshold,
      similarities,
      count: countBelow(similarities, intruderThreshold),
      null: { mean: chance / intruderDraws, draws: intruderDraws },
    },
  };
};
