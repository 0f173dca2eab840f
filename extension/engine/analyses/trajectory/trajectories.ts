import type { InspectSettings, TrajectoryEntry } from '../../../contract/report.js';
import {
  decayAndWalk,
  gramWithoutDecay,
  nullDistances,
  sharesOf,
  stepsWithoutDecay,
  type StartProducts,
} from '../../geometry/decayNull.js';
import { deviationsOf, significant, summariseDraws } from '../../geometry/quantiles.js';
import { gramOfRows, randomWalk, stepLengths } from '../../geometry/randomWalkNull.js';
import { seedFromText } from '../../ground/seededRandom.js';
import { leadingFractions } from '../../geometry/leadingFractions.js';
import { trajectoryPca, type TrajectoryPca } from '../../geometry/trajectory.js';
import { zeros, type Matrix } from '../../linalg/matrix.js';
import type { TrainingRecord } from '../../series/trainingRecord.js';
import { decayOf, type Decay } from './decayOf.js';

/** Components whose null a report holds. */
const nullComponents = 20;

export interface GroupGram {
  readonly group: string;
  readonly parameters: number;
  /** Of the rows θ_t − θ_0; NaN in the rows of checkpoints that are not finite. */
  readonly gram: Matrix;
  /** Products of these rows with θ_0. */
  readonly start: StartProducts;
  readonly steps: readonly number[];
  /** Rate and decay as recorded; decay is fitted without. */
  readonly training?: TrainingRecord;
}

/** What reconstruction needs of a path. */
export interface UncentredPaths {
  /** Of the rows θ_t − θ_0. */
  readonly change: TrajectoryPca;
  /** Of the rows θ_t − d_t·θ_0; absent where nothing decays. */
  readonly withoutDecay?: TrajectoryPca;
  readonly decay?: Decay;
}

/** The centred and the uncentred trajectory of one group with their nulls; none where fewer than two checkpoints are finite. */
export const trajectoriesOf = async (
  group: GroupGram,
  settings: InspectSettings,
): Promise<{ readonly entries: readonly TrajectoryEntry[]; readonly uncentred?: UncentredPaths }> => {
  const kept = finiteRows(group.gram);
  if (kept[0] !== 0 || kept.length < 2) return { entries: [] };
  const path: GroupGram =
    kept.length === group.gram.rows
      ? group
      : {
          ...group,
          gram: selected(group.gram, kept),
          start: { ...group.start, products: kept.map((t) => group.start.products[t]!) },
          steps: kept.map((t) => group.steps[t]!),
        };
  const decay = decayOf(path);
  const draws = await nullFractions(path, settings, (draw, seed) =>
    randomWalk(stepLengths(path.gram), path.parameters, settings.seed, seed, draw),
  );
  const decayDraws =
    decay &&
    (await nullFractions(path, settings, (draw, seed) =>
      decayAndWalk(path.gram, path.start, decay, path.parameters, settings.seed, seed, draw),
    ));
  const ofWalk = nullDistances(stepLengths(path.gram), 0, sharesOf(path.steps.map(() => 1)));
  const ofDecay =
    decay &&
    nullDistances(
      stepsWithoutDecay(gramWithoutDecay(path.gram, path.start, decay.kept), decay),
      path.start.squared,
      decay,
    );
  const entries: TrajectoryEntry[] = [];
  let change: TrajectoryPca | undefined;
  for (const centred of [true, false]) {
    const pca = await trajectoryPca(path.gram, centred, path.parameters);
    if (!centred) change = pca;
    const which = centred ? 'centred' : 'uncentred';
    entries.push({
      ...{ group: path.group, parameters: path.parameters, centred, steps: [...path.steps] },
      ...{ explained: pca.explained, coordinates: pca.coordinates, residual: pca.residual },
      ...alongStart(path, decay, ofDecay),
      null: {
        ...{ kind: 'random-walk', seed: settings.seed, ...summariseDraws(draws[which]), distances: ofWalk },
        ...drawnPath(draws, which),
      },
      ...(decay && decayDraws && ofDecay
        ? {
            decayNull: {
              ...decayEntry(decay, settings.seed, decayDraws[which]),
              ...{ distances: ofDecay, ...drawnPath(decayDraws, which) },
            },
          }
        : {}),
    });
  }
  if (change === undefined) return { entries };
  // Where vectors do not decay there is no one share of all parameters.
  const withoutDecay =
    decay &&
    path.training?.decayed !== 'matrices' &&
    (await trajectoryPca(gramWithoutDecay(path.gram, path.start, decay.kept), false, path.parameters));
  return {
    entries,
    uncentred: { change, ...(decay && withoutDecay ? { decay, withoutDecay } : {}) },
  };
};

