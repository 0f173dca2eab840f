import { batchLeadingVectors, type LeadingVectors } from './batch.js';
import type { Matrix } from './matrix.js';
import { requireFinite } from './matrix.js';
import { isOneStage } from './oneStage.js';
import type { SpectrumOptions } from './singularValues.js';
import { leadingSvd } from './svd.js';

/**
 * The leading k singular vectors of many matrices, in the order given. Small ones are spread over all cores; larger
 * ones follow one by one. Errors as `svd`.
 */
export const leadingVectorsBatch = async (
  matrices: readonly Matrix[],
  k: number,
  options: SpectrumOptions = {},
): Promise<LeadingVectors[]> => {
  for (const matrix of matrices) requireFinite(matrix, options.name);
  const small = matrices.filter(({ rows, columns }) => {
    const [short, long] = [Math.min(rows, columns), Math.max(rows, columns)];
    return short > 0 && isOneStage({ rows: long, columns: short });
  });
  const ofSmall = await batchLeadingVectors(small, k, options.signal);
  const found = new Map(small.map((matrix, i) => [matrix, ofSmall[i]]));
  const results: LeadingVectors[] = [];
  for (const matrix of matrices) {
    const known = found.get(matrix);
    if (known !== undefined) {
      results.push(known);
      continue;
    }
    const { u, v } = await leadingSvd(matrix, k, options);
    results.push({ left: u, right: v });
  }
  return results;
};
