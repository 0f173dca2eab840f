import { expect, it } from 'vitest';
import { checkGpu } from '../../../extension/cli/gpuCheck.js';

it('keeps the table as far as it is after every cell', async () => {
  const saved: string[] = [];
  const table = await checkGpu({
    ...{ out: '/nowhere', preset: 'tiny', bundle: '/nowhere', environment: {}, say: () => undefined },
    providers: ['webgpu', 'cuda'],
    probed: [
      { name: 'webgpu', works: false, says: 'no adapter' },
      { name: 'cuda', works: false, says: 'no NVIDIA driver' },
    ],
    survey: { onnxruntime: '1.30.0', findings: [], consents: [], links: [] },
    save: (text) => {
      saved.push(text);
      return Promise.resolve();
    },
  });
  expect(saved).toHaveLength(2);
  expect(saved[0]).toContain('no adapter');
  expect(saved[0]).not.toContain('no NVIDIA driver');
  expect(saved[1]).toBe(table);
  expect(table).toMatch(/works\W+no: no adapter\W+no: no NVIDIA driver/);
});
