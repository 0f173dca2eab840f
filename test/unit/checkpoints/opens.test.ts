import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterEach, expect, it, vi } from 'vitest';
import { inspectSettingsSchema } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import type * as regularFile from '../../../extension/disk/regularFile.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';

const opened = vi.hoisted(() => [] as string[]);
vi.mock('../../../extension/disk/regularFile.js', async (original) => {
  const real = await original<typeof regularFile>();
  const openRegular: typeof real.openRegular = (file, ...more) => {
    opened.push(file);
    return real.openRegular(file, ...more);
  };
  return { ...real, openRegular };
});

const folder = mkdtempSync(path.join(tmpdir(), 'wg-opens-'));
afterEach(() => rmSync(folder, { recursive: true }));

const SHARDS = 20;

const shard = (name: string, values: Float32Array): Buffer => {
  const header = { [name]: { dtype: 'F32', shape: [4, 4], data_offsets: [0, values.byteLength] } };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.from(values.buffer)]);
};

it('a shard is opened once for its header and all its values, and once for its digest', async () => {
  const places: Record<string, string> = {};
  for (let i = 1; i <= SHARDS; i++) {
    const file = `model-${String(i).padStart(5, '0')}-of-${String(SHARDS).padStart(5, '0')}.safetensors`;
    const name = `layers.${i}.weight`;
    places[name] = file;
    const values = Float32Array.from({ length: 16 }, (_, k) => Math.sin(i + k));
    writeFileSync(path.join(folder, file), shard(name, values));
  }
  writeFileSync(path.join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: places }));
  const store = new ReportStore();
  const settings = v.parse(inspectSettingsSchema, {});
  const signal = new AbortController().signal;
  await inspect({ path: folder, settings }, { signal, onAddition: (each) => store.add(each) });
  expect(store.report()!.spectra).toHaveLength(SHARDS);
  for (const file of Object.values(places)) {
    expect(opened.filter((each) => each === path.join(folder, file))).toHaveLength(2);
  }
});
