import type { MatrixGapsEntry } from '../../../contract/report.js';
import { matrixGaps } from '../../geometry/curvature/matrixGaps.js';
import { tensorColumns, type MatrixSpec } from '../../geometry/matrices.js';
import { namedMatrix } from '../../geometry/matrixRoles.js';
import type { Matrix } from '../../linalg/matrix.js';
import type { Survey } from '../../series/survey.js';
import { matrixFrom } from '../../series/tensorMatrix.js';
import type { TensorValues } from '../../series/tensorValues.js';

/** Side of the largest query matrix that is decomposed at every checkpoint. */
const mostColumns = 1024;

/** A layer's query and key matrix. */
export interface QueriesAndKeys {
  readonly layer: number;
  readonly queries: MatrixSpec;
  readonly keys: MatrixSpec | undefined;
}

/** The query and the key matrix of every layer whose names tell them, where they are small enough. */
export const queriesAndKeys = (survey: Survey): QueriesAndKeys[] => {
  const inRole = (wanted: string) =>
    survey.matrices.flatMap((matrix) => {
      const place = namedMatrix(matrix.tensor);
      const role = matrix.part ?? place?.role;
      const isComparable = survey.comparable.some(({ name }) => name === matrix.tensor);
      return place !== undefined && role === wanted && isComparable && !matrix.fused
        ? [{ layer: place.layer, matrix }]
        : [];
    });
  const keys = inRole('K');
  return inRole('Q')
    .filter(({ matrix }) => Math.max(matrix.rows, matrix.columns) <= mostColumns)
    .map(({ layer, matrix: queries }) => ({
      layer,
      queries,
      keys: keys.find((key) => key.layer === layer)?.matrix,
    }));
};

/** Gaps and commutator of one layer at one checkpoint; undefined where a value is not finite. */
export const gapsAt = async (
  survey: Survey,
  values: TensorValues,
  index: number,
  { layer, queries, keys }: QueriesAndKeys,
  seed: number,
): Promise<MatrixGapsEntry | undefined> => {
  const matrixOf = async (spec: MatrixSpec | undefined): Promise<Matrix | undefined> => {
    const found = spec === undefined ? undefined : await values.of(index, spec.tensor);
    const shape = survey.tensors.find(({ name }) => name === spec?.tensor)?.shape;
    if (spec === undefined || found === undefined || shape === undefined) return undefined;
    return matrixFrom(spec, found, tensorColumns(spec, shape));
  };
  const q = await matrixOf(queries);
  if (q === undefined) return undefined;
  const { step } = survey.checkpoints[index]!;
  const found = await matrixGaps(q, await matrixOf(keys), seed, layer, step);
  if (found === undefined) return undefined;
  const { s1, s2, s3 } = found;
  return {
    step,
    layer,
    ...found,
    g12: s1 - s2,
    g23: s2 - s3,
  };
};
