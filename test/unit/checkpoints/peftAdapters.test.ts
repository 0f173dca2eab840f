import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { inspectSettingsSchema } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';

const folder = resolve(import.meta.dirname, '../../fixtures/adapters');
const kinds = ['plain', 'rank-stabilised'] as const;
type Values = Readonly<Record<string, readonly number[]>>;
const reference = JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')) as Readonly<
  Record<(typeof kinds)[number], Values>
>;

/** Saved by PEFT itself: `save_pretrained` of models with other ranks and α at one module. */
describe('adapters that PEFT has written', () => {
  it.each(kinds)('of kind %s have the singular values of PEFT’s own change of the weights', async (kind) => {
    const store = new ReportStore();
    await inspect(
      { path: join(folder, kind), settings: v.parse(inspectSettingsSchema, { shuffleDraws: 0 }) },
      { signal: new AbortController().signal, onAddition: (addition) => store.add(addition) },
    );
    const report = store.report()!;
    expect(report.warnings).toEqual([]);
    const modules = Object.keys(reference[kind]);
    expect(report.spectra.map(({ tensor }) => tensor.split(' ')[0]!).sort()).toEqual(modules.sort());
    for (const { tensor, singularValues } of report.spectra) {
      const expected = reference[kind][tensor.split(' ')[0]!]!;
      // PEFT multiplies in float32, this product in float64.
      expected.forEach((value, i) => expect(Math.abs(singularValues[i]! - value)).toBeLessThan(2e-6));
    }
  });
});
