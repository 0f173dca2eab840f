import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../extension/engine/checkpoints/tensors/checkpoint.js';
import { decodeElements, isNumericDtype } from '../../../extension/engine/checkpoints/tensors/dtypes.js';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const versions = JSON.parse(readFileSync(fixture('quantised/versions.json'), 'utf8')) as Record<
  string,
  string
>;

interface Agreement {
  readonly type: string;
  readonly implementation: string;
  readonly compared: number;
  /** NaN beside NaN, and an infinity beside the same one, do not differ. */
  readonly largest: number;
}

const difference = (own: Float64Array, other: Float64Array): number => {
  let largest = 0;
  for (let i = 0; i < other.length; i++) {
    if (Object.is(own[i], other[i])) continue;
    const apart = Math.abs(own[i]! - other[i]!);
    if (!(apart <= largest)) largest = apart;
  }
  return largest;
};

interface Source {
  readonly implementation: string;
  readonly file: string;
  readonly expected: string;
  /** What the expected tensors' names begin with. */
  readonly prefix: string;
  /** How the table calls a tensor; '' leaves it out. */
  readonly type: (name: string) => string;
}

const onnxTypes: Readonly<Record<string, string>> = {
  'tensor.codes': 'int8, one scale and zero point',
  'tensor_without_zero.codes': 'int8, one scale',
  'axis0.codes': 'uint8, scales and zero points along axis 0',
  'axis1.codes': 'int8, scales along axis 1',
  'last_axis.codes': 'uint8, scales and zero points along axis −1',
  'convolution.codes': 'int8 convolution, scales along axis 0',
  'blocks.codes': 'int8 in blocks of 4, zero points',
  'int4_blocks.codes': 'int4 in blocks of 4',
  'uint4.codes': 'uint4, scales and zero points along axis 0',
};
const scaledTypes: Readonly<Record<string, string>> = {
  'block.weight': 'FP8 E4M3, blocks of 128 × 128 (`weight_scale_inv`)',
  'rows.weight': 'FP8 E4M3, a scale for each row',
  'whole.weight': 'FP8 E4M3, one scale',
  'channel.weight': 'int8, a scale for each row',
  'mxfp8.weight': 'FP8 E4M3, shared exponents as bytes',
  'comfy.weight': 'FP8 E4M3, `scale_weight`',
  'experts.down_proj': 'FP8 E4M3 experts, a scale for each',
  'moe.up_proj_blocks': 'MXFP4, blocks and exponents as bytes (gpt-oss)',
  'nvfp4.weight': 'NVFP4, two scales',
};
const torchTypes: Readonly<Record<string, string>> = {
  qint8: 'qint8, one scale',
  quint8: 'quint8, one scale and zero point',
  qint32: 'qint32, one scale and zero point',
  'channel 0': 'qint8, scales along axis 0',
  'channel 1': 'qint8, scales along axis 1',
};
const ocpTypes: Readonly<Record<string, string>> = {
  'mxfp4.weight': 'F4 with F8_E8M0 (safetensors)',
  'mxfp8.weight': 'F8_E4M3 with F8_E8M0 (safetensors)',
};

const named =
  (format: string, types: Readonly<Record<string, string>>) =>
  (name: string): string =>
    name in types ? `${format}${types[name]!}` : '';

const QUANTISED = 'quantised/expected.safetensors';
const sources: readonly Source[] = [
  {
    implementation: 'gguf-py',
    file: 'quantised/blocks.gguf',
    expected: QUANTISED,
    prefix: 'gguf.',
    type: (name) => `GGUF ${name.replace('.weight', '')}`,
  },
  {
    implementation: 'onnxruntime',
    file: 'quantised/codes.onnx',
    expected: QUANTISED,
    prefix: 'onnx.',
    type: named('ONNX DequantizeLinear: ', onnxTypes),
  },
  {
    implementation: 'PyTorch',
    file: 'torchkinds/kinds.pt',
    expected: 'torchkinds/expected.safetensors',
    prefix: '',
    type: named('PyTorch: ', torchTypes),
  },
  {
    implementation: 'ml_dtypes',
    file: 'quantised/scaled.safetensors',
    expected: QUANTISED,
    prefix: 'scaled.',
    type: named('', scaledTypes),
  },
  {
    implementation: 'ml_dtypes',
    file: 'quantised/ocp.safetensors',
    expected: QUANTISED,
    prefix: 'ocp.',
    type: named('', ocpTypes),
  },
];

