import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nvidiaDevice, readInformation } from '../../../extension/engine/runtime/nvidiaDevice.js';
import { onnxruntime } from '../../../extension/engine/runtime/onnxruntime.js';

/** As the driver writes it. */
const information = (model: string, uuid: string): string =>
  `Model: \t\t ${model}\nIRQ:   \t\t 42\nGPU UUID: \t ${uuid}\nVideo BIOS: \t 96.00.1f\n`;
const two = [information('Small One', 'GPU-11aa'), information('Large One', 'GPU-12bb')];

const named = (CUDA_VISIBLE_DEVICES?: string, CUDA_DEVICE_ORDER = 'PCI_BUS_ID') =>
  nvidiaDevice({ CUDA_DEVICE_ORDER, CUDA_VISIBLE_DEVICES }, two);

describe('the name of the CUDA device', () => {
  it('is the first that CUDA may see', () => {
    expect(named()).toBe('Small One');
    expect(named('1')).toBe('Large One');
    expect(named('1,0')).toBe('Large One');
    expect(named('GPU-12')).toBe('Large One');
  });

  it.each([
    ['there is no such device', '7'],
    ['none may be seen', ''],
    ['none may be seen, said otherwise', '-1'],
    ['two have this beginning', 'GPU-1'],
    ['it is a part of a device', 'MIG-12bb'],
  ])('is absent where %s', (_why, visible) => expect(named(visible)).toBeUndefined());

  it('is absent where CUDA counts its devices in another order', () => {
    expect(named('0', 'FASTEST_FIRST')).toBeUndefined();
    expect(nvidiaDevice({}, two)).toBeUndefined();
  });

  it('comes from the driver’s files in the order of the bus', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'wg-gpus-'));
    for (const [address, text] of [
      ['0000:41:00.0', two[1]!],
      ['0000:01:00.0', two[0]!],
    ] as const) {
      mkdirSync(path.join(folder, address));
      writeFileSync(path.join(folder, address, 'information'), text);
    }
    expect(readInformation(folder)).toEqual(two);
    expect(readInformation(path.join(folder, 'absent'))).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});

describe('the environment of onnxruntime', () => {
  it('multiplies in full float32 and counts devices in the order of the bus', async () => {
    await onnxruntime();
    expect(process.env).toMatchObject({ NVIDIA_TF32_OVERRIDE: '0', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' });
  });
});
