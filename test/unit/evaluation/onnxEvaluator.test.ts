import { create } from '@bufbuild/protobuf';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TensorInfo } from '../../../extension/engine/checkpoints/tensors/checkpoint.js';
import { openEvaluate } from '../../../extension/engine/evaluation/openEvaluate.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import {
  graphProto,
  modelBytes,
  nodeProto,
  tensorProto,
  valueInfoProto,
} from '../../../extension/engine/onnx/modelProto.js';
import {
  TensorProtoSchema,
  TensorProto_DataLocation as DataLocation,
  type TensorProto,
} from '../../../extension/engine/onnx/onnx_pb.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { inspectSettingsSchema } from '../../../extension/contract/report.js';
import * as v from 'valibot';
import { zipOf } from '../checkpoints/storedZip.js';
import { seriesFolder } from '../inspection/seriesFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'weight-geometry-onnx-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const npy = (descr: string, shape: readonly number[], data: ArrayBufferView): Buffer => {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = Buffer.from(`${text.padEnd(117)}\n`, 'latin1');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, header, bytes]);
};

const rows = 40;
const hidden = 6;
const classes = 3;
const x = Float32Array.from({ length: rows * 4 }, (_, i) => Math.sin(1.7 * i + 0.3));
const labels = BigInt64Array.from({ length: rows }, (_, i) => BigInt(i % classes));

/** relu(x · Wᵀ) · V, W under a wrapper's prefix and V as it is; the bias is the model's own. */
const zeros = (count: number): number[] => new Array<number>(count).fill(0);
const ownBias = tensorProto('b', 'float32', [hidden], zeros(hidden));
const modelOf = (bias: TensorProto, w = tensorProto('module.w', 'float32', [hidden, 4], zeros(hidden * 4))) =>
  modelBytes(
    graphProto({
      name: 'mlp',
      node: [
        nodeProto({
          operator: 'Gemm',
          name: '',
          inputs: ['x', 'module.w', 'b'],
          outputs: ['h'],
          attributes: { transB: { int: 1 } },
        }),
        nodeProto({ operator: 'Relu', name: '', inputs: ['h'], outputs: ['r'] }),
        nodeProto({ operator: 'MatMul', name: '', inputs: ['r', 'v'], outputs: ['logits'] }),
      ],
      initializer: [w, bias, tensorProto('v', 'float32', [hidden, classes], zeros(hidden * classes))],
      input: [valueInfoProto('x', 'float32', ['rows', 4])],
      output: [valueInfoProto('logits', 'float32', ['rows', classes])],
    }),
  );
const modelPath = join(folder, 'model.onnx');
writeFileSync(modelPath, modelOf(ownBias));
const dataPath = join(folder, 'data.npz');
writeFileSync(
  dataPath,
  zipOf([
    { name: 'x.npy', bytes: npy('<f4', [rows, 4], x) },
    { name: 'labels.npy', bytes: npy('<i8', [rows], labels) },
  ]),
);

const tensor = (name: string, shape: readonly number[]): TensorInfo => ({
  name,
  shape,
  dtype: 'float32',
  elements: shape.reduce((product, side) => product * side, 1),
  readable: true,
});
const tensors = [tensor('w', [hidden, 4]), tensor('v', [hidden, classes])];

const weightsOf = (phase: number) => ({
  w: Float64Array.from({ length: hidden * 4 }, (_, i) => Math.fround(Math.cos(phase + i))),
  v: Float64Array.from({ length: hidden * classes }, (_, i) => Math.fround(Math.sin(2 * phase + 3 * i))),
});

const accuracyByHand = ({ w, v: out }: ReturnType<typeof weightsOf>, bias = zeros(hidden)): number => {
  let right = 0;
  for (let row = 0; row < rows; row++) {
    const state = Array.from({ length: hidden }, (_, h) =>
      Math.max(
        0,
        [0, 1, 2, 3].reduce((sum, k) => sum + x[4 * row + k]! * w[4 * h + k]!, bias[h]!),
      ),
    );
    const logits = Array.from({ length: classes }, (_, c) =>
      state.reduce((sum, value, h) => sum + value * out[classes * h + c]!, 0),
    );
    if (logits.indexOf(Math.max(...logits)) === row % classes) right++;
  }
  return right / rows;
};

