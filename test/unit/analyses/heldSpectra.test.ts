import * as v from 'valibot';
import { expect, it } from 'vitest';
import { inspectSettingsSchema, type ReportAddition } from '../../../extension/contract/report.js';
import { spectraOf, type SpectraRun } from '../../../extension/engine/analyses/spectra/spectra.js';
import { planWork } from '../../../extension/engine/analyses/workPolicy.js';
import { matricesOf } from '../../../extension/engine/geometry/matrices.js';

/** Reads and results of two stacks of `count` matrices of 2 × 32 768 each, in order. */
const eventsOf = async (count: number): Promise<string[]> => {
  const events: string[] = [];
  const shape = [count, 2, 1 << 15];
  const tensors = ['mlp.experts.up_proj', 'mlp.experts.down_proj'].map((name) => ({ name, shape }));
  const { matrices } = matricesOf(tensors, undefined, count);
  expect(matrices).toHaveLength(2 * count);
  const run = {
    survey: {
      checkpoints: [{ label: 'only', step: 0 }],
      tensorNamed: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    },
    values: {
      of: (_: number, tensor: string) => {
        events.push(`read ${tensor.split('.').at(-1)}`);
        return Promise.resolve(Float64Array.from({ length: count << 16 }, (_, i) => (i % 7) - 3));
      },
    },
    plan: { ...planWork(matrices, 1, 0, true), nullsOf: new Set() },
    settings: v.parse(inspectSettingsSchema, {}),
    signal: new AbortController().signal,
    emit: ({ spectra = [] }: ReportAddition) => events.push(`told ${spectra[0]?.tensor.split('.').at(-1)}`),
  } as unknown as SpectraRun;
  for await (const { text } of spectraOf(run, [0])) expect(text).toContain(`of ${2 * count} matrices`);
  return events;
};

it('reads the next tensor while the one before is used', async () => {
  expect(await eventsOf(18)).toEqual(['read up_proj', 'read down_proj', 'told up_proj', 'told down_proj']);
});

it('never holds two large stacks of small matrices', async () => {
  expect(await eventsOf(129)).toEqual(['read up_proj', 'told up_proj', 'read down_proj', 'told down_proj']);
});
