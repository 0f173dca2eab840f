import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../extension/engine/checkpoints/tensors/checkpoint.js';
import { openPyTorch } from '../../../extension/engine/checkpoints/pytorch/pytorch.js';
import { longSeries, longSeriesIsHere } from '../references.js';

const fixtures = fileURLToPath(new URL('../../fixtures/formats/', import.meta.url));

interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sum: number;
  readonly sumsq: number;
}
type ExpectedTensors = Readonly<Record<string, Expected>>;
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<
  string,
  ExpectedTensors
> & {
  readonly 'lightning.ckpt': { readonly tensors_at_least: ExpectedTensors };
  readonly 'hostile-reduce.pt': { readonly tensors_at_least: ExpectedTensors };
};

/** Sum and sum of squares, read in pieces of an awkward size. */
const sums = async (
  checkpoint: Checkpoint,
  name: string,
  elements: number,
): Promise<{ sum: number; sumsq: number }> => {
  let sum = 0;
  let sumsq = 0;
  for (let start = 0; start < elements; start += 7) {
    for (const x of await checkpoint.read(name, start, Math.min(7, elements - start))) {
      sum += x;
      sumsq += x * x;
    }
  }
  return { sum, sumsq };
};

const withCheckpoint = async (
  path: string,
  use: (checkpoint: Checkpoint) => Promise<void>,
): Promise<void> => {
  const checkpoint = await openPyTorch(path);
  try {
    await use(checkpoint);
  } finally {
    await checkpoint.close();
  }
};

const expectTensors = (file: string, tensors: ExpectedTensors, format: string): Promise<void> =>
  withCheckpoint(join(fixtures, file), async (checkpoint) => {
    expect(checkpoint.format).toBe(format);
    for (const [name, figures] of Object.entries(tensors)) {
      const tensor = checkpoint.tensors.find((candidate) => candidate.name === name);
      expect(tensor, name).toMatchObject({ dtype: figures.dtype, shape: figures.shape, readable: true });
      const { sum, sumsq } = await sums(checkpoint, name, tensor!.elements);
      expect(sum, name).toBeCloseTo(figures.sum, 9);
      expect(sumsq, name).toBeCloseTo(figures.sumsq, 9);
    }
  });

describe('files that PyTorch wrote', () => {
  it.each([
    ['state_dict.pt', 'pytorch-zip'],
    ['legacy.pth', 'pytorch-legacy'],
    ['views.bin', 'pytorch-zip'],
  ])('%s has the figures PyTorch gave', async (file, format) => {
    await expectTensors(file, expected[file]!, format);
    await withCheckpoint(join(fixtures, file), async ({ tensors }) => {
      expect(tensors.map(({ name }) => name)).toEqual(Object.keys(expected[file]!));
    });
  });

  it("a Lightning checkpoint is its state_dict, at the trainer's step", async () => {
    await expectTensors('lightning.ckpt', expected['lightning.ckpt'].tensors_at_least, 'pytorch-zip');
    await withCheckpoint(join(fixtures, 'lightning.ckpt'), async ({ step, tensors, warnings }) => {
      expect(step).toBe(77);
      expect(tensors.map(({ name }) => name)).toEqual(['net.0.weight', 'net.0.bias']);
      expect(warnings).toEqual([]);
    });
  });

  it('views of one storage are said to share their values', () =>
    withCheckpoint(join(fixtures, 'views.bin'), async ({ warnings }) => {
      expect(warnings.map(({ code }) => code)).toEqual(['shared-storage']);
      expect(warnings[0]!.message).toContain('"whole", "transposed", "strided", "row"');
    }));
});

describe('hostile and broken files', () => {
  it('reads the tensors beside a call of os.system and names the call', async () => {
    await expectTensors('hostile-reduce.pt', expected['hostile-reduce.pt'].tensors_at_least, 'pytorch-zip');
    await withCheckpoint(join(fixtures, 'hostile-reduce.pt'), async ({ warnings }) => {
      expect(warnings.map(({ code }) => code)).toEqual(['unsafe-pickle-call']);
      expect(warnings[0]!.message).toContain(
        'os.system (posix.system) with "touch weights-pickle-was-executed"',
      );
    });
  });

  it.each([
    ['hostile-raw.bin', 'unsafe-file', /hostile-raw\.bin: .*os\.system \(posix\.system\)/],
    ['broken/no-pickle.pt', 'malformed-file', /no-pickle\.pt: there is no data\.pkl/],
    ['broken/cut.pt', 'malformed-file', /cut\.pt: its zip directory is missing: the file is cut short/],
  ])('refuses %s in one line', async (file, code, message) => {
    const thrown: unknown = await openPyTorch(join(fixtures, file)).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect((thrown as Error).message).not.toContain('\n');
  });

  it('never made the marker that the hostile files would make', () => {
    for (const folder of ['.', fixtures, fileURLToPath(new URL('.', import.meta.url))]) {
      expect(existsSync(join(folder, 'weights-pickle-was-executed'))).toBe(false);
    }
  });
});

describe.runIf(longSeriesIsHere)('the series of 36 checkpoints', () => {
  it('opens every checkpoint with the same tensors', async () => {
    const files = readdirSync(longSeries).filter((name) => name.endsWith('.pt'));
    const lists = new Set<string>();
    for (const file of files) {
      await withCheckpoint(join(longSeries, file), async ({ tensors }) => {
        lists.add(JSON.stringify(tensors));
      });
    }
    expect(files).toHaveLength(36);
    expect(lists.size).toBe(1);
  });

  it('squared values of the final matrices sum to the squared singular values that LAPACK gave', async () => {
    const { spectra_final: spectra } = JSON.parse(
      readFileSync(join(longSeries, 'expected.json'), 'utf8'),
    ) as {
      readonly spectra_final: Readonly<Record<string, { readonly singular_values: readonly number[] }>>;
    };
    await withCheckpoint(join(longSeries, 'step_003500.pt'), async (checkpoint) => {
      for (const [name, { singular_values: values }] of Object.entries(spectra)) {
        const tensor = checkpoint.tensors.find((candidate) => candidate.name === name)!;
        let sumsq = 0;
        for (const x of await checkpoint.read(name, 0, tensor.elements)) sumsq += x * x;
        const expectedSum = values.reduce((sum, value) => sum + value * value, 0);
        expect(Math.abs(sumsq / expectedSum - 1), name).toBeLessThan(1e-9);
      }
      expect(Object.keys(spectra).length).toBeGreaterThan(0);
    });
  });
});
