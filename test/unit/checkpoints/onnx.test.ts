import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { expectFigures, expectedFigures, formatFixture, refusal } from './expectedFigures.js';
import { DataType, externalTensor, onnxModel, type TensorInit } from './onnxModels.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onnx-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = async (bytes: Uint8Array): Promise<string> => {
  const path = join(folder, 'model.onnx');
  await writeFile(path, bytes);
  return path;
};

const valuesOf = async (tensor: Omit<TensorInit, '$typeName'>): Promise<number[]> => {
  const checkpoint = await openCheckpoint(await write(onnxModel([{ name: 't', ...tensor }])));
  const values = await checkpoint.read('t', 0, checkpoint.tensors[0]!.elements);
  await checkpoint.close();
  return [...values];
};

describe('ONNX initialisers', () => {
  it('have the values that PyTorch exported', async () => {
    const checkpoint = await openCheckpoint(formatFixture('model.onnx'));
    await expectFigures(checkpoint, expectedFigures['model.onnx']!);
    await checkpoint.close();
  });

  it.each<[string, Omit<TensorInit, '$typeName'>, number[]]>([
    ['float_data', { dataType: DataType.FLOAT, dims: [2n], floatData: [1.5, -2] }, [1.5, -2]],
    ['double_data', { dataType: DataType.DOUBLE, dims: [1n], doubleData: [Math.PI] }, [Math.PI]],
    [
      'int64_data',
      { dataType: DataType.INT64, dims: [3n], int64Data: [-1n, 0n, 2n ** 40n] },
      [-1, 0, 2 ** 40],
    ],
    ['uint64_data', { dataType: DataType.UINT64, dims: [1n], uint64Data: [2n ** 63n] }, [2 ** 63]],
    [
      'uint32 in uint64_data',
      { dataType: DataType.UINT32, dims: [1n], uint64Data: [4294967295n] },
      [4294967295],
    ],
    ['int32_data', { dataType: DataType.INT32, dims: [2n], int32Data: [-2147483648, 7] }, [-2147483648, 7]],
    ['int8 in int32_data', { dataType: DataType.INT8, dims: [2n], int32Data: [-128, 127] }, [-128, 127]],
    ['bool in int32_data', { dataType: DataType.BOOL, dims: [2n], int32Data: [1, 0] }, [1, 0]],
    [
      'float16 in int32_data',
      { dataType: DataType.FLOAT16, dims: [2n], int32Data: [0x3c00, 0xc000] },
      [1, -2],
    ],
    ['bfloat16 in int32_data', { dataType: DataType.BFLOAT16, dims: [1n], int32Data: [0x3fc0] }, [1.5]],
    ['a scalar', { dataType: DataType.FLOAT, dims: [], floatData: [3] }, [3]],
    ['no elements', { dataType: DataType.FLOAT, dims: [0n, 4n] }, []],
  ])('are read from %s', async (_, tensor, expected) => {
    expect(await valuesOf(tensor)).toEqual(expected);
  });

  it('are read from varint lists at any range, forwards and backwards', async () => {
    const numbers = fc.array(fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }), {
      minLength: 1,
      maxLength: 50,
    });
    await fc.assert(
      fc.asyncProperty(
        numbers,
        fc.array(fc.nat(), { minLength: 4, maxLength: 8 }),
        async (int64Data, cuts) => {
          const tensor = { name: 't', dataType: DataType.INT64, dims: [BigInt(int64Data.length)], int64Data };
          const checkpoint = await openCheckpoint(await write(onnxModel([tensor])));
          for (const cut of cuts) {
            const start = cut % int64Data.length;
            const length = (cut >> 8) % (int64Data.length - start + 1);
            const values = await checkpoint.read('t', start, length);
            expect([...values]).toEqual(int64Data.slice(start, start + length).map(Number));
          }
          await checkpoint.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are read from lists that are not packed or come in parts', async () => {
    const packed = onnxModel([{ name: 't', dataType: DataType.FLOAT, dims: [2n], floatData: [1.5, -2] }]);
    // Field 4 as one packed list (0x22, 8 bytes), rewritten as two values of wire type 5 (0x25, 4 bytes each).
    const at = packed.indexOf(Buffer.from([0x22, 8, 0, 0, 0xc0, 0x3f]));
    expect(at).toBeGreaterThan(0);
    const parts = [0x25, 0, 0, 0xc0, 0x3f, 0x25, 0, 0, 0, 0xc0];
    const model = Buffer.concat([packed.subarray(0, at), Buffer.from(parts), packed.subarray(at + 10)]);
    const checkpoint = await openCheckpoint(await write(model));
    expect([...(await checkpoint.read('t', 0, 2))]).toEqual([1.5, -2]);
    expect([...(await checkpoint.read('t', 1, 1))]).toEqual([-2]);
    await checkpoint.close();
  });

  it('reads codes of four bits, and lists types that it cannot read under ONNX names', async () => {
    const rawData = Uint8Array.of(0x21, 0xf8);
    const int4: TensorInit = { name: 'q', dataType: DataType.INT4, dims: [4n], rawData };
    const int2: TensorInit = { name: 'r', dataType: 26, dims: [4n], rawData: new Uint8Array(1) };
    const checkpoint = await openCheckpoint(await write(onnxModel([int4, int2])));
    expect(checkpoint.tensors[0]).toMatchObject({ name: 'q', dtype: 'int4', shape: [4], readable: true });
    expect([...(await checkpoint.read('q', 0, 4))]).toEqual([1, 2, -8, -1]);
    expect(checkpoint.tensors[1]).toMatchObject({ name: 'r', dtype: 'INT2', shape: [4], readable: false });
    await checkpoint.close();
  });

  it('are read from external files beside the model', async () => {
    await writeFile(join(folder, 'weights.data'), new Float32Array([0, 0, 1, 2, 3]));
    const places = { location: 'weights.data', offset: '8', length: '12' };
    const checkpoint = await openCheckpoint(await write(onnxModel([externalTensor('w', [3n], places)])));
    expect([...(await checkpoint.read('w', 0, 3))]).toEqual([1, 2, 3]);
    expect(checkpoint.files.map((file) => basename(file.path))).toEqual(['model.onnx', 'weights.data']);
    await checkpoint.close();
  });

  it.each<[string, Record<string, string>, string, RegExp]>([
    ['above the folder', { location: '../weights.data' }, 'unsafe-file', /outside the model's folder/],
    ['at an absolute path', { location: '/etc/passwd' }, 'unsafe-file', /outside the model's folder/],
    ['without a location', {}, 'unsafe-file', /outside the model's folder/],
    ['in a missing file', { location: 'gone.data' }, 'not-found', /"gone\.data".*missing/],
    ['behind the end', { location: 'weights.data', offset: '16' }, 'malformed-file', /end early/],
    ['of another size', { location: 'weights.data', length: '8' }, 'malformed-file', /its shape needs 12/],
    ['at a negative offset', { location: 'weights.data', offset: '-4' }, 'malformed-file', /no valid offset/],
  ])('refuses external data %s', async (_, entries, code, reason) => {
    await writeFile(join(folder, 'weights.data'), new Float32Array(5));
    const path = await write(onnxModel([externalTensor('w', [3n], entries)]));
    const error = await refusal(openCheckpoint(path), path);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(reason);
  });

  it.runIf(process.platform !== 'win32')(
    'refuses external data behind a link that leaves the folder',
    async () => {
      const inner = join(folder, 'inner');
      await mkdir(inner);
      await writeFile(join(folder, 'secret.data'), new Float32Array(3));
      await symlink(join('..', 'secret.data'), join(inner, 'weights.data'));
      const path = join(inner, 'model.onnx');
      await writeFile(path, onnxModel([externalTensor('w', [3n], { location: 'weights.data' })]));
      expect((await refusal(openCheckpoint(path), path)).code).toBe('unsafe-file');
    },
  );

  const float = { dataType: DataType.FLOAT, rawData: new Uint8Array(8) };
  it.each<[string, TensorInit[], RegExp]>([
    ['too few bytes', [{ ...float, name: 't', dims: [3n] }], /has 8 bytes, but its shape needs 12/],
    ['a negative dimension', [{ ...float, name: 't', dims: [-2n] }], /negative dimension/],
    ['a shape that overflows', [{ ...float, name: 't', dims: [2n ** 40n, 2n ** 40n] }], /overflows/],
    ['an unknown type', [{ ...float, name: 't', dims: [2n], dataType: 99 }], /unknown dtype 99/],
    ['no name', [{ ...float, dims: [2n] }], /no name/],
    ['a name twice', [1, 2].map(() => ({ ...float, name: 't', dims: [2n] })), /two initialisers "t"/],
    ['no weights', [], /no weights: neither initialisers nor constants/],
    [
      'too short a list',
      [{ name: 't', dims: [3n], dataType: DataType.INT8, int32Data: [1, 2] }],
      /shape needs 3/,
    ],
  ])('refuses %s', async (_, tensors, reason) => {
    const path = await write(onnxModel(tensors));
    expect((await refusal(openCheckpoint(path), path)).message).toMatch(reason);
  });

  it('refuses a file that is no model', async () => {
    const path = await write(Buffer.from('this is not a model at all'));
    expect((await refusal(openCheckpoint(path), path)).code).toBe('malformed-file');
  });
});
