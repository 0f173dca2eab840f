import { GeometryError } from '../../../contract/errors.js';
import type { ModelDescriptor } from '../../../contract/descriptor.js';
import type { Intervention, UsedBasis } from '../../../contract/interventions.js';
import { commutatorSample, type CommutatorSample } from '../../evaluation/commutatorSample.js';
import { drawnBatches } from '../../evaluation/drawnBatches.js';
import { openModelSession, type ModelSession } from '../../evaluation/modelSession.js';
import { seededRandom } from '../../ground/seededRandom.js';
import type { Floats } from '../run/trainerState.js';
import { openBasis, type Basis, type BasisRequest } from './basis.js';
import type { WeightsAt } from './intervention.js';
import { rowOf } from './table.js';

/** A change of the gradient inside the graph, with its numbers at a step that is counted from 1. */
export interface GradientChange {
  readonly basis: Basis;
  readonly at: (step: number) => { readonly whole: number; readonly inBasis: number };
}

/** The opened interventions of a run. */
export interface OpenInterventions {
  readonly gradientChanges: readonly GradientChange[];
  readonly bases: readonly UsedBasis[];
  /** The next step after `step` with a change of the weights; absent: none. */
  nextStep(step: number): number | undefined;
  /** The weights after the changes due at this step; unchanged if none is. */
  change(weights: Floats, step: number): Promise<Floats>;
  dispose(): Promise<void>;
}

export interface OpenRequest extends BasisRequest {
  readonly descriptor: ModelDescriptor;
  readonly interventions: readonly Intervention[];
  readonly threads: number | undefined;
  /** η at a step, counted from 1. */
  readonly learningRate: (step: number) => number;
  readonly first: () => Promise<Floats>;
}

const isActive = ({ from, until }: Intervention, step: number): boolean =>
  step > from && (until === undefined || step <= until);

/** Seeds of the draws differ for every step and seed. */
const SEEDS_APART = 1_000_003;

/** @throws GeometryError as opening a basis does; `invalid-config` for a kick that needs a basis and has none. */
export const openInterventions = async (request: OpenRequest): Promise<OpenInterventions> => {
  const { descriptor, interventions, threads, learningRate, first } = request;
  const opened: { readonly asked: Intervention; readonly basis: Basis | undefined }[] = [];
  for (const asked of interventions) {
    if (asked.kind === 'kick' && asked.along === 'transverse-defect' && asked.basis === undefined) {
      throw new GeometryError(
        'invalid-config',
        'A kick along the transverse part of the defect needs a basis that the part is transverse to.',
      );
    }
    opened.push({ asked, basis: asked.basis && (await openBasis(asked.basis, request)) });
  }
  let session: ModelSession | undefined;
  const samplesAt =
    (weights: Floats, step: number): WeightsAt['samples'] =>
    async ({ pairs, batch, eta, seed }) => {
      session ??= openModelSession(descriptor, {
        dtype: 'float64',
        ...(threads === undefined ? {} : { threads }),
      });
      const drawn = drawnBatches(session.pairs('train').a.length, {
        ...{ count: pairs, size: batch },
        seed: seed * SEEDS_APART + step,
      });
      const samples: CommutatorSample[] = [];
      for (const pair of drawn)
        samples.push(await commutatorSample(session, Float64Array.from(weights), pair, eta));
      return samples;
    };
  const changesOfWeights = opened.flatMap(({ asked, basis }) => {
    const { weights } = rowOf(asked);
    return weights === undefined
      ? []
      : [{ asked, basis, every: weights.every(asked), change: weights.change }];
  });
  return {
    gradientChanges: opened.flatMap(({ asked, basis }) => {
      const { gradient } = rowOf(asked);
      if (gradient === undefined || basis === undefined) return [];
      const active = gradient(asked);
      return [{ basis, at: (step) => (isActive(asked, step) ? active : { whole: 1, inBasis: 0 }) }];
    }),
    bases: opened.flatMap(({ basis }, intervention) =>
      basis === undefined ? [] : [{ intervention, dimension: basis.directions.length, sha256: basis.sha256 }],
    ),
    nextStep: (step) => {
      const next = changesOfWeights.map(({ every }) => (Math.floor(step / every) + 1) * every);
      return next.length === 0 ? undefined : Math.min(...next);
    },
    change: async (weights, step) => {
      let changed = weights;
      for (const { asked, basis, every, change } of changesOfWeights) {
        if (step % every !== 0 || !isActive(asked, step)) continue;
        const added = await change(asked, {
          ...{ step, weights: changed, basis, first },
          learningRate: learningRate(step),
          random: (seed) => seededRandom(seed, step),
          samples: samplesAt(changed, step),
        });
        changed = changed.slice();
        for (let i = 0; i < changed.length; i++) changed[i]! += added[i]!;
      }
      return changed;
    },
    dispose: async () => session?.dispose(),
  };
};