/** How much of the whole change lies along the start, and how much would by chance and by decay. */
const alongStart = (
  { gram, start, parameters }: GroupGram,
  decay: Decay | undefined,
  ofDecay: readonly number[] | undefined,
): Pick<TrajectoryEntry, 'alongStart'> => {
  const last = gram.rows - 1;
  const change = gram.data[last * gram.rows + last]!;
  if (!(change > 0) || !(start.squared > 0) || !Number.isFinite(start.squared)) return {};
  const distance = ofDecay?.at(-1);
  const decayed = decay && (1 - decay.kept.at(-1)!) ** 2 * start.squared;
  return {
    alongStart: {
      share: start.products[last]! ** 2 / (change * start.squared),
      nulls: {
        random: 1 / parameters,
        ...(decayed === undefined || distance === undefined || distance === 0
          ? {}
          : { decay: decayed / distance ** 2 }),
      },
    },
  };
};

const decayEntry = (
  { kept, origin, path }: Decay,
  seed: number,
  draws: readonly number[][],
): NonNullable<TrajectoryEntry['decayNull']> => {
  const { mean, ...summary } = summariseDraws(draws);
  return {
    explained: mean,
    ...summary,
    seed,
    decay: kept.at(-1)!,
    origin,
    ...(path === undefined ? {} : { path }),
  };
};

interface WalkFractions {
  readonly centred: number[][];
  readonly uncentred: number[][];
  /** Coordinates of the first draw in its leading components. */
  readonly paths?: { readonly centred: number[][]; readonly uncentred: number[][] };
}

const drawnPath = (
  draws: WalkFractions,
  which: 'centred' | 'uncentred',
): { readonly deviation?: number[]; readonly drawn?: number[][] } => ({
  ...(draws[which].length > 1 ? { deviation: deviationsOf(draws[which]) } : {}),
  ...(draws.paths === undefined ? {} : { drawn: draws.paths[which] }),
});

/** Checkpoints of a series up to which a drawn path is kept: its whole decomposition is for the picture alone. */
const mostDrawn = 256;
/** Components of a drawn path that are kept. */
const drawnComponents = 3;

/** Explained fractions of each draw. One path is held at a time: of thousands of checkpoints it is large. */
const nullFractions = async (
  { group }: GroupGram,
  settings: InspectSettings,
  drawn: (draw: number, seed: number) => Matrix,
): Promise<WalkFractions> => {
  const seed = seedFromText(group);
  const found: WalkFractions = { centred: [], uncentred: [] };
  let paths: WalkFractions['paths'];
  for (let draw = 0; draw < settings.randomWalkDraws; draw++) {
    const rows = drawn(draw, seed);
    if (draw === 0 && rows.rows <= mostDrawn) {
      const gram = gramOfRows(rows);
      paths = { centred: await coordinatesOf(gram, true), uncentred: await coordinatesOf(gram, false) };
    }
    found.centred.push(await leadingFractions(rows, true, nullComponents));
    found.uncentred.push(await leadingFractions(rows, false, nullComponents));
  }
  return { ...found, ...(paths && { paths }) };
};

const coordinatesOf = async (gram: Matrix, centred: boolean): Promise<number[][]> =>
  (await trajectoryPca(gram, centred)).coordinates.map((row) =>
    row.slice(0, drawnComponents).map(significant),
  );

const finiteRows = (gram: Matrix): number[] =>
  Array.from({ length: gram.rows }, (_, t) => t).filter((t) => Number.isFinite(gram.data[t * gram.rows + t]));

const selected = (gram: Matrix, kept: readonly number[]): Matrix => {
  const result = zeros(kept.length, kept.length);
  kept.forEach((from, i) => {
    kept.forEach((to, j) => (result.data[i * kept.length + j] = gram.data[from * gram.rows + to]!));
  });
  return result;
};
