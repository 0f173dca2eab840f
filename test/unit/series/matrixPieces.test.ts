import { describe, expect, it } from 'vitest';
import type { MatrixSpec } from '../../../extension/engine/geometry/matrices.js';
import { matrixPieces, momentsOf, type SpectrumOf } from '../../../extension/engine/series/matrixPieces.js';
import type { Survey } from '../../../extension/engine/series/survey.js';

/** Checkpoint t holds x + 1000·t at place x; what is read is written down. */
const opened = (rows: number, columns: number, of: SpectrumOf = 'weights', signal?: AbortSignal) => {
  const reads: string[] = [];
  const survey = {
    pool: {
      get: (index: number) =>
        Promise.resolve({
          read: (_: string, start: number, length: number, into: Float64Array) => {
            reads.push(`${index}: ${start}`);
            for (let i = 0; i < length; i++) into[i] = start + i + 1000 * index + index * ((start + i) % 7);
            return Promise.resolve(into);
          },
        }),
    },
  } as unknown as Survey;
  const spec = { tensor: 'w', rows, columns } as unknown as MatrixSpec;
  return { reads, pieces: matrixPieces(survey, 1, spec, of, signal ?? new AbortController().signal) };
};

const whole = async ({
  rows,
  columns,
  eachPiece,
}: ReturnType<typeof matrixPieces>): Promise<Float64Array> => {
  const all = new Float64Array(rows * columns).fill(NaN);
  let next = 0;
  await eachPiece((piece, first) => {
    expect([first, piece.columns, piece.data.length]).toEqual([next, columns, piece.rows * columns]);
    all.set(piece.data, first * columns);
    next += piece.rows;
  });
  expect(next).toBe(rows);
  return all;
};

const differing = (found: Float64Array, expected: Float64Array): number =>
  found.reduce(
    (count, value, at) => count + (value === expected[at] ? 0 : 1),
    Math.abs(found.length - expected.length),
  );

const entry = (at: number): number => at + 1000 + (at % 7);

describe('pieces of a matrix', () => {
  it('are those of a tall matrix, read once', async () => {
    const { reads, pieces } = opened(5000, 300);
    expect([pieces.rows, pieces.columns]).toEqual([5000, 300]);
    const expected = Float64Array.from({ length: 5000 * 300 }, (_, at) => entry(at));
    expect(differing(await whole(pieces), expected)).toBe(0);
    const before = reads.length;
    expect(differing(await whole(pieces), expected)).toBe(0);
    expect(reads).toHaveLength(before);
  });

  it('are those of its transpose where a wide matrix is kept', async () => {
    const { reads, pieces } = opened(300, 5000);
    expect([pieces.rows, pieces.columns]).toEqual([5000, 300]);
    const expected = Float64Array.from({ length: 5000 * 300 }, (_, at) => {
      const [row, column] = [at % 300, Math.floor(at / 300)];
      return entry(row * 5000 + column);
    });
    const { sum } = await momentsOf(pieces);
    expect(Math.abs(sum - expected.reduce((total, value) => total + value, 0))).toBeLessThan(1e-3);
    const before = reads.length;
    expect(differing(await whole(pieces), expected)).toBe(0);
    expect(reads).toHaveLength(before);
  });

  it('are read again each time where the matrix is too large to be kept', async () => {
    const { reads, pieces } = opened(260, 70_000);
    expect([pieces.rows, pieces.columns]).toEqual([260, 70_000]);
    expect((await whole(pieces))[70_001]).toBe(entry(70_001));
    const before = reads.length;
    await whole(pieces);
    expect(reads).toHaveLength(2 * before);
  });

  it('of a change have the first checkpoint taken away', async () => {
    const { pieces } = opened(4, 70, 'change');
    const expected = Float64Array.from({ length: 280 }, (_, at) => {
      const place = (at % 4) * 70 + Math.floor(at / 4);
      return 1000 + (place % 7);
    });
    expect(differing(await whole(pieces), expected)).toBe(0);
  });

  it('end with a cancel', async () => {
    const cancel = new AbortController();
    const { pieces } = opened(5000, 300, 'weights', cancel.signal);
    cancel.abort();
    await expect(momentsOf(pieces)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
