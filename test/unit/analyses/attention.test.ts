import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, describe, expect, it } from 'vitest';
import {
  inspectSettingsSchema,
  type AnalysisRequest,
  type Report,
} from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { writeSafetensors, type Weights } from '../inspection/seriesFixture.js';

/** Models with what NumPy's SVD gives for the products of each head, formed whole. */
const models = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/attention/heads.json'), 'utf8'),
) as {
  readonly name: string;
  readonly config: Record<string, unknown>;
  readonly tensors: Weights;
  readonly heads: readonly { readonly QK: number[]; readonly OV: number[] }[];
}[];

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const inspected = async (
  weights: Weights,
  request: AnalysisRequest,
  config?: Record<string, unknown>,
): Promise<Report> => {
  const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
  folders.push(folder);
  writeSafetensors(join(folder, 'model.safetensors'), weights);
  if (config !== undefined) writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const store = new ReportStore();
  await inspect(
    { path: folder, settings: v.parse(inspectSettingsSchema, {}), analyses: [request] },
    { signal: new AbortController().signal, onAddition: (addition) => store.add(addition) },
  );
  return store.report()!;
};

describe('products of attention heads', () => {
  it.each(models)('have the singular values that NumPy gives: $name', async ({ tensors, config, heads }) => {
    const { attentionHeads } = await inspected(tensors, { id: 'attention' }, config);
    expect(attentionHeads.length).toBe(2 * heads.length);
    for (const { head, product, singularValues, spectralNorm, nulls, group } of attentionHeads) {
      const wanted = heads[head]![product];
      expect(singularValues.length).toBe(wanted.length);
      singularValues.forEach((value, i) =>
        expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-6 * wanted[0]!),
      );
      expect(spectralNorm).toBeCloseTo(wanted[0]!, 6);
      expect(nulls!.singularValues.length).toBe(wanted.length);
      const shared = heads.length / (config.num_key_value_heads as number);
      expect(group).toBe(shared === 1 ? undefined : Math.floor(head / shared));
    }
  });

  it.each(['[head, d_model, d_head]', '[head, d_head, d_model]'])(
    'are those of stacks of heads as TransformerLens keeps them, without a configuration: %s',
    async (order) => {
      const { tensors, heads } = models[0]!;
      const count = heads.length;
      const stacked: Record<string, Weights[string]> = {};
      for (const [name, { shape, values }] of Object.entries(tensors)) {
        const role = /([qkvo])_proj/.exec(name)?.[1]?.toUpperCase();
        const layer = /layers\.(\d+)/.exec(name)?.[1];
        if (role === undefined || layer === undefined) continue;
        const [rows, columns] = shape as [number, number];
        const [d, size] = role === 'O' ? [rows, columns / count] : [columns, rows / count];
        const at = (head: number, inner: number, outer: number): number =>
          role === 'O'
            ? values[outer * columns + head * size + inner]!
            : values[(head * size + inner) * columns + outer]!;
        // Outputs have the head's axis first in both.
        const isInnerFirst = role === 'O' || order === '[head, d_head, d_model]';
        const [first, second] = isInnerFirst ? [size, d] : [d, size];
        const data: number[] = [];
        for (let head = 0; head < count; head++)
          for (let i = 0; i < first; i++)
            for (let j = 0; j < second; j++) data.push(isInnerFirst ? at(head, i, j) : at(head, j, i));
        stacked[`blocks.${layer}.attn.W_${role}`] = { shape: [count, first, second], values: data };
      }
      const { attentionHeads } = await inspected(stacked, { id: 'attention' });
      expect(attentionHeads.length).toBe(2 * count);
      for (const { head, product, singularValues } of attentionHeads) {
        const wanted = heads[head]![product];
        singularValues.forEach((value, i) =>
          expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-6 * wanted[0]!),
        );
      }
    },
  );

  it('are not guessed: heads come from a configuration or a descriptor', async () => {
    await expect(inspected(models[0]!.tensors, { id: 'attention' })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('num_attention_heads') as string,
    });
  });

  it('say which matrix the stated heads do not fit', async () => {
    const config = { ...models[0]!.config, num_attention_heads: 5, num_key_value_heads: 5 };
    await expect(inspected(models[0]!.tensors, { id: 'attention' }, config)).rejects.toMatchObject({
      message: expect.stringContaining('q_proj.weight has 12 rows, and 5 heads of 3 have 15') as string,
    });
  });
});

describe('a matrix itself', () => {
  const size = { rows: 130, columns: 4 };
  const values = Array.from({ length: size.rows * size.columns }, (_, i) => Math.fround(Math.sin(7 * i)));
  const weights: Weights = { w: { shape: [size.rows, size.columns], values } };

  it('is shown in blocks of whole rows and columns, whose means are those of their entries', async () => {
    const { matrixDetails } = await inspected(weights, { id: 'matrix', settings: { matrix: 'w' } });
    const { blocks, rowNorms, columnNorms } = matrixDetails[0]!;
    expect(blocks).toMatchObject({ rowsPerBlock: 3, columnsPerBlock: 1, rows: 44, columns: 4 });
    // The last block of each column has one row only.
    expect(blocks.mean[43 * 4 + 2]).toBeCloseTo(values[129 * 4 + 2]!, 12);
    expect(blocks.mean[0]).toBeCloseTo((values[0]! + values[4]! + values[8]!) / 3, 12);
    expect(blocks.rms[0]).toBeCloseTo(Math.hypot(values[0]!, values[4]!, values[8]!) / Math.sqrt(3), 12);
    expect(rowNorms[1]).toBeCloseTo(Math.hypot(...values.slice(4, 8)), 12);
    expect(columnNorms[3]).toBeCloseTo(Math.hypot(...values.filter((_, i) => i % 4 === 3)), 10);
  });

  it('has vectors that are one coordinate, or lie in all, by their participation', async () => {
    const one: Weights = {
      w: { shape: [6, 5], values: Array.from({ length: 30 }, (_, i) => (i === 8 ? 2 : 0)) },
      flat: { shape: [6, 5], values: Array.from({ length: 30 }, () => 1) },
    };
    const at = async (matrix: string) =>
      (await inspected(one, { id: 'matrix', settings: { matrix } })).matrixDetails[0]!;
    const [single, flat] = [await at('w'), await at('flat')];
    expect(single.vectors![0]!.leftParticipation).toBeCloseTo(1, 10);
    expect(single.vectors![0]!.rightParticipation).toBeCloseTo(1, 10);
    expect(flat.vectors![0]!.leftParticipation).toBeCloseTo(6, 10);
    expect(flat.vectors![0]!.rightParticipation).toBeCloseTo(5, 10);
    expect(flat.vectorNull).toEqual({ left: 8 / 3, right: 7 / 3 });
  });

  it('is refused by a name that is none', async () => {
    await expect(inspected(weights, { id: 'matrix', settings: { matrix: 'gone' } })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });
});
