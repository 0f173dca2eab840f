import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  trajectoryPass,
  type GramPiece,
} from '../../../extension/engine/analyses/trajectory/trajectoryPass.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { findSeries } from '../../../extension/engine/series/source.js';
import { survey as surveyOf } from '../../../extension/engine/series/survey.js';
import { openBelow } from '../openDescriptors.js';
import { seriesFolder, type Weights } from './seriesFixture.js';

const removals: (() => void)[] = [];
afterEach(() => removals.splice(0).forEach((remove) => remove()));

const folderOf = (steps: readonly Weights[]): string => {
  const { folder, remove } = seriesFolder(Object.fromEntries(steps.map((weights, t) => [t, weights])));
  removals.push(remove);
  return folder;
};

const random = seededRandom(9);
const noise = (length: number, size: number): number[] =>
  Array.from({ length }, () => Math.fround(size * random.normal()));

interface Told {
  readonly pieces: Map<string, GramPiece>;
  readonly sums: [string, { sum: number; sumOfSquares: number } | undefined][];
  readonly notFinite: string[];
}

/** Opens the series; `use` gets the pass and what it tells. Files are closed afterwards. */
const withPass = async <Result>(
  folder: string,
  use: (pass: ReturnType<typeof trajectoryPass>, told: Told) => Promise<Result>,
): Promise<Result> => {
  const { signal } = new AbortController();
  const survey = await surveyOf(await findSeries(folder, signal), signal);
  const told: Told = { pieces: new Map(), sums: [], notFinite: [] };
  const pass = trajectoryPass(survey, {
    onSums: ({ name }, found) => void told.sums.push([name, found]),
    onNotFinite: ({ name }, index) => void told.notFinite.push(`${name} ${index}`),
    onGram: (piece) => void told.pieces.set(piece.matrix?.group ?? piece.tensor.name, piece),
  });
  try {
    return await use(pass, told);
  } finally {
    await survey.pool.close().catch(() => undefined);
  }
};

const passOver = (folder: string): Promise<Told> =>
  withPass(folder, async (pass, told) => {
    for await (const { fraction } of pass) expect(fraction).toBeLessThanOrEqual(1);
    return told;
  });

/** The largest error of a squared distance between two checkpoints, relative to that distance. */
const worstDistance = ({ gram }: GramPiece, rows: readonly (readonly number[])[]): number => {
  const n = gram.rows;
  expect(n).toBe(rows.length + 1);
  const at = (i: number, j: number): number => gram.data[i * n + j]!;
  let worst = 0;
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < i; j++) {
      const wanted = rows[i]!.reduce((sum, x, k) => sum + (x - rows[j]![k]!) ** 2, 0);
      const apart = Math.abs(at(i, i) + at(j, j) - 2 * at(i, j) - wanted);
      worst = Math.max(worst, apart === 0 ? 0 : apart / wanted);
    }
  }
  return worst;
};

const shape = [128, 96];
const elements = 128 * 96;
const seriesOf = (rows: readonly (readonly number[])[]): string =>
  folderOf(rows.map((values) => ({ 'layers.0.linear1.weight': { shape, values } })));
const onlyPiece = ({ pieces }: Told): GramPiece => {
  expect(pieces.size).toBe(1);
  return [...pieces.values()][0]!;
};