describe('a model of the user’s own', () => {
  it('is run with the checkpoints’ weights in place of its initialisers', async () => {
    const { evaluate, dispose } = await openEvaluate(
      { kind: 'onnx', model: modelPath, data: dataPath },
      tensors,
    );
    const phases = [0.1, 1, 2, 3];
    const found = await evaluate(phases.map((phase) => new Map(Object.entries(weightsOf(phase)))));
    await dispose();
    expect(found.map(({ testAccuracy }) => testAccuracy.logits)).toEqual(
      phases.map((phase) => accuracyByHand(weightsOf(phase))),
    );
  });

  it('gives the accuracies of an inspection, which says what it was', async () => {
    const at = (phase: number) => {
      const { w, v: out } = weightsOf(phase);
      return {
        w: { shape: [hidden, 4], values: [...w] },
        v: { shape: [hidden, classes], values: [...out] },
      };
    };
    const series = seriesFolder({ 0: at(0), 10: at(0.5), 20: at(1) });
    const store = new ReportStore();
    const evaluation = { model: modelPath, data: dataPath };
    try {
      await inspect(
        { path: series.folder, settings: v.parse(inspectSettingsSchema, {}), evaluation },
        {
          signal: new AbortController().signal,
          onAddition: (addition) => store.add(addition),
          evaluator: openEvaluate,
        },
      );
    } finally {
      series.remove();
    }
    const { source, reconstructions } = store.report()!;
    expect(source.evaluation).toEqual(evaluation);
    const trajectory = reconstructions.find(({ method }) => method === 'trajectory-pca')!;
    expect(trajectory.baseline?.testAccuracy.logits).toBe(accuracyByHand(weightsOf(1)));
    expect(trajectory.points.at(-1)!.testAccuracy?.logits).toBe(accuracyByHand(weightsOf(1)));
  });

  it('is refused in words where it does not fit', async () => {
    const open = (model: string, data: string, of = tensors) =>
      openEvaluate({ kind: 'onnx', model, data }, of);
    await expect(open(modelPath, dataPath, [tensor('w', [4, hidden])])).rejects.toThrow('module.w is 6 × 4');
    await expect(open(modelPath, dataPath, [tensor('q', [4, 4])])).rejects.toThrow('no initialiser');
    const unlabelled = join(folder, 'unlabelled.npz');
    writeFileSync(unlabelled, zipOf([{ name: 'x.npy', bytes: npy('<f4', [rows, 4], x) }]));
    await expect(open(modelPath, unlabelled)).rejects.toThrow('has no array labels; it has x');
    await expect(open(dataPath, dataPath)).rejects.toMatchObject({ code: 'malformed-file' });
    await expect(open(join(folder, 'absent.onnx'), dataPath)).rejects.toMatchObject({ code: 'not-found' });
    const short = join(folder, 'short.npz');
    const few = labels.slice(0, 7);
    writeFileSync(
      short,
      zipOf([
        { name: 'x.npy', bytes: npy('<f4', [rows, 4], x) },
        { name: 'labels.npy', bytes: npy('<i8', [few.length], few) },
      ]),
    );
    const { evaluate, dispose } = await open(modelPath, short);
    await expect(evaluate([new Map(Object.entries(weightsOf(1)))])).rejects.toThrow(
      'does not fit the 7 labels',
    );
    await dispose();
  });
});

