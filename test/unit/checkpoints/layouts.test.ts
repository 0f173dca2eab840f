import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discover } from '../../../extension/engine/checkpoints/discovery/series.js';
import { stepInName } from '../../../extension/engine/checkpoints/discovery/stepsInNames.js';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { isParameter, unreadTensors } from '../../../extension/engine/series/survey.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layouts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Stored {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const floats = (shape: readonly number[], values?: readonly number[]): Stored => {
  const count = shape.reduce((product, size) => product * size, 1);
  const array = Float32Array.from({ length: count }, (_, i) => values?.[i] ?? Math.sin(i + 1));
  return { dtype: 'F32', shape, bytes: new Uint8Array(array.buffer) };
};
const zeros = (dtype: string, width: number, shape: readonly number[]): Stored => ({
  dtype,
  shape,
  bytes: new Uint8Array(width * shape.reduce((product, size) => product * size, 1)),
});

const save = async (name: string, tensors: Readonly<Record<string, Stored>>): Promise<string> => {
  let at = 0;
  const header = Object.entries(tensors).map(([key, { dtype, shape, bytes }]) => {
    const entry = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    return [key, entry] as const;
  });
  const text = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Buffer.concat([length, text, ...Object.values(tensors).map(({ bytes }) => bytes)]));
  return path;
};

const weight = { w: floats([3, 2]) };

describe('packed weights are named and not measured', () => {
  it.each([
    [
      'GPTQ',
      {
        'q_proj.qweight': zeros('I32', 4, [4, 64]),
        'q_proj.qzeros': zeros('I32', 4, [1, 8]),
        'q_proj.scales': zeros('F16', 2, [1, 64]),
        'q_proj.g_idx': zeros('I32', 4, [32]),
      },
    ],
    [
      'AWQ',
      {
        'q_proj.qweight': zeros('I32', 4, [32, 8]),
        'q_proj.qzeros': zeros('I32', 4, [1, 8]),
        'q_proj.scales': zeros('F16', 2, [1, 64]),
      },
    ],
    [
      'bitsandbytes (4 bits)',
      {
        'q_proj.weight': zeros('U8', 1, [1024, 1]),
        'q_proj.weight.absmax': zeros('F32', 4, [32, 2]),
        'q_proj.weight.quant_map': zeros('F32', 4, [16]),
        'q_proj.weight.quant_state.bitsandbytes__nf4': zeros('U8', 1, [90]),
      },
    ],
    [
      'bitsandbytes (8 bits)',
      { 'q_proj.weight': zeros('I8', 1, [8, 8]), 'q_proj.SCB': zeros('F32', 4, [8]) },
    ],
    [
      'compressed-tensors',
      {
        'q_proj.weight_packed': zeros('I32', 4, [8, 8]),
        'q_proj.weight_scale': zeros('BF16', 2, [8, 2]),
        'q_proj.weight_shape': zeros('I64', 8, [2]),
      },
    ],
    [
      'MLX',
      {
        'q_proj.weight': zeros('U32', 4, [8, 8]),
        'q_proj.scales': zeros('F16', 2, [8, 2]),
        'q_proj.biases': zeros('F16', 2, [8, 2]),
      },
    ],
  ])('%s', async (method, tensors: Readonly<Record<string, Stored>>) => {
    const checkpoint = await openCheckpoint(
      await save('model.safetensors', { ...tensors, norm: floats([4]) }),
    );
    expect(checkpoint.tensors.filter(isParameter).map(({ name }) => name)).toEqual(['norm']);
    const [unread, ...more] = unreadTensors(checkpoint.tensors);
    expect(unread!.unmeasured!.reason).toContain(`packed by ${method}`);
    expect(more).toEqual([]);
    await checkpoint.close();
  });

  it('codes with scales of the wrong size', async () => {
    const tensors = { 'a.weight': zeros('F8_E4M3', 1, [6, 6]), 'a.weight_scale': floats([5, 7]) };
    const checkpoint = await openCheckpoint(await save('model.safetensors', tensors));
    expect(checkpoint.tensors.filter(isParameter)).toEqual([]);
    expect(unreadTensors(checkpoint.tensors)[0]!.unmeasured!.reason).toMatch(/scales .* not understood/);
    await checkpoint.close();
  });
});

