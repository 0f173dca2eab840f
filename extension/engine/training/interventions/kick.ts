import { lengthOf } from '../../geometry/curvature/commutatorDefect.js';
import { partOutside } from './basis.js';
import type { Asked, InterventionRow, WeightsAt } from './intervention.js';

/** A vector of a given length along another; zero for a zero direction. */
const scaledTo = (length: number, x: Float64Array): Float64Array => {
  const own = lengthOf(x);
  return own === 0 ? x : x.map((value) => (value * length) / own);
};

const normalVector = (count: number, random: { normal(): number }): Float64Array => {
  const x = new Float64Array(count);
  for (let i = 0; i < count; i++) x[i] = random.normal();
  return x;
};

type Direction = (
  asked: Asked<'kick'>,
  at: WeightsAt,
) => Promise<{ readonly along: Float64Array; readonly gradient: number }>;

/** The sample with the median defect, and its ‖g_A‖. */
const medianDefect: Direction = async (asked, at) => {
  const samples = [...(await at.samples(asked))].sort((a, b) => a.defect - b.defect);
  const { commutator, gradientA } = samples[(samples.length - 1) >> 1]!;
  return { along: commutator, gradient: gradientA };
};

const directions: Readonly<Record<Asked<'kick'>['along'], Direction>> = {
  defect: medianDefect,
  'transverse-defect': async (asked, at) => {
    const { along, gradient } = await medianDefect(asked, at);
    return { along: at.basis === undefined ? along : partOutside(at.basis, along), gradient };
  },
  // A fixed length needs no gradients.
  random: async (asked, at) => ({
    along: normalVector(at.weights.length, at.random(asked.seed)),
    gradient: asked.length === undefined ? (await medianDefect(asked, at)).gradient : 0,
  }),
};

/** θ := θ + ℓ u, u the direction, ℓ = α ‖η g_A‖ or fixed. */
export const kick: InterventionRow<'kick'> = {
  formula: ({ along, every, alpha, length }) =>
    `θ := θ + ${length ?? `${alpha} ‖η g_A‖`} u every ${every} steps, u the unit vector ${
      { defect: 'along δ', 'transverse-defect': 'along δ − B Bᵀ δ', random: 'of a random direction' }[along]
    }`,
  weights: {
    every: ({ every }) => every,
    change: async (asked, at) => {
      const { along, gradient } = await directions[asked.along](asked, at);
      return scaledTo(asked.length ?? asked.alpha * asked.eta * gradient, along);
    },
  },
};
