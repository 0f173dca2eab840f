import type { Intervention, InterventionKind } from '../../../contract/interventions.js';
import type { CommutatorSample } from '../../evaluation/commutatorSample.js';
import type { SeededRandom } from '../../ground/seededRandom.js';
import type { Floats } from '../run/trainerState.js';
import type { Basis } from './basis.js';

export type Asked<K extends InterventionKind> = Extract<Intervention, { readonly kind: K }>;

/** The input of a change of the weights. */
export interface WeightsAt {
  /** Steps taken. */
  readonly step: number;
  readonly weights: Floats;
  readonly basis: Basis | undefined;
  /** η of this step. */
  readonly learningRate: number;
  /** θ_0. */
  readonly first: () => Promise<Floats>;
  /** A function of step and seed alone, so that a resumed run draws the same as an uninterrupted one. */
  readonly random: (seed: number) => SeededRandom;
  /** Commutator samples at the weights in float64, for pairs of batches of this step and seed. */
  readonly samples: (
    asked: Pick<Asked<'kick'>, 'pairs' | 'batch' | 'eta' | 'seed'>,
  ) => Promise<readonly CommutatorSample[]>;
}

/** One kind of intervention: a formula, and one of two actions. */
export interface InterventionRow<K extends InterventionKind> {
  /** For `run.json`. */
  readonly formula: (asked: Asked<K>) => string;
  /** G := whole · G + inBasis · B Bᵀ G after clipping, inside the graph. Needs a basis. */
  readonly gradient?: (asked: Asked<K>) => { readonly whole: number; readonly inBasis: number };
  /** The addition to the weights after the optimiser's step, at a fixed step interval. */
  readonly weights?: {
    readonly every: (asked: Asked<K>) => number;
    readonly change: (asked: Asked<K>, at: WeightsAt) => Promise<Float64Array>;
  };
}