/** Compares every value of the tensors that are in both files and have a name in the table. */
const agreementsOf = async (
  own: Checkpoint,
  other: Checkpoint,
  { prefix, type, implementation }: Pick<Source, 'prefix' | 'type' | 'implementation'>,
): Promise<Agreement[]> => {
  const rows: Agreement[] = [];
  for (const { name, elements, shape } of other.tensors) {
    const short = name.slice(prefix.length);
    const shown = name.startsWith(prefix) ? type(short) : '';
    if (shown === '') continue;
    const tensor = own.tensors.find((each) => each.name === short);
    expect(tensor, name).toMatchObject({ readable: true, shape });
    expect(tensor?.computed, name).toMatch(/^dequantised from /);
    const values = [await own.read(short, 0, elements), await other.read(name, 0, elements)] as const;
    const compared = elements;
    rows.push({ type: shown, implementation, compared, largest: difference(...values) });
  }
  return rows;
};

const ofSource = async (source: Source): Promise<Agreement[]> => {
  const own = await openCheckpoint(fixture(source.file));
  const other = await openCheckpoint(fixture(source.expected));
  const rows = await agreementsOf(own, other, source);
  await Promise.all([own.close(), other.close()]);
  return rows;
};

/** Every bit pattern of the eight-bit floats; the fixture has 12345 for NaN. */
const patterns = async (): Promise<Agreement[]> => {
  const other = await openCheckpoint(fixture(QUANTISED));
  const rows: Agreement[] = [];
  for (const { name } of other.tensors.filter((tensor) => tensor.name.startsWith('patterns.'))) {
    const dtype = name.slice('patterns.'.length);
    if (!isNumericDtype(dtype)) throw new Error(`${dtype} is not a type that is read`);
    const own = new Float64Array(256);
    decodeElements(
      dtype,
      Uint8Array.from({ length: 256 }, (_, i) => i),
      own,
    );
    const values = await other.read(name, 0, 256);
    const wanted = values.map((value) => (value === 12345 ? NaN : value));
    const type = `${dtype}, every bit pattern`;
    rows.push({ type, implementation: 'ml_dtypes', compared: 256, largest: difference(own, wanted) });
  }
  await other.close();
  return rows;
};

const tableOf = (rows: readonly Agreement[]): string =>
  [
    '| Type | Implementation | Values compared | Largest difference |',
    '|---|---|---|---|',
    ...rows.map(
      ({ type, implementation, compared, largest }) =>
        `| ${type} | ${implementation} ${versions[implementation]!} | ${compared.toLocaleString('en')} | ${largest} |`,
    ),
  ].join('\n');

describe('dequantised values and those of the formats’ own code', () => {
  it('are equal, and stand in the table of the fixtures', async () => {
    const rows = [...(await Promise.all(sources.map(ofSource))).flat(), ...(await patterns())];
    expect(rows.length).toBe(45);
    expect(rows.filter(({ largest }) => largest !== 0)).toEqual([]);
    const readme = fixture('quantised/README.md');
    const text = readFileSync(readme, 'utf8');
    const written = text.replace(
      /(<!-- agreement -->\n)[^]*(<!-- \/agreement -->)/,
      (_, before: string, after: string) => `${before}\n${tableOf(rows)}\n\n${after}`,
    );
    if (process.env['AGREEMENT'] === 'write') writeFileSync(readme, written);
    else expect(text).toBe(written);
  });

  const folder = process.env['LLAMA'];
  it.skipIf(folder === undefined || !existsSync(join(folder, 'model.gguf')))(
    'are equal in a model of a Llama’s shapes',
    async () => {
      const own = await openCheckpoint(join(folder!, 'model.gguf'));
      const other = await openCheckpoint(join(folder!, 'expected.safetensors'));
      const types = new Set<string>();
      const type = (name: string): string => {
        types.add(
          own.tensors.find((tensor) => tensor.name === name)!.computed!.slice('dequantised from '.length),
        );
        return name;
      };
      const rows = await agreementsOf(own, other, { implementation: 'gguf-py', prefix: '', type });
      const compared = rows.reduce((sum, row) => sum + row.compared, 0);
      const largest = Math.max(...rows.map((row) => row.largest));
      await Promise.all([own.close(), other.close()]);
      console.info(
        `| ${[...types].sort().join(', ')}: ${rows.length} tensors | gguf-py ${versions['gguf-py']!} | ${compared.toLocaleString('en')} | ${largest} |`,
      );
      expect(largest).toBe(0);
    },
    600_000,
  );
});
