import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { afterEach, describe, expect, it } from 'vitest';
import { inspectSettingsSchema, type Report } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { linearCka } from '../../../extension/engine/geometry/comparison/cka.js';
import { matchNames } from '../../../extension/engine/geometry/comparison/matchNames.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { writeSafetensors, type Weights } from '../inspection/seriesFixture.js';

interface Pair {
  readonly rows: number;
  readonly columns: number;
  readonly a: number[];
  readonly b: number[];
  readonly relativeDistance: number;
  readonly cosine: number;
  readonly shuffled: { readonly rootMeanSquareDistance: number; readonly cosine: number };
  readonly difference: number[];
  readonly left: number[];
  readonly right: number[];
  readonly cka: number;
  readonly similarities: number[];
}
/** What NumPy computed: its SVD, and for the nulls 20,000 orders of the entries. */
const pairs = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/comparison/pairs.json'), 'utf8'),
) as Pair[];

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const compared = async (own: Weights, base: Weights): Promise<Report> => {
  const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
  folders.push(folder);
  for (const [name, weights] of Object.entries({ tuned: own, base })) {
    mkdirSync(join(folder, name));
    writeSafetensors(join(folder, name, 'model.safetensors'), weights);
  }
  return inspected(join(folder, 'tuned'), join(folder, 'base'));
};

const inspected = async (path: string, base: string): Promise<Report> => {
  const store = new ReportStore();
  await inspect(
    {
      path,
      settings: v.parse(inspectSettingsSchema, {}),
      analyses: [{ id: 'compare', settings: { base } }],
    },
    { signal: new AbortController().signal, onAddition: (addition) => store.add(addition) },
  );
  return store.report()!;
};

const sentences = (report: Report): string => report.comparisonSummaries[0]!.sentences.join(' ');

const random = seededRandom(6);
const noise = (...shape: number[]) => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(random.normal())),
});
const model = (layers: number, vocabulary = 12, prefix = ''): Weights =>
  Object.fromEntries([
    [`${prefix}embed_tokens.weight`, noise(vocabulary, 6)],
    ...Array.from({ length: layers }, (_, layer) =>
      ['q_proj', 'k_proj'].map((name) => [`${prefix}layers.${layer}.self_attn.${name}.weight`, noise(6, 6)]),
    ).flat(),
    [`${prefix}norm.weight`, noise(6)],
  ]) as Weights;

