import type { Parameter } from '../models/parameters.js';
import { matricesOf } from './matrices.js';
import { namedMatrix } from './matrixRoles.js';

export const attentionRoles = ['Q', 'K', 'V', 'O'] as const;
export type AttentionRole = (typeof attentionRoles)[number];

/** Where one attention matrix lies in a row of weights, row-major in `length` numbers from `offset` on. */
export interface MatrixPlace {
  /** `layer0.Q`. */
  readonly group: string;
  readonly layer: number;
  readonly role: AttentionRole;
  readonly offset: number;
  readonly length: number;
  readonly rows: number;
  readonly columns: number;
}

/** Q, K, V, O of every layer in turn, as 2602.16746 and 2604.06256 stack them. */
export const attentionPlaces = (parameters: readonly Parameter[]): MatrixPlace[] => {
  const { matrices } = matricesOf(parameters);
  const places = matrices.flatMap((matrix): MatrixPlace[] => {
    const place = namedMatrix(matrix.tensor);
    const role = attentionRoles.find((name) => name === (matrix.part ?? place?.role));
    if (place === undefined || role === undefined || matrix.fused) return [];
    const { offset } = parameters.find(({ name }) => name === matrix.tensor)!;
    const firstRow = matrix.range?.rows[0]?.[0] ?? 0;
    const { group, rows, columns } = matrix;
    return [
      {
        ...{ group, layer: place.layer, role, rows, columns },
        offset: offset + firstRow * columns,
        length: rows * columns,
      },
    ];
  });
  const order = ({ layer, role }: MatrixPlace): number =>
    layer * attentionRoles.length + attentionRoles.indexOf(role);
  return places.sort((a, b) => order(a) - order(b));
};

/** The places' numbers of a row, one after the other. */
export const gatherPlaces = (
  row: Float32Array | Float64Array,
  places: readonly Pick<MatrixPlace, 'offset' | 'length'>[],
): Float64Array => {
  const gathered = new Float64Array(places.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const { offset, length } of places) {
    gathered.set(row.subarray(offset, offset + length), at);
    at += length;
  }
  return gathered;
};

/** Adds `factor` times a gathered vector to the places of a row. */
export const addToPlaces = (
  row: Float64Array,
  places: readonly Pick<MatrixPlace, 'offset' | 'length'>[],
  factor: number,
  gathered: Float64Array,
): void => {
  let at = 0;
  for (const { offset, length } of places) {
    for (let i = 0; i < length; i++) row[offset + i]! += factor * gathered[at + i]!;
    at += length;
  }
};
