import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GramPiece } from '../../../extension/engine/analyses/trajectory/gramPieces.js';
import { trajectoryPass } from '../../../extension/engine/analyses/trajectory/trajectoryPass.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { findSeries } from '../../../extension/engine/series/source.js';
import { survey as surveyOf } from '../../../extension/engine/series/survey.js';
import { seriesFolder } from './seriesFixture.js';

const random = seededRandom(9);
const noise = (length: number, size: number): number[] =>
  Array.from({ length }, () => size * random.normal());

interface Found {
  readonly pieces: ReadonlyMap<string, GramPiece>;
  readonly sums: ReadonlyMap<string, { readonly sum: number; readonly sumOfSquares: number } | undefined>;
  readonly notFinite: readonly string[];
  /** In the order in which they were told. */
  readonly order: readonly string[];
}

const passOver = async (folder: string, precision: 'auto' | 'exact'): Promise<Found> => {
  const { signal } = new AbortController();
  const survey = await surveyOf(await findSeries(folder, signal), signal);
  const pieces = new Map<string, GramPiece>();
  const sums: [string, { sum: number; sumOfSquares: number } | undefined][] = [];
  const notFinite: string[] = [];
  const events = {
    onSums: ({ name }: { name: string }, found: { sum: number; sumOfSquares: number } | undefined) => {
      sums.push([name, found]);
    },
    onNotFinite: ({ name }: { name: string }, index: number) => {
      notFinite.push(`${name} ${index}`);
    },
    onGram: (piece: GramPiece) => {
      pieces.set(piece.matrix?.group ?? piece.tensor.name, piece);
    },
  };
  try {
    for await (const { fraction } of trajectoryPass(survey, events, precision)) {
      expect(fraction).toBeLessThanOrEqual(1);
    }
  } finally {
    await survey.pool.close();
  }
  return { pieces, sums: new Map(sums), notFinite, order: sums.map(([name]) => name) };
};

describe('tensors that threads read', () => {
  const attention = noise(1536 * 512, 1);
  const frozen = noise(512 * 512, 1);
  const odd = noise(512 * 512, 1);
  const weights = (t: number) => ({
    'layers.0.attn.in_proj_weight': {
      shape: [1536, 512],
      values: t === 2 ? attention : attention.map((x) => x + (t === 0 ? 0 : 0.01 * random.normal())),
    },
    'layers.0.norm.weight': { shape: [512], values: noise(512, 1) },
    'layers.0.frozen.weight': { shape: [512, 512], values: frozen },
    'layers.0.odd.weight': {
      shape: [512, 512],
      values: odd.map((x, i) => (t === 1 && i === 77 ? NaN : x + 0.1 * t)),
    },
  });
  const { folder, remove } = seriesFolder({ 0: weights(0), 1: weights(1), 2: weights(2), 3: weights(3) });
  afterAll(remove);
  let auto: Found;
  let exact: Found;
  beforeAll(async () => {
    auto = await passOver(folder, 'auto');
    exact = await passOver(folder, 'exact');
  }, 120_000);

  it('are told of in the order of the file, with the same sums', () => {
    expect(auto.order).toEqual(exact.order);
    for (const [name, sums] of exact.sums) {
      const found = auto.sums.get(name);
      expect(found === undefined).toBe(sums === undefined);
      if (found === undefined || sums === undefined) continue;
      expect(Math.abs(found.sum - sums.sum)).toBeLessThan(1e-9 * Math.sqrt(sums.sumOfSquares));
      expect(Math.abs(found.sumOfSquares - sums.sumOfSquares)).toBeLessThan(1e-9 * sums.sumOfSquares);
    }
  });

  it('have the products of all their parts to a part in ten million', () => {
    expect([...auto.pieces.keys()]).toEqual([...exact.pieces.keys()]);
    expect(auto.pieces.has('layer0.Q')).toBe(true);
    for (const [group, { gram }] of exact.pieces) {
      const found = auto.pieces.get(group)!.gram;
      const n = gram.rows;
      const length = (i: number): number => Math.sqrt(gram.data[i * n + i]!);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const [own, wanted] = [found.data[i * n + j]!, gram.data[i * n + j]!];
          if (Number.isNaN(wanted)) expect(own).toBeNaN();
          // The way to checkpoint 2 and back is longer than nothing.
          else expect(Math.abs(own - wanted)).toBeLessThanOrEqual(1e-7 * Math.max(length(i) * length(j), 20));
        }
      }
    }
  });

  it('with NaN are read as float64, which names the checkpoint', () => {
    expect(auto.notFinite).toEqual(['layers.0.odd.weight 1']);
    expect(exact.notFinite).toEqual(auto.notFinite);
  });

  it('that come again are exactly where they were', () => {
    const whole = auto.pieces.get('layer0.Q')!;
    expect(whole.mayBeEqual(0, 2)).toBe(true);
    expect(whole.mayBeEqual(0, 1)).toBe(false);
    expect([...whole.gram.data.subarray(10, 15)]).toEqual([0, 0, 0, 0, 0]);
    const { gram } = auto.pieces.get('layers.0.frozen.weight')!;
    expect([...gram.data.subarray(0, 20)]).toEqual(new Array(20).fill(0));
  });
});