describe('adapters are (α/r)·B·A', () => {
  const [A, B] = [floats([2, 3], [1, 2, 3, 4, 5, 6]), floats([2, 2], [1, 0, 1, 1])];
  const product = [1, 2, 3, 5, 7, 9];
  const transposed = { a: floats([3, 2], [1, 4, 2, 5, 3, 6]), b: floats([2, 2], [1, 1, 0, 1]) };
  const peft = { 'base_model.model.m.q_proj.lora_A.weight': A, 'base_model.model.m.q_proj.lora_B.weight': B };

  it.each([
    ['PEFT', peft, { r: 2, lora_alpha: 4 }, 2],
    ['rsLoRA', peft, { r: 2, lora_alpha: 4, use_rslora: true }, 4 / Math.sqrt(2)],
    ['alpha_pattern', peft, { r: 2, lora_alpha: 4, alpha_pattern: { q_proj: 6 } }, 3],
    ['rank_pattern', peft, { r: 8, lora_alpha: 4, rank_pattern: { 'm.q_proj': 2 } }, 2],
    [
      'MLX',
      { 'm.q_proj.lora_a': transposed.a, 'm.q_proj.lora_b': transposed.b },
      { lora_parameters: { rank: 2, scale: 10 } },
      10,
    ],
    [
      'diffusers',
      { 'm.q_proj.lora.down.weight': A, 'm.q_proj.lora.up.weight': B, 'm.q_proj.alpha': floats([], [6]) },
      {},
      3,
    ],
    [
      'kohya',
      {
        'lora_unet_m_q_proj.lora_down.weight': A,
        'lora_unet_m_q_proj.lora_up.weight': B,
        'lora_unet_m_q_proj.alpha': floats([], [1]),
      },
      {},
      0.5,
    ],
  ])('%s', async (_, tensors: Readonly<Record<string, Stored>>, config, scale) => {
    await writeFile(join(folder, 'adapter_config.json'), JSON.stringify(config));
    const checkpoint = await openCheckpoint(await save('adapter_model.safetensors', tensors));
    const [update, ...more] = checkpoint.tensors.filter(isParameter);
    expect(more).toEqual([]);
    expect(update).toMatchObject({ shape: [2, 3] });
    expect(update!.computed).toMatch(/B·A of rank 2$/);
    const values = await checkpoint.read(update!.name, 0, 6);
    product.forEach((value, i) => expect(values[i]).toBeCloseTo(scale * value, 12));
    expect([...(await checkpoint.read(update!.name, 2, 3))]).toEqual([...values.slice(2, 5)]);
    await checkpoint.close();
  });

  it.each([
    ['LoHa', ['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b']],
    ['LoKr', ['lokr_w1', 'lokr_w2_a', 'lokr_w2_b']],
  ])('factors of %s are listed with the reason and not measured', async (kind, factors) => {
    const tensors = Object.fromEntries(factors.map((name) => [`lora_unet_q.${name}`, floats([4, 4])]));
    const checkpoint = await openCheckpoint(await save('adapter_model.safetensors', tensors));
    expect(checkpoint.tensors.filter(isParameter)).toEqual([]);
    const reasons = unreadTensors(checkpoint.tensors).map(({ unmeasured }) => unmeasured!.reason);
    expect(reasons).toHaveLength(factors.length);
    for (const reason of reasons) expect(reason).toContain(kind);
    await checkpoint.close();
  });

  it('DoRA, and an adapter without its configuration, say so', async () => {
    const magnitude = { 'base_model.model.m.q_proj.lora_magnitude_vector': floats([2]) };
    const checkpoint = await openCheckpoint(
      await save('adapter_model.safetensors', { ...peft, ...magnitude }),
    );
    expect(checkpoint.warnings.map(({ code }) => code)).toEqual(['adapter-without-scale', 'adapter-is-dora']);
    expect(checkpoint.tensors.filter(isParameter)).toHaveLength(1);
    await checkpoint.close();
  });
});

