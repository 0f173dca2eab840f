import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { readInPieces } from './expectedFigures.js';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/torchkinds/${name}`, import.meta.url));
const kinds = await openCheckpoint(fixture('kinds.pt'));
const dense = await openCheckpoint(fixture('expected.safetensors'));

describe('tensors of every kind that torch.save writes are what PyTorch makes of them', () => {
  it.each(dense.tensors.map(({ name, shape, elements }) => [name, shape, elements] as const))(
    '%s',
    async (name, shape, elements) => {
      const tensor = kinds.tensors.find((each) => each.name === name);
      const isComplex = tensor?.complex === true;
      expect(tensor).toMatchObject({
        shape: isComplex ? shape.slice(0, -1) : shape,
        readable: true,
        elements,
      });
      const wanted = await dense.read(name, 0, elements);
      // Conjugation and a sign for the whole matrix change no singular value: complex parts may be as they are stored.
      const values = isComplex ? Math.abs : (value: number): number => value;
      const own = await kinds.read(name, 0, elements);
      expect(own.map(values)).toEqual(wanted.map(values));
      expect(await readInPieces(kinds, name, elements, 7)).toEqual(own);
    },
  );

  it('none of them is a reason for a security warning', () => {
    const codes = kinds.warnings.map(({ code }) => code);
    expect(codes).not.toContain('unsafe-pickle-call');
    expect(codes).not.toContain('unknown-pickle-names');
  });

  it('says that a sparse matrix was filled up, and measures it on request', () => {
    const csr = kinds.tensors.find(({ name }) => name === 'csr');
    expect(csr?.unmeasured).toMatchObject({ onRequest: true, isUsed: false });
    expect(csr?.computed).toMatch(/^filled up from CSR, \d+ of 96 stored$/);
  });
});
