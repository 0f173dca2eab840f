import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openSafetensors } from '../../../extension/engine/checkpoints/safetensors/safetensors.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';
import { singularValues, singularValuesBatch } from '../../../extension/engine/linalg/singularValues.js';
import { svd } from '../../../extension/engine/linalg/svd.js';
import { reference } from '../references.js';
import { composed, distance, orthogonalityDefect } from './checks.js';

/** Singular values of fifteen matrices, by LAPACK. */
const truths = JSON.parse(fs.readFileSync(reference('linalg/singular_values.json'), 'utf8')) as Record<
  string,
  number[]
>;

const load = async (name: string): Promise<Matrix> => {
  const checkpoint = await openSafetensors(reference('linalg/matrices.safetensors'));
  const { shape, elements } = checkpoint.tensors.find((tensor) => tensor.name === name)!;
  const data = await checkpoint.read(name, 0, elements);
  await checkpoint.close();
  return { rows: shape[0]!, columns: shape[1]!, data };
};

const worst = (found: Float64Array, truth: readonly number[]): number =>
  Math.max(...truth.map((value, i) => Math.abs(found[i]! - value)));

describe("LAPACK's singular values", () => {
  it.each(Object.keys(truths))('%s', async (name) => {
    const truth = truths[name]!;
    const largest = truth[0]!;
    const a = await load(name);

    const { values, errorBound } = await singularValues(a);
    expect(values).toHaveLength(truth.length);
    expect(worst(values, truth)).toBeLessThanOrEqual(1e-12 * largest);
    expect(errorBound).toBeLessThanOrEqual(1e-12 * largest);

    const { u, v, singularValues: full } = await svd(a);
    expect(worst(full, truth)).toBeLessThanOrEqual(1e-12 * largest);
    expect(await orthogonalityDefect(u)).toBeLessThanOrEqual(1e-12);
    expect(await orthogonalityDefect(v)).toBeLessThanOrEqual(1e-12);
    const scale = largest === 0 ? 1 : 1 / largest;
    const scaledA = { ...a, data: a.data.map((x) => x * scale) };
    const again = await composed(
      u,
      full.map((x) => x * scale),
      v,
    );
    expect(distance(scaledA, again)).toBeLessThanOrEqual(1e-12 * Math.sqrt(truth.length));
  });

  it('all at once', async () => {
    const names = Object.keys(truths);
    const found = await singularValuesBatch(await Promise.all(names.map(load)));
    names.forEach((name, i) => {
      expect(worst(found[i]!.values, truths[name]!)).toBeLessThanOrEqual(1e-12 * truths[name]![0]!);
    });
  });
});
