import { resolve } from 'node:path';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { inspectSettingsSchema } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { matricesOf } from '../../../extension/engine/geometry/matrices.js';
import { stackOf } from '../../../extension/engine/geometry/stacks.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { expertCountOf } from '../../../extension/engine/series/modelConfig.js';
import { reportTable } from '../../../extension/text/reportTable.js';
import { shortNumber } from '../../../extension/text/textTable.js';

it.each([
  ['model.layers.0.mlp.experts.gate_up_proj', [4, 24, 32], 'experts'],
  ['blk.0.ffn_up_exps.weight', [8, 16, 32], 'experts'],
  ['model.layers.0.mlp.switch_mlp.up_proj.weight', [4, 24, 32], 'experts'],
  ['blocks.0.attn.W_Q', [4, 32, 8], 'heads'],
  ['model.layers.0.mlp.experts.3.up_proj.weight', [24, 32], undefined],
  ['experts.3.conv.weight', [16, 8, 3], undefined],
  ['features.0.weight', [16, 3, 3, 3], undefined],
  ['encoder.conv1.weight', [16, 8, 3], undefined],
  ['blocks.0.attn.b_Q', [4, 8], undefined],
])('%s %j is a stack of %s', (name, shape, of) => {
  expect(stackOf(name, shape)?.of).toBe(of);
});

it.each([
  ['layers.0.feed_forward.bank', [4, 6, 5], { of: 'experts', by: 'config' }],
  ['layers.0.mlp.experts.gate_up_proj', [4, 6, 5], { of: 'experts', by: 'name' }],
  ['layers.0.feed_forward.bank', [3, 6, 5], undefined],
  ['layers.0.feed_forward.conv.weight', [4, 3, 3], undefined],
  ['layers.0.attention.bank', [4, 6, 5], undefined],
])('of a model with four experts a layer %s %j is %j', (name, shape, stack) => {
  expect(stackOf(name, shape, 4)).toEqual(stack);
});

it('experts are counted by the first config that says how many there are', () => {
  expect(expertCountOf([7, { num_experts: 1 }, { model_type: 'x' }, { n_routed_experts: 64 }])).toBe(64);
  expect(expertCountOf([{ num_local_experts: '8' }])).toBeUndefined();
});

it('the table of a report ends a stack with the median over its matrices', async () => {
  const store = new ReportStore();
  const path = resolve(import.meta.dirname, '../../fixtures/cases/moe_stacked_experts/model.safetensors');
  await inspect(
    { path, settings: v.parse(inspectSettingsSchema, { shuffleDraws: 0 }) },
    { signal: new AbortController().signal, onAddition: (addition) => store.add(addition) },
  );
  const report = store.report()!;
  const norms = report.spectra
    .filter(({ part }) => /^\[\d\]$/.test(part ?? ''))
    .map(({ spectralNorm }) => spectralNorm)
    .sort((a, b) => a - b);
  expect(norms).toHaveLength(4);
  const lines = reportTable(report).split('\n');
  const row = lines.filter((line) => line.includes('[0 … 3], median'));
  expect(row).toHaveLength(1);
  expect(row[0]).toContain(` ${shortNumber((norms[1]! + norms[2]!) / 2)} `);
  expect(lines[lines.indexOf(row[0]!) - 1]).toContain('[3]');
});

it('a stack is its matrices, a convolution is outputs × the rest', () => {
  const { matrices } = matricesOf([
    { name: 'mlp.experts.down_proj', shape: [3, 4, 5] },
    { name: 'features.0.weight', shape: [16, 3, 3, 3] },
  ]);
  expect(matrices.map(({ part, rows, columns }) => [part, rows, columns])).toEqual([
    ['[0]', 4, 5],
    ['[1]', 4, 5],
    ['[2]', 4, 5],
    [undefined, 16, 27],
  ]);
});