describe('a model of double precision', () => {
  it('takes weights unrounded, which decide what float32 cannot tell apart', async () => {
    const model = join(folder, 'double.onnx');
    writeFileSync(
      model,
      modelBytes(
        graphProto({
          name: 'linear',
          node: [nodeProto({ operator: 'MatMul', name: '', inputs: ['x', 'w'], outputs: ['logits'] })],
          initializer: [tensorProto('w', 'float64', [1, 2], [0, 0])],
          input: [valueInfoProto('x', 'float64', ['rows', 1])],
          output: [valueInfoProto('logits', 'float64', ['rows', 2])],
        }),
      ),
    );
    const data = join(folder, 'double.npz');
    writeFileSync(
      data,
      zipOf([
        { name: 'x.npy', bytes: npy('<f8', [3, 1], Float64Array.of(1, 2, 3)) },
        { name: 'labels.npy', bytes: npy('<i8', [3], BigInt64Array.of(1n, 1n, 1n)) },
      ]),
    );
    const { evaluate, dispose } = await openEvaluate({ kind: 'onnx', model, data }, [tensor('w', [1, 2])]);
    const found = await evaluate([new Map([['w', Float64Array.of(1, 1 + 1e-10)]])]);
    await dispose();
    expect(found).toEqual([{ testAccuracy: { logits: 1 } }]);
  });
});

describe('a model whose initialisers lie in files beside it', () => {
  const bias = Float32Array.from({ length: hidden }, (_, i) => 2 * Math.cos(5 * i));
  const external = (location: string, values: readonly [string, string][] = []): TensorProto =>
    create(TensorProtoSchema, {
      ...{ name: 'b', dataType: 1, dims: [BigInt(hidden)], dataLocation: DataLocation.EXTERNAL },
      externalData: [['location', location], ...values].map(([key, value]) => ({ key: key!, value: value! })),
    });
  const place = join(folder, 'external');
  mkdirSync(place);
  const written = (name: string, initialiser: TensorProto): string => {
    const path = join(place, name);
    writeFileSync(path, modelOf(initialiser));
    return path;
  };

  it('is run with their values', async () => {
    // Eight bytes of another tensor come first.
    writeFileSync(join(place, 'values.bin'), Buffer.concat([Buffer.alloc(8, 1), Buffer.from(bias.buffer)]));
    const model = written(
      'whole.onnx',
      external('values.bin', [
        ['offset', '8'],
        ['length', String(4 * hidden)],
      ]),
    );
    const { evaluate, dispose } = await openEvaluate({ kind: 'onnx', model, data: dataPath }, tensors);
    const phases = [0.1, 1, 2, 3];
    const found = await evaluate(phases.map((phase) => new Map(Object.entries(weightsOf(phase)))));
    await dispose();
    const byHand = (values?: number[]) => phases.map((phase) => accuracyByHand(weightsOf(phase), values));
    expect(found.map(({ testAccuracy }) => testAccuracy.logits)).toEqual(byHand([...bias]));
    expect(byHand([...bias])).not.toEqual(byHand());
  });

  it('is refused where they are missing, too short or outside its folder', async () => {
    const open = (initialiser: TensorProto) =>
      openEvaluate({ kind: 'onnx', model: written('faulty.onnx', initialiser), data: dataPath }, tensors);
    await expect(open(external('absent.bin'))).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('absent.bin') as string,
    });
    await expect(open(external('../data.npz'))).rejects.toMatchObject({ code: 'unsafe-file' });
    writeFileSync(join(place, 'short.bin'), Buffer.alloc(4));
    await expect(open(external('short.bin'))).rejects.toMatchObject({ code: 'malformed-file' });
  });
});

describe('arrays that a model cannot be run on', () => {
  it('are named with the model, in one sentence', async () => {
    const wide = join(folder, 'wide.npz');
    writeFileSync(
      wide,
      zipOf([
        { name: 'x.npy', bytes: npy('<f4', [rows / 2, 8], x) },
        { name: 'labels.npy', bytes: npy('<i8', [rows], labels) },
      ]),
    );
    const { evaluate, dispose } = await openEvaluate({ kind: 'onnx', model: modelPath, data: wide }, tensors);
    const running = evaluate([new Map(Object.entries(weightsOf(1)))]);
    await expect(running).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining(`${modelPath} cannot be run on the arrays of ${wide}`) as string,
    });
    await dispose();
  });
});
