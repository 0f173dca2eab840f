import type { Survey } from '../../series/survey.js';
import { attentionPlaces, gatherPlaces } from '../../geometry/attentionPlaces.js';
import { dot } from '../../geometry/reconstruction/vectors.js';
import { placeParameters } from '../../models/parameters.js';
import { seriesRows } from '../../series/seriesRows.js';
import { zeros, type Matrix } from '../../linalg/matrix.js';

/** Numbers of all checkpoints' attention weights that are held at once: 128 MB. */
const heldNumbers = 2 ** 24;

/** ⟨θ_s, θ_t⟩ of the attention weights of every two checkpoints: what cosines with the weights are made of. */
export const attentionProducts = async (survey: Survey): Promise<Matrix | undefined> => {
  const tensors = survey.comparable.map(({ name, shape }) => ({
    ...{ name, shape },
    initial: { law: 'constant', value: 0 } as const,
  }));
  const parameters = placeParameters(tensors);
  const places = attentionPlaces(parameters);
  const length = places.reduce((sum, place) => sum + place.length, 0);
  const checkpoints = survey.checkpoints.length;
  if (length === 0 || length * checkpoints > heldNumbers) return undefined;
  const rows = seriesRows(survey, parameters);
  const held: Float64Array[] = [];
  const products = zeros(checkpoints, checkpoints);
  for (let t = 0; t < checkpoints; t++) {
    held.push(gatherPlaces(await rows.row(t), places));
    for (let s = 0; s <= t; s++) {
      products.data[s * checkpoints + t] = products.data[t * checkpoints + s] = dot(held[s]!, held[t]!);
    }
  }
  return products;
};

/**
 * |cos| of a window's right singular vectors v_k = Σ_i c_ki (θ_{i+1} − θ_i) with the weights at the window's end, along which
 * weight decay steps; none for vectors without coefficients.
 */
export const decayShares = (
  products: Matrix,
  start: number,
  window: number,
  coefficients: readonly (readonly number[])[],
): number[] => {
  const n = products.rows;
  const end = start + window;
  const length = Math.sqrt(products.data[end * n + end]!);
  const along = Array.from(
    { length: window },
    (_, i) => products.data[(start + i + 1) * n + end]! - products.data[(start + i) * n + end]!,
  );
  return coefficients
    .filter((row) => row.length > 0 && length > 0)
    .map((row) => Math.abs(row.reduce((sum, coefficient, i) => sum + coefficient * along[i]!, 0)) / length);
};