describe('distances of checkpoints that threads read', () => {
  const start = noise(elements, 1);
  const moved = (values: readonly number[], size: number): number[] =>
    values.map((x) => Math.fround(x + size * random.normal()));

  it('are right to 1e-6 after a spike of ten and of a thousand times the weights', async () => {
    for (const spike of [10, 1000]) {
      const near = moved(start, 1e-3);
      const rows = [
        start,
        near,
        start.map((x) => Math.fround(x + spike * random.normal())),
        moved(near, 1e-4),
        near,
      ];
      const told = await passOver(seriesOf(rows));
      expect(worstDistance(onlyPiece(told), rows)).toBeLessThan(1e-6);
    }
  });

  it('are right to 1e-6 for steps of 1e-7 of large weights', async () => {
    const large = start.map((x) => Math.fround(1e4 * (3 + x)));
    const rows = [large];
    for (let t = 1; t < 4; t++)
      rows.push(rows[t - 1]!.map((x, i) => Math.fround(x * (1 + ((i + t) % 3) * 1e-7))));
    expect(worstDistance(onlyPiece(await passOver(seriesOf(rows))), rows)).toBeLessThan(1e-6);
  });

  it.each([1e30, 1e-30, 1e-41])('are right to 1e-6 for weights of %d', async (size) => {
    const first = start.map((x) => Math.fround(size * x));
    const rows = [
      first,
      ...[1, 2, 3].map(() => first.map((x) => Math.fround(x + 0.1 * size * random.normal()))),
    ];
    expect(worstDistance(onlyPiece(await passOver(seriesOf(rows))), rows)).toBeLessThan(1e-6);
  });

  it('are zero for equal rows alone, not for negated, doubled or permuted ones', async () => {
    const other = moved(start, 0.1);
    const rows = [
      start,
      other,
      start,
      other,
      other.map((x) => -x),
      other.map((x) => 2 * x),
      [...other.slice(1), other[0]!],
    ];
    const { gram } = onlyPiece(await passOver(seriesOf(rows)));
    const n = gram.rows;
    const squared = (i: number, j: number): number =>
      gram.data[i * n + i]! + gram.data[j * n + j]! - 2 * gram.data[i * n + j]!;
    expect([squared(0, 2), squared(1, 3)]).toEqual([0, 0]);
    for (const t of [4, 5, 6]) expect(squared(1, t)).toBeGreaterThan(100);
    expect(worstDistance({ ...onlyPiece(await passOver(seriesOf(rows))) }, rows)).toBeLessThan(1e-6);
  });

  it('of two checkpoints are theirs; of one there are none', async () => {
    const rows = [start, moved(start, 1e-3)];
    expect(worstDistance(onlyPiece(await passOver(seriesOf(rows))), rows)).toBeLessThan(1e-6);
    const one = await passOver(seriesOf([start]));
    expect([one.pieces.size, one.sums.length]).toEqual([0, 1]);
  });

  it.each([NaN, Infinity])('leave out a checkpoint with %d and no other', async (odd) => {
    const rows = [0, 1, 2, 3].map((t) => start.map((x, i) => (t === 2 && i === 7777 ? odd : x + t)));
    const told = await passOver(seriesOf(rows));
    expect(told.notFinite).toEqual(['layers.0.linear1.weight 2']);
    const { gram } = onlyPiece(told);
    const isNaNAt = (i: number, j: number): boolean => Number.isNaN(gram.data[i * 5 + j]);
    for (let i = 0; i < 5; i++) for (let j = 0; j < 5; j++) expect(isNaNAt(i, j)).toBe(i === 2 || j === 2);
    const atLast = await passOver(seriesOf([rows[0]!, rows[1]!, rows[2]!]));
    expect(atLast.sums).toEqual([['layers.0.linear1.weight', undefined]]);
  });
});

describe('a pass over tensors of many kinds', () => {
  const steps = [0, 1, 2].map((): Weights => ({
    'layers.0.norm.weight': { shape: [64], values: noise(64, 1) },
    'layers.0.self_attn.in_proj_weight': { shape: [192, 64], values: noise(192 * 64, 1) },
    'layers.0.bias': { shape: [8], values: noise(8, 1) },
    'layers.0.linear1.weight': { shape: [64, 128], values: noise(64 * 128, 1) },
    'layers.0.linear2.weight': { shape: [128, 64], values: noise(64 * 128, 1) },
  }));

  it('tells of them in the order of the file, with the products of their parts', async () => {
    const told = await passOver(folderOf(steps));
    expect(told.sums.map(([name]) => name)).toEqual(Object.keys(steps[0]!));
    for (const [name, found] of told.sums) {
      const { values } = steps[2]![name]!;
      expect(found!.sum).toBeCloseTo(
        values.reduce((sum, x) => sum + x, 0),
        8,
      );
      expect(found!.sumOfSquares).toBeCloseTo(
        values.reduce((sum, x) => sum + x * x, 0),
        8,
      );
    }
    for (const { tensor, matrix, gram } of told.pieces.values()) {
      const part = ['Q', 'K', 'V'].indexOf(matrix?.part ?? '');
      const [from, to] = part < 0 ? [0, undefined] : [part * 64 * 64, (part + 1) * 64 * 64];
      const rows = steps.map((weights) => weights[tensor.name]!.values.slice(from, to));
      expect(worstDistance({ tensor, gram, parameters: 0, disjoint: true }, rows)).toBeLessThan(1e-9);
    }
    expect(told.pieces.size).toBe(8);
  });
});

