import { describe, expect, it } from 'vitest';
import { shortNames } from '../../../webview/charts/shortNames.js';

describe('names beside a chart', () => {
  it('are as they are where they are short', () => {
    expect(shortNames(['layer0.Q', 'tok.weight'])).toEqual(['layer0.Q', 'tok.weight']);
  });

  it('of the layers of a model stay different, each with its layer', () => {
    const blocks = Array.from({ length: 48 }, (_, layer) => `transformer.h.${layer}.attn.c_attn.weight`);
    const short = shortNames(['wte.weight', ...blocks]);
    expect(short[0]).toBe('wte.weight');
    expect(short[1]).toBe('…0.attn.c_attn.weight');
    expect(new Set(short).size).toBe(49);
    const longer = Array.from(
      { length: 24 },
      (_, layer) => `model.decoder.layers.${layer}.mlp.gate_and_up_projection_of_the_experts.weight`,
    );
    expect(new Set(shortNames(longer)).size).toBe(24);
    for (const name of shortNames(longer)) expect(name.length).toBeLessThanOrEqual(24);
  });

  it('keep both their ends where they have nothing in common', () => {
    expect(shortNames(['a_name_that_is_very_long_indeed.weight'])).toEqual(['a_name_that_…deed.weight']);
  });
});
