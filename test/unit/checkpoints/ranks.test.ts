import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { inspectSettingsSchema, type Report } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';

const folder = resolve(import.meta.dirname, '../../fixtures/ranks');
type Values = Readonly<Record<string, readonly number[]>>;
const reference = JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')) as Readonly<
  Record<'model' | 'pipeline' | 'neox' | 'dtensor', Values>
>;

const inspected = async (place: string): Promise<Report> => {
  const store = new ReportStore();
  await inspect(
    { path: join(folder, place), settings: v.parse(inspectSettingsSchema, { shuffleDraws: 0 }) },
    { signal: new AbortController().signal, onAddition: (addition) => store.add(addition) },
  );
  return store.report()!;
};

const expectValues = ({ spectra }: Report, expected: Values): void => {
  expect(spectra.map(({ tensor }) => tensor).sort()).toEqual(Object.keys(expected).sort());
  for (const { tensor, singularValues } of spectra) {
    const wanted = expected[tensor]!;
    expect(singularValues).toHaveLength(wanted.length);
    wanted.forEach((value, i) => expect(Math.abs(singularValues[i]! - value), tensor).toBeLessThan(1e-12));
  }
};

const told = ({ warnings }: Report): string[] => warnings.map(({ code }) => code);

describe('DTensors of four ranks that PyTorch has written', () => {
  // One place for all: cuts of 7 rows leave an uneven rest, cuts of 3 rows an empty rank.
  it.each(['rows', 'columns', 'copies', 'hybrid', 'grid', 'twice', 'plain'])(
    'placed as %s give the whole tensors, without a warning',
    async (kind) => {
      const report = await inspected(`dtensor/${kind}`);
      expectValues(report, reference.dtensor);
      expect(told(report)).toEqual([]);
    },
  );

  it('give the first rank’s part if a rank is missing, with a warning', async () => {
    const report = await inspected('dtensor/partial');
    expect(told(report)).toEqual(['local-shard']);
    expect(report.spectra.map(({ tensor, rows }) => [tensor, rows])).toEqual([
      ['a.weight', 2],
      ['b.weight', 2],
    ]);
  });
});

describe('tensor-parallel ranks', () => {
  // qkv, fc1 and embeddings by rows, proj and fc2 by columns; equal ones once; what no rule knows in parts.
  it.each([
    ['megatron', 'model'],
    ['megatron/iter_0000100', 'model'],
    ['deepspeed', 'model'],
    ['pipeline', 'pipeline'],
  ] as const)('of %s give the whole model; parts without a rule are shown by rank', async (place, key) => {
    const report = await inspected(place);
    expectValues(report, reference[key]);
    expect(report.checkpoints.map(({ step }) => step)).toEqual([100]);
    const parts = report.warnings.filter(({ code }) => code === 'local-shard');
    expect(parts).toHaveLength(key === 'pipeline' ? 2 : 1);
    for (const { message } of parts) {
      expect(message).toContain('odd_proj.weight');
      expect(message).not.toMatch(/gate_proj|router|more/);
    }
  });

  it.each([
    'megatron/iter_0000100/mp_rank_00',
    'megatron/iter_0000100/mp_rank_01/model_optim_rng.pt',
    'deepspeed/global_step100/mp_rank_01_model_states.pt',
  ])('opened alone, %s, are reported as a part, with the place of the whole', async (place) => {
    const report = await inspected(place);
    // Where the path states the step, it is a run of one checkpoint besides.
    expect(told(report).filter((code) => code !== 'one-checkpoint')).toEqual(['local-shard']);
    const [, whole] = /open (.*) for the whole model/.exec(report.warnings[0]!.message)!;
    expect(whole).toBe(join(folder, ...place.split('/').slice(0, 2)));
    const projection = report.spectra.find(({ tensor }) => tensor.includes('linear_qkv'));
    expect(projection?.rows).toBe(9);
  });

  it('of GPT-NeoX, a file for each layer and rank, are the whole model; only the order of queries, keys and values is open', async () => {
    const report = await inspected('neox');
    expectValues(report, reference.neox);
    expect(told(report)).toEqual(['one-checkpoint', 'fused-layout-unknown']);
    const bias = report.tensors.find(({ name }) => name.endsWith('query_key_value.bias'));
    expect(bias?.shape).toEqual([18]);
  });
});
