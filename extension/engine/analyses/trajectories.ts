import type { InspectSettings, TrajectoryEntry } from '../../contract/report.js';
import { summariseDraws } from '../geometry/quantiles.js';
import { randomWalkGram, stepLengths } from '../geometry/randomWalkNull.js';
import { seedFromText } from '../geometry/seededRandom.js';
import { explainedFractions, trajectoryPca, type TrajectoryPca } from '../geometry/trajectory.js';
import { zeros, type Matrix } from '../linalg/matrix.js';

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
  const walks = randomWalks(gram, group, settings);
  const entries: TrajectoryEntry[] = [];
  let uncentred: TrajectoryPca | undefined;
  for (const centred of [true, false]) {
    const pca = await trajectoryPca(gram, centred);
    if (!centred) uncentred = pca;
    const draws: number[][] = [];
    for (const walk of walks) draws.push((await explainedFractions(walk, centred)).slice(0, nullComponents));
    entries.push({
      group: group.group,
      parameters: group.parameters,
      centred,
      steps: kept.map((t) => group.steps[t]!),
      explained: pca.explained,
      coordinates: pca.coordinates,
      residual: pca.residual,
      null: { kind: 'random-walk', seed: settings.seed, ...summariseDraws(draws) },
    });
  }
  return { entries, ...(uncentred ? { uncentred } : {}) };
};

const randomWalks = (gram: Matrix, group: GroupGram, settings: InspectSettings): Matrix[] => {
  const lengths = stepLengths(gram);
  return Array.from({ length: settings.randomWalkDraws }, (_, draw) =>
    randomWalkGram(lengths, group.parameters, settings.seed, seedFromText(group.group), draw),
  );
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
