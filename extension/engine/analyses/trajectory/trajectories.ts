import type { InspectSettings, TrajectoryEntry } from '../../../contract/report.js';
import { summariseDraws } from '../../geometry/quantiles.js';
import { randomWalk, stepLengths } from '../../geometry/randomWalkNull.js';
import { seedFromText } from '../../geometry/seededRandom.js';
import { leadingFractions } from '../../geometry/leadingFractions.js';
import { trajectoryPca, type TrajectoryPca } from '../../geometry/trajectory.js';
import { zeros, type Matrix } from '../../linalg/matrix.js';

/** Components whose null a report holds. */
const nullComponents = 20;

export interface GroupGram {
  readonly group: string;
  readonly parameters: number;
  /** Of the rows θ_t − θ_0; NaN in the rows of checkpoints that are not finite. */
  readonly gram: Matrix;
  readonly steps: readonly number[];
}

/** The centred and the uncentred trajectory of one group with their nulls; none where fewer than two checkpoints are finite. */
export const trajectoriesOf = async (
  group: GroupGram,
  settings: InspectSettings,
): Promise<{ readonly entries: readonly TrajectoryEntry[]; readonly uncentred?: TrajectoryPca }> => {
  const kept = finiteRows(group.gram);
  if (kept[0] !== 0 || kept.length < 2) return { entries: [] };
  const gram = kept.length === group.gram.rows ? group.gram : selected(group.gram, kept);
  const draws = await randomWalkFractions(gram, group, settings);
  const entries: TrajectoryEntry[] = [];
  let uncentred: TrajectoryPca | undefined;
  for (const centred of [true, false]) {
    const pca = await trajectoryPca(gram, centred, group.parameters);
    if (!centred) uncentred = pca;
    entries.push({
      group: group.group,
      parameters: group.parameters,
      centred,
      steps: kept.map((t) => group.steps[t]!),
      explained: pca.explained,
      coordinates: pca.coordinates,
      residual: pca.residual,
      null: {
        kind: 'random-walk',
        seed: settings.seed,
        ...summariseDraws(draws[centred ? 'centred' : 'uncentred']),
      },
    });
  }
  return { entries, ...(uncentred ? { uncentred } : {}) };
};

interface WalkFractions {
  readonly centred: number[][];
  readonly uncentred: number[][];
}

/** Explained fractions of each draw. One walk is held at a time: of thousands of checkpoints it is large. */
const randomWalkFractions = async (
  gram: Matrix,
  { group, parameters }: GroupGram,
  settings: InspectSettings,
): Promise<WalkFractions> => {
  const lengths = stepLengths(gram);
  const seed = seedFromText(group);
  const found: WalkFractions = { centred: [], uncentred: [] };
  for (let draw = 0; draw < settings.randomWalkDraws; draw++) {
    const walk = randomWalk(lengths, parameters, settings.seed, seed, draw);
    found.centred.push(await leadingFractions(walk, true, nullComponents));
    found.uncentred.push(await leadingFractions(walk, false, nullComponents));
  }
  return found;
};

const finiteRows = (gram: Matrix): number[] =>
  Array.from({ length: gram.rows }, (_, t) => t).filter((t) => Number.isFinite(gram.data[t * gram.rows + t]));

const selected = (gram: Matrix, kept: readonly number[]): Matrix => {
  const result = zeros(kept.length, kept.length);
  kept.forEach((from, i) => {
    kept.forEach((to, j) => (result.data[i * kept.length + j] = gram.data[from * gram.rows + to]!));
  });
  return result;
};
