import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TensorInfo } from '../../../extension/engine/checkpoints/tensors/checkpoint.js';
import { readDescriptor, readDescriptorFile } from '../../../extension/engine/series/descriptorFile.js';
import { proposeDescriptor } from '../../../extension/engine/series/proposeDescriptor.js';
import { openPyTorch } from '../../../extension/engine/checkpoints/pytorch/pytorch.js';
import {
  checkSameModel,
  shapeChangeWarnings,
  tensorSetWarnings,
} from '../../../extension/engine/checkpoints/discovery/seriesChecks.js';
import { missingSteps } from '../../../extension/engine/checkpoints/discovery/stepsMissing.js';
import { matchesTensorGlob, tensorChoice } from '../../../extension/engine/checkpoints/tensors/tensorGlob.js';
import { longSeries, longSeriesIsHere } from '../references.js';

const tensor = (name: string, ...shape: readonly number[]): TensorInfo => ({
  name,
  shape,
  dtype: 'float32',
  elements: shape.reduce((product, size) => product * size, 1),
  readable: true,
});
const header = (step: number, ...tensors: readonly TensorInfo[]) => ({
  label: `step_${step}`,
  step,
  tensors,
});

describe('checks over a series', () => {
  it('a changed shape names tensor and steps', () => {
    const series = [
      header(0, tensor('w', 2, 3)),
      header(5, tensor('w', 2, 3)),
      header(10, tensor('w', 3, 2)),
    ];
    expect(shapeChangeWarnings(series)).toEqual([
      {
        code: 'shape-changed',
        tensor: 'w',
        step: 10,
        message: 'Tensor "w" changes its shape from [2, 3] at step 5 to [3, 2] at step 10.',
      },
    ]);
  });

  it('tensors that come and go are named', () => {
    const [warning] = tensorSetWarnings([
      header(0, tensor('a', 1), tensor('b', 1)),
      header(1, tensor('b', 1), tensor('c', 1)),
    ]);
    expect(warning?.message).toBe('Checkpoint "step_1" lacks "a" and adds "c", compared with "step_0".');
  });

  it('different models are refused, a grown one is not', () => {
    const a = header(0, tensor('w', 2, 3));
    expect(() => checkSameModel([a, header(1, tensor('w', 2, 4)), header(2, tensor('w', 2, 4))])).toThrow(
      /"step_0" and "step_1" are of different models/,
    );
    expect(() => checkSameModel([a, header(1, tensor('w', 2, 3), tensor('x', 1))])).not.toThrow();
  });

  it('every hole of an even series is found, wherever it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 60 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.nat(),
        (length, spacing, seed) => {
          const all = Array.from({ length }, (_, i) => i * spacing);
          const hole = 1 + (seed % (length - 2));
          expect(missingSteps(all)).toEqual([]);
          expect(missingSteps(all.filter((_, i) => i !== hole))).toEqual([hole * spacing]);
        },
      ),
    );
  });
});

describe('choosing tensors', () => {
  it.each([
    ['*', 'weight', true],
    ['*', 'a.weight', true],
    ['a*', 'a.weight', false],
    ['**', 'a.b.weight', true],
    ['*.weight', 'a.weight', true],
    ['**.weight', 'a.b.weight', true],
    ['enc.layers.?.norm1.*', 'enc.layers.0.norm1.bias', true],
    ['enc.layers.?.norm1.*', 'enc.layers.10.norm1.bias', false],
    ['enc.layers.{0,12}.**', 'enc.layers.12.linear1.weight', true],
    ['**,!**.bias', 'a.bias', false],
    ['**,!**.bias', 'a.weight', true],
    ['!**.bias', 'a.weight', true],
    ['**,!**.bias,head.bias', 'head.bias', true],
    ['w[0]', 'w[0]', true],
    ['a.b', 'axb', false],
  ])('%s on %s: %s', (glob, name, taken) => {
    expect(matchesTensorGlob(glob, name)).toBe(taken);
  });

  it('every name matches itself, and no pattern takes long', () => {
    const plain = fc.string({ minLength: 1, maxLength: 40 }).filter((name) => !/[*?{}!,\s]/.test(name));
    fc.assert(fc.property(plain, (name) => matchesTensorGlob(name, name)));
    expect(matchesTensorGlob('**a'.repeat(300), 'a'.repeat(2000))).toBe(true);
    expect(matchesTensorGlob('*a'.repeat(300) + 'b', 'a'.repeat(2000))).toBe(false);
  });

  it('an empty or excessive pattern is refused', () => {
    expect(() => tensorChoice(' , ')).toThrow(/empty/);
    expect(() => tensorChoice('{a,b}'.repeat(12))).toThrow(/too many alternatives/);
  });
});

