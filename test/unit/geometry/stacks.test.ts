import { resolve } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { markdownReport } from '../../../extension/contract/markdownReport.js';
import { inspectSettingsSchema, type Report } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { stackSummaries, type StackSummary } from '../../../extension/contract/stackSummaries.js';
import { matricesOf } from '../../../extension/engine/geometry/matrices.js';
import { stackOf } from '../../../extension/engine/geometry/stacks.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { expertCountOf } from '../../../extension/engine/series/modelConfig.js';
import { reportJson } from '../../../extension/text/reportJson.js';
import { reportTable } from '../../../extension/text/reportTable.js';
import { shortNumber } from '../../../extension/text/textTable.js';
import { statisticsTable } from '../../../webview/pages/overview/statisticsTable.js';

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

/** The report of four experts in one tensor, whose spectral norms NumPy has computed. */
const expertsReport = async (): Promise<Report> => {
  const store = new ReportStore();
  const path = resolve(import.meta.dirname, '../../fixtures/cases/moe_stacked_experts/model.safetensors');
  await inspect(
    { path, settings: v.parse(inspectSettingsSchema, { shuffleDraws: 3 }) },
    { signal: new AbortController().signal, onAddition: (addition) => store.add(addition) },
  );
  return store.report()!;
};

/** The mean of the middle two of four. */
const middle = (values: readonly number[]): number => {
  const [, low, high] = [...values].sort((a, b) => a - b);
  return (low! + high!) / 2;
};

describe('the medians over a stack of four experts', async () => {
  const report = await expertsReport();
  const experts = report.spectra.filter(({ part }) => /^\[\d\]$/.test(part ?? ''));
  const [norm, rank, nullRank] = [
    middle(experts.map(({ spectralNorm }) => spectralNorm)),
    middle(experts.map(({ effectiveRank }) => effectiveRank!)),
    middle(experts.map(({ nulls }) => nulls.effectiveRank!.mean)),
  ];

  it('stand in the JSON', () => {
    expect(experts).toHaveLength(4);
    const { stacks } = JSON.parse(reportJson(report)) as { readonly stacks: readonly StackSummary[] };
    expect(stacks).toHaveLength(1);
    expect(stacks[0]).toMatchObject({ tensor: experts[0]!.tensor, of: 'weights', count: 4, measured: 4 });
    expect(stacks[0]!.spectralNorm).toBe(norm);
    expect(stacks[0]!.effectiveRank).toBe(rank);
    expect(stacks[0]!.nulls.effectiveRank?.mean).toBe(nullRank);
  });

  it('end the stack in the table of the terminal', () => {
    const lines = reportTable(report).split('\n');
    const row = lines.filter((line) => line.includes('[0 … 3], median'));
    expect(row).toHaveLength(1);
    expect(row[0]).toContain(` ${shortNumber(norm)} `);
    expect(lines[lines.indexOf(row[0]!) - 1]).toContain('[3]');
  });

  it('are rows of the CSV file and of the Markdown', () => {
    const { headings, rows } = statisticsTable(report);
    const row = rows.find(([name]) => String(name).endsWith('[0 … 3], median'))!;
    expect(row[headings.indexOf('spectralNorm')]).toBe(norm);
    expect(row[headings.indexOf('effectiveRank shuffled')]).toBe(nullRank);
    expect(markdownReport(report)).toMatch(/\[0 … 3\\?\], median/);
  });

  it('are over those that have a spectrum', () => {
    const [first, second] = experts;
    const [summary] = stackSummaries({ tensors: report.tensors, spectra: [first!, second!] });
    expect(summary).toMatchObject({ count: 4, measured: 2 });
    expect(summary!.spectralNorm).toBe((first!.spectralNorm + second!.spectralNorm) / 2);
  });

  it('lack what one matrix lacks', () => {
    const { effectiveRank, ...without } = experts[0]!;
    const [summary] = stackSummaries({ ...report, spectra: [without, ...experts.slice(1)] });
    expect(effectiveRank).toBeGreaterThan(1);
    expect(summary).not.toHaveProperty('effectiveRank');
    expect(summary!.spectralNorm).toBe(norm);
  });
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
