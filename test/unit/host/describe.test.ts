import { describe, expect, it, vi } from 'vitest';
import type { FileSummary } from '../../../extension/contract/calls.js';
import { count, counted, headline, integer } from '../../../extension/host/describe.js';

vi.mock('vscode', () => ({
  env: { language: 'en' },
  l10n: {
    t: (text: string, ...values: readonly unknown[]) =>
      text.replace(/\{(\d+)\}/g, (_, at: string) => String(values[Number(at)])),
  },
}));

const summary = (more: Partial<FileSummary>): FileSummary => ({
  path: '/w/a.pt',
  format: 'pytorch',
  bytes: 1000,
  parameters: 320,
  tensors: [{ name: 'w', shape: [16, 20], dtype: 'float32' }],
  warnings: [],
  cached: [],
  ...more,
});

describe('numbers for people', () => {
  it('keep every digit of a step, and round what is large to be counted', () => {
    expect(integer(123_456)).toBe('123,456');
    expect(integer(2_000_000)).toBe('2,000,000');
    expect(count(123_456)).toBe('123.5K');
    expect(headline(summary({ step: 123_456, parameters: 289_000_000 }))).toContain(
      'step 123,456 · 289M parameters',
    );
  });

  it('speak of one thing in the singular', () => {
    expect(headline(summary({ parameters: 1 }))).toContain('1 parameter · 1 tensor ·');
    expect([counted.elements(1), counted.checkpoints(1)]).toEqual(['1 element', '1 checkpoint']);
    expect([counted.tensors(0), counted.elements(2)]).toEqual(['0 tensors', '2 elements']);
  });
});
