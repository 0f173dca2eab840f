import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { stepErrorBound, StepGram } from '../../../extension/engine/linalg/stepGram.js';
import type { StoredRow, StoredType } from '../../../extension/engine/linalg/threads/stepProducts.js';

const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
const opened: number[] = [];
afterAll(() => {
  opened.forEach(closeSync);
  rmSync(folder, { recursive: true, force: true });
});

const random = seededRandom(5);
/** Bytes before the numbers, so that nothing is aligned. */
const before = 3;

/** A float32 cut to the bits of a bfloat16. */
const brain = (x: number): number => {
  const bits = new Int32Array(Float32Array.of(x).buffer);
  bits[0]! &= ~0xffff;
  return new Float32Array(bits.buffer)[0]!;
};

/** The value of a float16's bits. */
const half = (bits: number): number => {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
};

const write = (bytes: Uint8Array, type: StoredType): StoredRow => {
  const path = join(folder, `${opened.length}.bin`);
  writeFileSync(path, Buffer.concat([Buffer.alloc(before), bytes]));
  const descriptor = openSync(path, 'r');
  opened.push(descriptor);
  return { descriptor, at: before, type };
};

const float32Row = (values: Float32Array): StoredRow => write(new Uint8Array(values.buffer), 'float32');

const brainRow = (values: Float32Array): StoredRow => {
  const halves = Uint16Array.from(new Uint32Array(values.buffer), (bits) => bits >>> 16);
  return write(new Uint8Array(halves.buffer), 'bfloat16');
};

/** A walk of `count` rows that stops at nothing: each is the one before with noise of `size`. */
const walk = (count: number, length: number, size: number): Float32Array[] => {
  const rows = [Float32Array.from({ length }, () => random.normal())];
  while (rows.length < count) rows.push(rows.at(-1)!.map((x) => x + size * random.normal()));
  return rows;
};

const gramOf = async (rows: readonly StoredRow[], lengths: readonly number[]) => {
  const gram = new StepGram(rows.length);
  let from = 0;
  for (const length of lengths) {
    const width = (type: StoredType): number => (type === 'float32' ? 4 : 2);
    void gram.add(
      rows.map((row) => ({ ...row, at: row.at + from * width(row.type) })),
      length,
    );
    from += length;
  }
  return gram.result();
};

/** Product of the rows minus the first one, and of the first one turned round as the last. */
const exact = (rows: readonly Float32Array[], i: number, j: number): { product: number; bound: number } => {
  const [first] = rows as [Float32Array];
  let [product, bound] = [0, 0];
  const value = (t: number, k: number): number => (t === rows.length ? -first[k]! : rows[t]![k]! - first[k]!);
  const steps = (t: number, k: number): number => {
    if (t === rows.length) return Math.abs(first[k]!);
    let sum = 0;
    for (let s = 1; s <= t; s++) sum += Math.abs(rows[s]![k]! - rows[s - 1]![k]!);
    return sum;
  };
  for (let k = 0; k < first.length; k++) {
    product += value(i, k) * value(j, k);
    bound += steps(i, k) * steps(j, k);
  }
  return { product, bound: stepErrorBound * bound };
};

const expectWithin = (rows: readonly Float32Array[], data: Float64Array, share: number): void => {
  const n = rows.length + 1;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const { product, bound } = exact(rows, i, j);
      expect(Math.abs(data[i * n + j]! - product)).toBeLessThanOrEqual(share * bound);
    }
  }
};

