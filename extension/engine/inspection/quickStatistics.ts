import type { CachedStatistics } from '../../contract/calls.js';
import { spectrumOf } from '../../contract/statistics/statistic.js';
import { statisticsOf } from '../../contract/statistics/table.js';
import { openCheckpoint } from '../checkpoints/openCheckpoint.js';
import { matricesOf } from '../geometry/matrices.js';
import { singularValues } from '../linalg/singularValues.js';
import { isParameter } from '../series/survey.js';
import { decompositionCost } from '../analyses/workPolicy.js';

/** About a tenth of a second: an acceptable wait for a hover. */
const mostCost = 256 ** 3;

/**
 * Rank statistics of one small matrix, computed now; undefined if the tensor is no matrix, too large for a
 * hover, or not finite.
 * @throws GeometryError as `openCheckpoint` does.
 */
export const quickStatistics = async (
  path: string,
  tensor: string,
): Promise<CachedStatistics | undefined> => {
  const checkpoint = await openCheckpoint(path);
  try {
    const info = checkpoint.tensors.find(({ name }) => name === tensor);
    if (info === undefined || !isParameter(info)) return undefined;
    const whole = matricesOf([info]).matrices.find(({ part }) => part === undefined);
    if (whole === undefined || decompositionCost(whole) > mostCost) return undefined;
    const data = await checkpoint.read(tensor, 0, info.elements);
    if (!data.every(Number.isFinite)) return undefined;
    const { rows, columns } = whole;
    const { values } = await singularValues({ rows, columns, data }, { name: tensor });
    return {
      tensor,
      rows,
      columns,
      exact: true,
      ...statisticsOf(spectrumOf(values, { rows, columns, hasNoBulk: whole.fused })),
      nulls: {},
    };
  } finally {
    await checkpoint.close();
  }
};