describe('descriptors beside checkpoints', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'descriptor-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const model = {
    ...{ kind: 'encoder', prime: 97, d: 128, layers: 2, heads: 4, dFf: 256, readout: 'first' },
    ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
  };
  const split = { method: 'python-random-shuffle', seed: 42, trainFraction: 0.5, firstToken: 0 };
  const descriptor = { model, data: { tasks: ['add'], split } };

  it('weight-geometry.json goes before run.json, and a run holds its own', async () => {
    expect(await readDescriptor(folder)).toBeUndefined();
    await writeFile(join(folder, 'run-info.json'), JSON.stringify({ op: 'add', p: 97 }));
    expect(await readDescriptor(folder)).toBeUndefined();
    await writeFile(join(folder, 'run.json'), JSON.stringify({ ...descriptor, provider: {} }));
    expect(await readDescriptor(folder)).toMatchObject({ origin: 'run', descriptor });
    await writeFile(join(folder, 'weight-geometry.json'), JSON.stringify(descriptor));
    expect(await readDescriptor(folder)).toEqual({
      origin: 'file',
      descriptor,
      path: join(folder, 'weight-geometry.json'),
    });
    await mkdir(join(folder, 'checkpoints'));
    expect((await readDescriptor(join(folder, 'checkpoints')))?.origin).toBe('file');
  });

  it.each([
    [{ ...descriptor, model: { ...model, d: -1 } }, /weight-geometry\.json: .*model\.d/],
    [{ ...descriptor, model: { ...model, kind: 'lstm' } }, /model\.kind/],
    [{ ...descriptor, data: { tasks: [], split } }, /data\.tasks/],
    [{ ...descriptor, model: { ...model, heads: 3 } }, /d must be a multiple of heads/],
  ])('a faulty field is named', async (value, message) => {
    await writeFile(join(folder, 'weight-geometry.json'), JSON.stringify(value));
    await expect(readDescriptor(folder)).rejects.toMatchObject({
      code: 'invalid-descriptor',
      message: expect.stringMatching(message) as string,
    });
  });

  it('what is not JSON, and what is not there, say so', async () => {
    const path = join(folder, 'weight-geometry.json');
    await expect(readDescriptorFile(path)).rejects.toMatchObject({ code: 'not-found' });
    await writeFile(path, '{');
    await expect(readDescriptorFile(path)).rejects.toMatchObject({ code: 'invalid-descriptor' });
  });
});

describe('recognising models by their parameters', () => {
  const scaleInvariant = [
    ...[tensor('tok.weight', 12, 16), tensor('pos', 3, 16), tensor('heads.add.weight', 11, 16)],
    ...[0, 1].flatMap((i) => [
      ...['wq', 'wk', 'wv', 'wo'].map((name) => tensor(`blocks.${i}.${name}.weight`, 16, 16)),
      ...['w1', 'w3'].map((name) => tensor(`blocks.${i}.${name}.weight`, 64, 16)),
    ]),
  ];

  it('the scale-invariant model, whose "=" is one token more than the prime', () => {
    const proposal = proposeDescriptor(scaleInvariant);
    expect(proposal).toMatchObject({
      kind: 'scale-invariant',
      prime: 11,
      d: 16,
      layers: 2,
      dFf: 64,
      tasks: ['add'],
    });
    expect(proposal!.unknown).toContain('heads');
  });

  it('nothing is proposed for a model that only resembles one', () => {
    expect(proposeDescriptor(scaleInvariant.filter(({ name }) => name !== 'pos'))).toBeUndefined();
    expect(proposeDescriptor([...scaleInvariant, tensor('heads.mul.weight', 12, 16)])).toBeUndefined();
    expect(proposeDescriptor([tensor('w', 3, 3)])).toBeUndefined();
  });

  it.runIf(longSeriesIsHere)('the encoder of the series of 36 checkpoints', async () => {
    const checkpoint = await openPyTorch(join(longSeries, 'step_003500.pt'));
    const proposal = proposeDescriptor(checkpoint.tensors);
    await checkpoint.close();
    expect(proposal).toMatchObject({ kind: 'encoder', prime: 97, d: 128, layers: 2, dFf: 256 });
    expect(proposal!.sentence).toMatch(/heads and the read-out position cannot be read off weights/);
    expect(await readDescriptor(longSeries)).toMatchObject({
      descriptor: { model: { heads: 4, readout: 'first' } },
    });
  });
});
