import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parityOf } from '../../../extension/engine/training/check/parity.js';

const folder = path.resolve(import.meta.dirname, '../../../media/parity');

describe('the check of a provider', () => {
  it('finds the CPU at PyTorch’s numbers but for rounding', async () => {
    const parity = await parityOf('cpu', folder);
    expect(parity.logits).toBeLessThan(1e-5);
    expect(parity.gradient).toBeLessThan(1e-5);
    expect(parity.losses).toBeLessThan(1e-5);
    expect(parity.weights).toBeLessThan(2e-5);
    // Two machines of float32 are never the same in everything: zeros would say that nothing was compared.
    for (const difference of Object.values(parity)) expect(difference).toBeGreaterThan(0);
  });

  it('says that its numbers are missing where they are', async () => {
    await expect(parityOf('cpu', path.join(folder, 'absent'))).rejects.toMatchObject({ code: 'unreadable' });
  });
});
