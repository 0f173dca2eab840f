import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bulkEdge } from '../../../extension/contract/statistics/bulk.js';
import { spectrumOf } from '../../../extension/contract/statistics/statistic.js';
import { statisticsOf, type StatisticValues } from '../../../extension/contract/statistics/table.js';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { singularValues } from '../../../extension/engine/linalg/singularValues.js';
import { fixture } from '../references.js';

interface Reference {
  readonly shape: readonly [number, number];
  readonly mp: { readonly upperEdge: number };
  readonly source: { readonly safetensors: string; readonly tensor: string };
}
const { matrices } = JSON.parse(readFileSync(fixture('powerlaw/expected.json'), 'utf8')) as {
  readonly matrices: Readonly<Record<string, Reference>>;
};

const statisticsNamed = async (name: string): Promise<StatisticValues> => {
  const { shape, mp, source } = matrices[name]!;
  const [rows, columns] = shape;
  const checkpoint = await openCheckpoint(fixture('powerlaw', source.safetensors));
  try {
    const data = await checkpoint.read(source.tensor, 0, rows * columns);
    const { values } = await singularValues({ rows, columns, data }, { name });
    return statisticsOf(spectrumOf(values, { rows, columns, upperEdge: mp.upperEdge }));
  } finally {
    await checkpoint.close();
  }
};

describe('the edge of the fitted bulk', () => {
  // Medians by the trapezoidal rule on the density itself, 2,000,000 nodes, NumPy 2.4; that of a square matrix gives
  // the constant 4/√3/√μ = 2.858 of Gavish and Donoho 2014.
  it.each([
    [40, 40, 0.6527759416],
    [40, 30, 0.742948487],
    [30, 40, 0.742948487],
    [40, 20, 0.8304658816],
    [40, 10, 0.9160040707],
    [40, 4, 0.9665651474],
  ])('of a %i × %i matrix follows from the median of the law', (rows, columns, median) => {
    const values = new Array<number>(Math.min(rows, columns)).fill(1);
    const edge = bulkEdge(spectrumOf(values, { rows, columns }))!;
    const expected = (Math.sqrt(rows) + Math.sqrt(columns)) / Math.sqrt(Math.max(rows, columns) * median);
    expect(Math.abs(edge / expected - 1)).toBeLessThan(1e-8);
  });

  it('is that of the noise where three directions were added, and counts the three', async () => {
    const noise = Math.sqrt(128) + Math.sqrt(96);
    const found = await statisticsNamed('gaussian_plus_rank3_128x96');
    expect(Math.abs(found.bulkEdge! / noise - 1)).toBeLessThan(0.02);
    expect(found.aboveBulkEdge).toBe(3);
    // The variance of all entries holds the spikes too: its edge hides one of them.
    expect(matrices.gaussian_plus_rank3_128x96!.mp.upperEdge / noise).toBeGreaterThan(1.08);
    expect(found.aboveUpperEdge).toBe(2);
  });

  it.each(['gaussian_128x96', 'initial_layer0_Q'])('has nothing above it for %s', async (name) => {
    expect((await statisticsNamed(name)).aboveBulkEdge).toBe(0);
  });

  it('is not there for a zero matrix, where most values are rounding, or for several matrices in one tensor', () => {
    const size = { rows: 4, columns: 4 };
    expect(bulkEdge(spectrumOf([0, 0, 0, 0], size))).toBeUndefined();
    expect(bulkEdge(spectrumOf([1, 1e-7, 1e-8, 1e-9], size))).toBeUndefined();
    const fused = statisticsOf(spectrumOf([4, 3, 2, 1], { ...size, hasNoBulk: true }));
    expect(fused.bulkEdge).toBeUndefined();
    expect(fused.aboveBulkEdge).toBeUndefined();
  });
});