describe('files of a pass', () => {
  const names = Array.from({ length: 8 }, (_, i) => `layers.${i}.linear1.weight`);
  const model = (): Weights =>
    Object.fromEntries(names.map((name) => [name, { shape: [256, 1024], values: noise(256 * 1024, 1) }]));

  it('are closed when it is ended at any place', { timeout: 60_000 }, async () => {
    const folder = folderOf([model(), model(), model()]);
    for (const after of [0, 1, 2, 3, 5, 8]) {
      await withPass(folder, async (pass) => {
        for (let i = 0; i < after; i++) await pass.next();
        await pass.return();
      });
      expect(openBelow(folder), `after ${after}`).toEqual([]);
    }
  });

  it('are closed when telling of a tensor fails, which is what it throws', async () => {
    const folder = folderOf([model(), model()]);
    const { signal } = new AbortController();
    const survey = await surveyOf(await findSeries(folder, signal), signal);
    const fails = (): never => {
      throw new Error('no place for it');
    };
    const pass = trajectoryPass(survey, { onSums: () => undefined, onNotFinite: fails, onGram: fails });
    await expect(drained(pass)).rejects.toThrow('no place for it');
    await survey.pool.close();
    expect(openBelow(folder)).toEqual([]);
  });

  it.each([3 << 20, 100])('that shrink meanwhile to %d bytes end it with a sentence', async (size) => {
    const folder = folderOf([model(), model(), model()]);
    const path = join(folder, 'step_0001.safetensors');
    const failure = withPass(folder, async (pass) => {
      // The files have been opened and looked at, and are large enough.
      truncateSync(path, size);
      await drained(pass);
    });
    await expect(failure).rejects.toMatchObject({
      code: 'changed-while-reading',
      message: `${path}: the file shrank while it was read; try again.`,
    });
    expect(openBelow(folder)).toEqual([]);
  });

  it('of types that threads do not read give the same', async () => {
    const rows = [0, 1, 2].map(() => noise(elements, 1).map((x) => Math.fround(x * 8) / 8));
    const brains = rows.map((row) => row.map((x) => brain(x)));
    const folder = seriesOf(brains);
    // The second checkpoint's numbers as bfloat16.
    writeBrain(join(folder, 'step_0001.safetensors'));
    const told = await passOver(folder);
    expect(worstDistance(onlyPiece(told), brains)).toBeLessThan(1e-9);
  });
});

const drained = async (pass: ReturnType<typeof trajectoryPass>): Promise<void> => {
  for await (const { text } of pass) expect(text).toContain('Reading');
};

/** A float32 cut to the bits of a bfloat16. */
const brain = (x: number): number => {
  const bits = new Uint32Array(Float32Array.of(x).buffer);
  bits[0]! &= 0xffff0000;
  return new Float32Array(bits.buffer)[0]!;
};

/** Writes a file of one float32 tensor again, as bfloat16. */
const writeBrain = (path: string): void => {
  const file = readFileSync(path);
  const head = Number(file.readBigUInt64LE(0));
  const header = file.subarray(8, 8 + head).toString();
  const values = new Uint32Array(Uint8Array.from(file.subarray(8 + head)).buffer);
  const halves = Uint16Array.from(values, (bits) => bits >>> 16);
  const text = header
    .trimEnd()
    .replace('"F32"', '"BF16"')
    .replace(`${4 * values.length}`, `${2 * values.length}`);
  const length = Buffer.alloc(8);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  length.writeBigUInt64LE(BigInt(padded.length));
  writeFileSync(path, Buffer.concat([length, padded, Buffer.from(halves.buffer)]));
};
