import type { ModeBasisName, ModeEntry, ModeNullsEntry } from '../../../contract/report.js';
import type { LabelledPairs } from '../../evaluation/pairs.js';
import { bases } from '../../geometry/modes/bases.js';
import { concentrationOf, groupMeans } from '../../geometry/modes/concentration.js';
import { fisherNull, fisherTail } from '../../geometry/modes/fisher.js';
import { mean } from '../../geometry/modes/functionalMode.js';
import { permutationNull } from '../../geometry/modes/permutationNull.js';

/** Draws of the permutation null of one direction in one basis. */
const permutations = 200;

/** A way to group the pairs at hand. */
export interface Grouping {
  readonly name: ModeBasisName;
  readonly modulus: number;
  readonly residues: Int32Array;
}

export const groupingsOf = ({ a, b }: Pick<LabelledPairs, 'a' | 'b'>, prime: number): Grouping[] =>
  bases.map(({ name, modulus, residues }) => ({
    name,
    modulus: modulus(prime),
    residues: residues(a, b, prime),
  }));

/** Bins of a grouping: frequencies 1 … ⌊M/2⌋. */
const binsOf = ({ modulus }: Grouping): number => Math.floor(modulus / 2);

type InBases = ModeEntry['bases'];
type InBasis = NonNullable<InBases[ModeBasisName]>;

export interface InBasesRequest {
  /** Permutations and group means besides. */
  readonly isLeading: boolean;
  readonly withMeans: boolean;
  readonly seed: number;
}

/** Concentration of values over pairs in every basis in which they vary. */
export const inBases = (
  values: Float64Array,
  groupings: readonly Grouping[],
  request: InBasesRequest,
): InBases =>
  Object.fromEntries(
    groupings.flatMap((grouping) => {
      const found = inBasis(values, grouping, request);
      return found === undefined ? [] : [[grouping.name, found]];
    }),
  );

const inBasis = (
  values: Float64Array,
  grouping: Grouping,
  { isLeading, withMeans, seed }: InBasesRequest,
): InBasis | undefined => {
  const { residues, modulus } = grouping;
  const means = groupMeans(values, residues, modulus);
  const published = concentrationOf(means, 'published');
  const fixed = concentrationOf(means, 'fixed');
  if (published === undefined || fixed === undefined) return undefined;
  const present = [...means.keys()].filter((q) => !Number.isNaN(means[q]));
  return {
    concentration: published.concentration,
    peak: published.peak,
    concentrationFixed: fixed.concentration,
    peakFixed: fixed.peak,
    fisherP: fisherTail(fixed.concentration, binsOf(grouping)),
    ...(isLeading ? { permutations: permuted(values, grouping, seed) } : {}),
    ...(withMeans ? { residues: present, means: present.map((q) => Number(means[q]!.toPrecision(6))) } : {}),
  };
};

const permuted = (values: Float64Array, { residues, modulus }: Grouping, seed: number) => {
  const { permutations: draws, ...found } = permutationNull(values, residues, modulus, {
    permutations,
    seeds: [seed, modulus],
    recipe: 'published',
  });
  return { draws, ...found };
};

/** The nulls that all directions of a step share. */
export const modeNullsOf = (
  step: number,
  prime: number,
  groupings: readonly Grouping[],
  random: readonly ModeEntry[],
): ModeNullsEntry => ({
  ...{ step, prime, pairs: groupings[0]!.residues.length },
  bases: Object.fromEntries(
    groupings.flatMap((grouping) => {
      const found = random.map((entry) => entry.bases[grouping.name]).filter((each) => each !== undefined);
      if (found.length === 0) return [];
      const published = Float64Array.from(found, ({ concentration }) => concentration);
      const fixed = Float64Array.from(found, ({ concentrationFixed }) => concentrationFixed);
      const bins = binsOf(grouping);
      const present = new Set(grouping.residues);
      const { mean: expected, q95, q99 } = fisherNull(bins);
      return [
        [
          grouping.name,
          {
            bins,
            fisher: { mean: expected, q95, q99 },
            random: {
              draws: found.length,
              mean: mean(published),
              max: Math.max(...published),
              meanFixed: mean(fixed),
              maxFixed: Math.max(...fixed),
            },
            empty: Array.from({ length: grouping.modulus }, (_, q) => q).filter((q) => !present.has(q))
              .length,
          },
        ],
      ];
    }),
  ),
});
