import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DifferenceGram } from '../../../extension/engine/linalg/differenceGram.js';
import type { StoredRow } from '../../../extension/engine/linalg/threads/storedProducts.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';

const random = seededRandom(77);
const zeroRows = (count: number, length: number): Float64Array[] =>
  Array.from({ length: count }, () => new Float64Array(length));

describe('inner products of rows minus the first one', () => {
  it.each([
    [1, 10],
    [2, 1],
    [4, 4097],
    [7, 20_001],
    [36, 3000],
  ])('of %i rows of %i numbers, in two pieces, are those of the definition', async (count, length) => {
    const rows = zeroRows(count, length);
    for (const row of rows) row.forEach((_, i) => (row[i] = 1000 + random.normal()));
    const gram = new DifferenceGram(count);
    const cut = Math.floor(length / 3);
    const head = rows.map((row) => row.slice(0, cut));
    const tail = rows.map((row) => row.slice(cut));
    await Promise.all([gram.add(head, cut), gram.add(tail, length - cut)]);
    const { data } = gram.result();
    const scale = Math.sqrt(2 * length);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let sum = 0;
        for (let k = 0; k < length; k++) {
          sum += (rows[i]![k]! - rows[0]![k]!) * (rows[j]![k]! - rows[0]![k]!);
        }
        expect(Math.abs(data[i * count + j]! - sum)).toBeLessThan(1e-11 * scale * scale);
      }
    }
  });

  it('keep what a difference of Gram matrices would lose', async () => {
    const rows = zeroRows(2, 100);
    rows[0]!.fill(1e8);
    rows[1]!.fill(1e8 + 2 ** -20);
    const gram = new DifferenceGram(2);
    await gram.add(rows, 100);
    expect(gram.result().data[3]).toBe(100 * 2 ** -40);
  });

  it('are not finite on the diagonal where a row is not', async () => {
    const rows = zeroRows(3, 9);
    rows[1]![4] = NaN;
    const gram = new DifferenceGram(3);
    await gram.add(rows, 9);
    const { data } = gram.result();
    expect([data[0], Number.isFinite(data[4]), data[8]]).toEqual([0, false, 0]);
  });
});

