import { attentionPlaces, gatherPlaces, type MatrixPlace } from '../../geometry/attentionPlaces.js';
import { signDirection } from '../../geometry/curvature/signDirections.js';
import { dot } from '../../geometry/reconstruction/vectors.js';
import { mixedDirection, sumDirection, unit, withoutPartAlong } from '../../geometry/updates/directions.js';
import { windowSpectrum } from '../../geometry/updates/windowSpectrum.js';
import { zeros } from '../../linalg/matrix.js';
import type { Parameter } from '../../models/parameters.js';
import type { SeriesRows } from '../../series/seriesRows.js';

/** A unit direction of the attention weights, with its name in the report. */
export interface NamedDirection {
  readonly name: string;
  readonly vector: Float64Array;
  /** Also taken with negative sign. */
  readonly bothSigns: boolean;
  /** Leading edge directions get the detailed checks: permutations, ridge, maps. */
  readonly isLeading: boolean;
}

/** Directions of the edge: v₁ … v₃; the other given ones are the bulk. */
const leading = 3;
/** Seeds of the random directions, as the published checks have them. */
const firstRandomSeed = 101;
const randomDirections = 16;

export interface AttentionState {
  readonly places: readonly MatrixPlace[];
  /** Attention weights at the window's end. */
  readonly theta: Float64Array;
  readonly directions: readonly NamedDirection[];
}

/**
 * The directions of the functional modes: the first right singular vectors of the centred window of updates
 * that ends at checkpoint `end` (2604.06256 §4.1), their pairwise sums, the vectors without their part along
 * the weights, the weights, and random directions.
 */
export const attentionDirections = async (
  rows: SeriesRows,
  parameters: readonly Parameter[],
  { end, window, count }: { readonly end: number; readonly window: number; readonly count: number },
): Promise<AttentionState> => {
  const places = attentionPlaces(parameters);
  const points: Float64Array[] = [];
  for (let t = end - window; t <= end; t++) points.push(gatherPlaces(await rows.row(t), places));
  const updates = points.slice(1).map((point, i) => point.map((value, j) => value - points[i]![j]!));
  const gram = zeros(window, window);
  for (let i = 0; i < window; i++) {
    for (let j = 0; j <= i; j++) {
      gram.data[i * window + j] = gram.data[j * window + i] = dot(updates[i]!, updates[j]!);
    }
  }
  const { coefficients } = await windowSpectrum(gram, true);
  const found = coefficients.filter((row) => row.length > 0).slice(0, count);
  const edge = found.map((row) => mixedDirection(row, updates));
  const theta = points.at(-1)!;
  const named = (name: string, vector: Float64Array): NamedDirection => ({
    ...{ name, vector },
    bothSigns: false,
    isLeading: false,
  });
  const first = edge.slice(0, leading);
  return {
    places,
    theta,
    directions: [
      ...edge.map((vector, i) => ({
        ...named(`v${i + 1}`, vector),
        bothSigns: true,
        isLeading: i < leading,
      })),
      ...first.flatMap((x, i) =>
        first.slice(i + 1).map((y, j) => named(`v${i + 1}+v${i + j + 2}`, sumDirection([x, y]))),
      ),
      ...first.map((vector, i) => named(`v${i + 1}-radial`, withoutPartAlong(vector, theta))),
      named('radial', unit(theta)),
      ...Array.from({ length: randomDirections }, (_, i) =>
        named(`random${firstRandomSeed + i}`, unit(signDirection(theta.length, firstRandomSeed + i, 0))),
      ),
    ],
  };
};

/** Whether a name is a random direction's. */
export const isRandom = (name: string): boolean => name.startsWith('random');