describe('products of a path that threads read from files', () => {
  it.each([
    [2, 1],
    [3, 4099],
    [7, 20_001],
    [9, 300],
  ])('of %i rows of %i float32 are within their bound', async (count, length) => {
    const rows = walk(count, length, 0.1);
    const cut = Math.floor(length / 3);
    const found = (await gramOf(rows.map(float32Row), [cut, length - cut]))!;
    expectWithin(rows, found.gram.data, 1);
    const last = rows.at(-1)!;
    const scale = 1e-12 * length;
    expect(Math.abs(found.sum - last.reduce((sum, x) => sum + x, 0))).toBeLessThan(scale);
    expect(Math.abs(found.sumOfSquares - last.reduce((sum, x) => sum + x * x, 0))).toBeLessThan(4 * scale);
  });

  it('are far within it over many numbers, as rounding errors average out', async () => {
    const rows = walk(5, 1 << 18, 1e-3);
    const found = (await gramOf(rows.map(float32Row), [1 << 17, 1 << 17]))!;
    expectWithin(rows, found.gram.data, 1e-2);
  });

  it('keep steps that are small beside the way from the start', async () => {
    const length = 1 << 16;
    const rows = walk(2, length, 1);
    rows.push(rows[1]!.map((x) => x + 1e-5 * random.normal()));
    const { gram } = (await gramOf(rows.map(float32Row), [length]))!;
    const at = (i: number, j: number): number => gram.data[4 * i + j]!;
    const step = rows[2]!.reduce((sum, x, k) => sum + (x - rows[1]![k]!) ** 2, 0);
    expect(at(2, 2) + at(1, 1) - 2 * at(1, 2)).toBeGreaterThan(0);
    expect(Math.abs(at(2, 2) + at(1, 1) - 2 * at(1, 2) - step)).toBeLessThan(1e-4 * step);
  });

  it('of bfloat16 and float32 beside each other are those of their numbers', async () => {
    const rows = walk(4, 1003, 0.3).map((row) => row.map(brain));
    const stored = rows.map((row, t) => (t % 2 === 0 ? brainRow(row) : float32Row(row)));
    expectWithin(rows, (await gramOf(stored, [1003]))!.gram.data, 1);
  });

  it('of every finite float16 are those of their numbers', async () => {
    const all = Array.from({ length: 1 << 16 }, (_, bits) => bits).filter(
      (bits) => (bits & 0x7c00) !== 0x7c00,
    );
    const values = Float32Array.from(all, half);
    const halves = write(new Uint8Array(Uint16Array.from(all).buffer), 'float16');
    const found = (await gramOf([float32Row(values), halves], [all.length]))!;
    expect([...found.gram.data.slice(0, 8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(found.areEqual(0, 1)).toBe(true);
  });

  it('know a row that comes again, and one whose numbers have only changed places', async () => {
    const [first, second] = walk(2, 4096, 0.1) as [Float32Array, Float32Array];
    const moved = new Float32Array([...first.subarray(2048), ...first.subarray(0, 2048)]);
    const { gram, areEqual } = (await gramOf([first, second, first, moved].map(float32Row), [4096]))!;
    expect([areEqual(0, 2), areEqual(0, 1), areEqual(0, 3)]).toEqual([true, false, false]);
    expect([...gram.data.subarray(10, 15)]).toEqual([0, 0, 0, 0, 0]);
    expect(gram.data[3 * 5 + 3]).toBeGreaterThan(1000);
  });

  it('leave −0 and 0 the same', async () => {
    const rows = [new Float32Array(64).fill(0), new Float32Array(64).fill(-0)];
    const { gram, areEqual } = (await gramOf(rows.map(float32Row), [64]))!;
    expect(areEqual(0, 1)).toBe(true);
    expect([...gram.data]).toEqual(new Array(9).fill(0));
  });

  it.each([
    ['NaN', NaN],
    ['infinity', Infinity],
    ['a number whose square is none', 1e25],
    ['nothing but numbers whose squares vanish', 1e-30],
  ])('are none with %s', async (_, odd) => {
    const rows = [new Float32Array(100), new Float32Array(100)];
    rows[1]![7] = odd;
    expect(await gramOf(rows.map(float32Row), [100])).toBeUndefined();
  });

  it('are none of a file that ends early', async () => {
    const rows = walk(2, 100, 1).map(float32Row);
    expect(await gramOf(rows, [101])).toBeUndefined();
  });
});