describe('rows that threads read from files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
  const opened: number[] = [];
  afterAll(() => {
    opened.forEach((descriptor) => closeSync(descriptor));
    rmSync(folder, { recursive: true, force: true });
  });
  /** Bytes before the numbers, so that nothing is aligned. */
  const before = 3;
  const stored = (values: Float32Array): StoredRow => {
    const path = join(folder, `${opened.length}.bin`);
    writeFileSync(path, Buffer.concat([Buffer.alloc(before, 255), Buffer.from(values.buffer)]));
    opened.push(openSync(path, 'r'));
    return { descriptor: opened.at(-1)!, at: before };
  };
  const gramOf = async (rows: readonly Float32Array[], cut = 0) => {
    const gram = new DifferenceGram(rows.length + 1);
    const files = rows.map(stored);
    const { length } = rows[0]!;
    const head = cut > 0 ? await gram.addStored(files, cut) : { sum: 0, sumOfSquares: 0 };
    const rest = files.map(({ descriptor, at }) => ({ descriptor, at: at + 4 * cut }));
    const tail = await gram.addStored(rest, length - cut);
    const sum = head!.sum + tail!.sum;
    return { ...gram.result(), sum, sumOfSquares: head!.sumOfSquares + tail!.sumOfSquares };
  };
  const valuesOf = (count: number, length: number, size: (t: number) => number): Float32Array[] =>
    Array.from({ length: count }, (_, t) => Float32Array.from({ length }, () => size(t) * random.normal()));

  /** Each product beside its definition, in units of the two lengths. */
  const worstError = (rows: readonly Float32Array[], { data }: { readonly data: Float64Array }): number => {
    const n = rows.length + 1;
    const [first] = rows as [Float32Array];
    const row = (t: number): Float64Array =>
      t === rows.length
        ? Float64Array.from(first, (x) => -x)
        : Float64Array.from(rows[t]!, (x, k) => x - first[k]!);
    const all = Array.from({ length: n }, (_, t) => row(t));
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, k) => sum + x * b[k]!, 0);
    let worst = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const scale = Math.sqrt(dot(all[i]!, all[i]!) * dot(all[j]!, all[j]!));
        const apart = Math.abs(data[i * n + j]! - dot(all[i]!, all[j]!));
        if (!(apart <= worst * scale)) worst = scale === 0 ? Infinity : apart / scale;
      }
    }
    return worst;
  };

  it.each([
    [2, 1, 0],
    [2, 5, 2],
    [3, 4099, 1001],
    [4, 128, 0],
    [5, 20_001, 7000],
    [9, 131, 130],
    [36, 40_003, 129],
  ])('have the products of %i rows of %i numbers', async (count, length, cut) => {
    const rows = valuesOf(count, length, () => 1);
    const found = await gramOf(rows, cut);
    expect(worstError(rows, found)).toBeLessThan(1e-12);
    const last = rows.at(-1)!;
    const squares = last.reduce((sum, x) => sum + x * x, 0);
    expect(Math.abs(found.sum - last.reduce((sum, x) => sum + x, 0))).toBeLessThan(1e-12 * length);
    expect(Math.abs(found.sumOfSquares - squares)).toBeLessThan(1e-12 * squares);
  });

  it('lose nothing to a row that is far away, to tiny steps, or to numbers whose squares float32 has not', async () => {
    for (const size of [(t: number) => (t === 2 ? 1e6 : 1), () => 1e30, () => 1e-30, () => 1e-42]) {
      const rows = valuesOf(5, 3001, size);
      rows[4] = rows[3]!.map((x) => x * (1 + 2 ** -20));
      const found = await gramOf(rows);
      expect(worstError(rows, found)).toBeLessThan(1e-11);
    }
  });

  it('have every difference of neighbours that float64 has', async () => {
    const rows = [new Float32Array(999).fill(1e7), new Float32Array(999).fill(1e7 + 1)];
    rows.push(
      rows[0]!,
      rows[1]!.map((x) => -x),
    );
    const { data } = await gramOf(rows);
    expect([...data.subarray(5, 10)]).toEqual([0, 999, 0, -999 * (2e7 + 1), -999e7]);
    expect(data[2 * 5 + 2]).toBe(0);
  });

  it('are the same numbers exactly where their products are the same to the last bit', async () => {
    const [first, second] = valuesOf(2, 10_001, () => 1) as [Float32Array, Float32Array];
    const moved = Float32Array.from([...second.subarray(1), second[0]!]);
    const { data } = await gramOf([
      first,
      second,
      second,
      second.map((x) => -x),
      second.map((x) => 2 * x),
      moved,
    ]);
    const squared = (i: number, j: number): number =>
      data[i * 7 + i]! + data[j * 7 + j]! - 2 * data[i * 7 + j]!;
    expect(squared(1, 2)).toBe(0);
    for (const other of [3, 4, 5]) expect(squared(1, other)).toBeGreaterThan(1000);
  });

  it.each([NaN, Infinity, -Infinity])('are not finite on the diagonal where one holds %d', async (odd) => {
    const rows = valuesOf(4, 1000, () => 1);
    rows[2]![777] = odd;
    const { data, sum } = await gramOf(rows);
    expect([1, 2, 3, 4].map((t) => Number.isFinite(data[t * 5 + t]))).toEqual([true, false, true, true]);
    expect(Number.isFinite(sum)).toBe(true);
    const atLast = await gramOf([...rows.slice(0, 2), rows[3]!, rows[2]!]);
    expect(Number.isFinite(atLast.sumOfSquares)).toBe(false);
  });

  it('are none of a file that ends early or is closed', async () => {
    const rows = valuesOf(2, 100, () => 1).map(stored);
    const gram = new DifferenceGram(3);
    expect(await gram.addStored(rows, 101)).toBeUndefined();
    expect(await gram.addStored([rows[0]!, { descriptor: 99_999, at: 0 }], 100)).toBeUndefined();
  });
});