describe('names', () => {
  it.each([
    ['model_e10_loss0.12', 10],
    ['model_e10_lr0.001', 10],
    ['model-005-0.98', 5],
    ['epoch0.5', 0.5],
    ['ckpt-1k', 1000],
    ['step1000-tokens4B', 1000],
    ['stage1-step1000-tokens5B', 1000],
    ['step_-1', -1],
    ['w_1e3', 1000],
    ['rl_model_2000_steps', 2000],
    ['hubert_16k', undefined],
    ['silero_vad_16k_op15', undefined],
    ['resnet50', undefined],
    ['2024-01-31_23-59-00', undefined],
  ])('%s is of step %s', (name, step) => {
    expect(stepInName(name, 'file')?.step).toBe(step);
  });

  it('metrics, rates and tokens beside the step do not start a new series', () => {
    for (const names of [
      ['model_e1_loss2.11', 'model_e10_loss0.12'],
      ['step1000-tokens4B', 'step20000-tokens83B'],
      ['model-001-0.91', 'model-002-0.98'],
      ['ckpt_step_100_acc0.5_lr1e-4', 'ckpt_step_200_acc0.75_lr5e-5'],
      ['2024-01-01_00-00-00_step_5', '2024-01-02_00-00-00_step_6'],
    ]) {
      expect(new Set(names.map((name) => stepInName(name, 'file')?.family)).size, names.join()).toBe(1);
    }
    expect(stepInName('stage1-step1000-tokens5B', 'file')!.family).not.toBe(
      stepInName('stage2-ingredient1-step1000-tokens51B', 'file')!.family,
    );
  });

  it('folders named by dates are sorted by date', async () => {
    for (const day of ['2024-01-02_00-00-00', '2024-01-01_00-00-00'])
      await save(`${day}/model.safetensors`, weight);
    const [series] = (await discover(folder)).series;
    expect(series!.checkpoints.map(({ label }) => label)).toEqual([
      '2024-01-01_00-00-00',
      '2024-01-02_00-00-00',
    ]);
  });

  it('init begins a series; final, best and last are named', async () => {
    for (const name of ['init', 'step_10', 'step_20', 'final', 'best', 'last'])
      await save(`${name}.safetensors`, weight);
    const [series] = (await discover(folder)).series;
    expect(series!.checkpoints.map(({ step }) => step)).toEqual([0, 10, 20]);
    const said = series!.warnings.find(({ code }) => code === 'checkpoints-left-out')!.message;
    for (const name of ['final', 'best', 'last']) expect(said).toContain(`${name}.safetensors`);
  });

  it('two models side by side in each step are two series', async () => {
    for (const step of [10, 20]) {
      await save(`checkpoint-${step}/model.safetensors`, weight);
      await save(`checkpoint-${step}/value_head.safetensors`, { v: floats([2, 2]) });
    }
    const { series } = await discover(folder);
    expect(series.map(({ checkpoints }) => checkpoints.map(({ step }) => step))).toEqual([
      [10, 20],
      [10, 20],
    ]);
  });

  it('a vocabulary beside the weights is not one of them', async () => {
    for (const step of [10, 20]) {
      const path = await save(`checkpoint-${step}/pytorch_model.bin`, weight);
      for (const name of ['tokenizer.model', 'spiece.model', 'sentencepiece.bpe.model'])
        await writeFile(join(dirname(path), name), 'vocabulary');
    }
    const { series } = await discover(folder);
    expect(series.map(({ checkpoints }) => checkpoints.map(({ step }) => step))).toEqual([[10, 20]]);
    const opened = await openCheckpoint(join(folder, 'checkpoint-10'));
    expect(opened.tensors.map(({ name }) => name)).toEqual(['w']);
    await opened.close();
  });

  it("the Hub's cache gives its revisions by ref", async () => {
    const repository = 'models--org--name';
    for (const [ref, commit] of [
      ['main', 'c'.repeat(40)],
      ['step1000', 'a'.repeat(40)],
      ['step20', 'b'.repeat(40)],
    ] as const) {
      const blob = await save(`${repository}/blobs/${ref}`, weight);
      await mkdir(join(folder, repository, 'snapshots', commit), { recursive: true });
      await symlink(blob, join(folder, repository, 'snapshots', commit, 'model.safetensors'));
      await mkdir(join(folder, repository, 'refs'), { recursive: true });
      await writeFile(join(folder, repository, 'refs', ref), commit);
    }
    const [series, ...more] = (await discover(folder)).series;
    expect(more).toEqual([]);
    expect(series!.checkpoints.map(({ label, step }) => [label, step])).toEqual(
      expect.arrayContaining([
        ['step20', 20],
        ['step1000', 1000],
        ['main', undefined],
      ]),
    );
    const opened = await series!.checkpoints[0]!.open();
    expect(opened.tensors).toHaveLength(1);
    await opened.close();
  });
});

describe('files of other programs', () => {
  it.each([
    [Buffer.from('<!DOCTYPE html><html>'), /HTML page/],
    [Buffer.from([0x1f, 0x8b, 8, 0, 0]), /gzip/],
    [Buffer.from('{"a": 1}'), /JSON/],
    [Buffer.alloc(2000), /zero bytes only/],
    [Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /Git LFS pointer/],
    [Buffer.from('\x18\0\0\0TFL3', 'latin1'), /TensorFlow Lite/],
  ])('%# are named with the next step to take', async (bytes, sentence) => {
    const path = join(folder, 'model.bin');
    await writeFile(path, bytes);
    await expect(openCheckpoint(path)).rejects.toThrow(sentence);
  });
});