describe('two checkpoints', () => {
  it('have the distances, angles, CKA and spectra that NumPy gives', async () => {
    for (const pair of pairs) {
      const shape = [pair.rows, pair.columns];
      const name = 'layers.0.self_attn.q_proj.weight';
      const report = await compared(
        { [name]: { shape, values: pair.a } },
        { [name]: { shape, values: pair.b } },
      );
      const entry = report.comparisons.find(({ tensor }) => tensor === name)!;
      expect(entry.relativeDistance!.value).toBeCloseTo(pair.relativeDistance, 10);
      expect(entry.cosine!.value).toBeCloseTo(pair.cosine, 10);
      // Means of random orders.
      expect(entry.relativeDistance!.null).toBeCloseTo(pair.shuffled.rootMeanSquareDistance, 2);
      expect(entry.cosine!.null).toBeCloseTo(pair.shuffled.cosine, 2);
      expect(entry.cka!.value).toBeCloseTo(pair.cka, 10);
      const near = (found: readonly number[], wanted: readonly number[], digits: number): void => {
        expect(found.length).toBe(wanted.length);
        found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, digits));
      };
      near(entry.difference!.singularValues, pair.difference, 6);
      near(entry.angles!.left, pair.left, 6);
      near(entry.angles!.right, pair.right, 6);
      near(entry.intruders!.similarities, pair.similarities, 8);
      expect(entry.intruders!.count).toBe(pair.similarities.filter((value) => value < 0.5).length);
    }
  });

  it('that are equal are reported as equal, without a spectrum of the difference', async () => {
    const weights = model(2);
    const report = await compared(weights, weights);
    expect(sentences(report)).toBe('All 6 tensors are equal to those of base.');
    expect(report.comparisonSummaries[0]).toMatchObject({
      ...{ equal: 6, changed: 0 },
      relativeDistance: { value: 0 },
    });
    expect(report.comparisons.filter(({ difference }) => difference !== undefined)).toEqual([]);
  });

  it('with swapped names are reported as such', async () => {
    const base = model(2);
    const [q, k] = ['q_proj', 'k_proj'].map((name) => `layers.1.self_attn.${name}.weight`) as [
      string,
      string,
    ];
    const report = await compared({ ...base, [q]: base[k]!, [k]: base[q]! }, base);
    expect(sentences(report)).toContain(`${q} holds the values of base's ${k}`);
    expect(sentences(report)).toContain(`${k} holds the values of base's ${q}`);
  });

  it('with the same file name in two folders are distinguished by folder', async () => {
    const place = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
    folders.push(place);
    const files = ['release5', 'release6'].map((release) => join(place, release, 'model.safetensors'));
    for (const file of files) {
      mkdirSync(dirname(file));
      writeSafetensors(file, { 'w.weight': noise(4, 3) });
    }
    const { base } = (await inspected(files[1]!, files[0]!)).comparisonSummaries[0]!;
    expect(base.name).toBe('release5/model.safetensors');
  });

  it('with different vocabularies, layers and prefixes are reported as such, and the rest is compared', async () => {
    const base = model(3, 12);
    const own = Object.fromEntries(
      Object.entries({ ...base, 'embed_tokens.weight': noise(14, 6) })
        .filter(([name]) => !name.startsWith('layers.2.'))
        .map(([name, weights]) => [`model.${name}`, weights]),
    );
    const report = await compared(own, base);
    expect(sentences(report)).toContain(
      'The vocabularies differ: model.embed_tokens.weight is 14 × 6, in base 12 × 6; they are not compared.',
    );
    expect(sentences(report)).toContain('Layer 2 of base is missing.');
    expect(sentences(report)).toContain('Names were matched without "model." at their beginning.');
    expect(report.comparisons.filter(({ state }) => state === 'equal').length).toBe(5);
  });

  it('refuse a missing base with the error of inspecting it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
    folders.push(folder);
    writeSafetensors(join(folder, 'model.safetensors'), model(1));
    await expect(inspected(folder, join(folder, 'gone'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('of an adapter: the base with its update is compared with the base', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-test-'));
    folders.push(folder);
    const base = model(2);
    const adapter: Weights = {
      'base_model.model.layers.0.self_attn.q_proj.lora_A.weight': noise(2, 6),
      'base_model.model.layers.0.self_attn.q_proj.lora_B.weight': noise(6, 2),
    };
    for (const [name, weights] of Object.entries({ base, adapter })) {
      mkdirSync(join(folder, name));
      const file = name === 'base' ? 'model.safetensors' : 'adapter_model.safetensors';
      writeSafetensors(join(folder, name, file), weights);
    }
    writeFileSync(join(folder, 'adapter', 'adapter_config.json'), JSON.stringify({ r: 2, lora_alpha: 4 }));
    const report = await inspected(join(folder, 'adapter'), join(folder, 'base'));
    const entry = report.comparisons.find(({ difference }) => difference !== undefined)!;
    expect(entry.baseTensor).toBe('layers.0.self_attn.q_proj.weight');
    // Of an update of rank 2 the third singular value is rounding.
    expect(entry.difference!.singularValues[2]! / entry.difference!.singularValues[0]!).toBeLessThan(1e-12);
    expect(sentences(report)).toContain('The adapter leaves 5 tensors of base as they are.');
  });
});

describe('CKA of rows', () => {
  const matrix = (rows: number, columns: number) => ({
    rows,
    columns,
    data: Float64Array.from({ length: rows * columns }, () => random.normal()),
  });

  it('is 1 for a scaled matrix, and its null is not, by either way of computing', async () => {
    for (const [rows, columns] of [
      [40, 6],
      [6, 40],
    ] as const) {
      const x = matrix(rows, columns);
      const y = { ...x, data: x.data.map((value) => 3 * value) };
      const found = (await linearCka(x, y, 5, 1))!;
      expect(found.value).toBeCloseTo(1, 12);
      expect(found.null).toBeLessThan(0.9);
    }
  });

  it('is undefined for equal rows', async () => {
    const x = { rows: 4, columns: 3, data: new Float64Array(12).fill(2) };
    expect(await linearCka(x, matrix(4, 3), 1, 1)).toBeUndefined();
  });
});

describe('names of two models', () => {
  const tensors = (...names: string[]) => names.map((name) => ({ name, shape: [2, 2] }));
  const named = (own: string[], base: string[]) =>
    matchNames(tensors(...own), tensors(...base)).pairs.map((pair) => `${pair.own.name} ${pair.base.name}`);

  it('are never matched across layers', () => {
    expect(named(['a.layers.31.q.weight'], ['layers.0.q.weight'])).toEqual([]);
    expect(named(['a.layers.31.q.weight'], ['layers.31.q.weight'])).toEqual([
      'a.layers.31.q.weight layers.31.q.weight',
    ]);
  });

  it('are not matched where there are two candidates', () => {
    expect(named(['norm.weight'], ['encoder.norm.weight', 'decoder.norm.weight'])).toEqual([]);
  });

  it('prefer the same name', () => {
    expect(named(['norm.weight', 'model.norm.weight'], ['model.norm.weight'])).toEqual([
      'model.norm.weight model.norm.weight',
    ]);
  });
});
