import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { formatFixture } from './expectedFigures.js';
import {
  expectHarmless,
  mutateAndOpen,
  mutationCount,
  structuralMutators,
  textMutator,
  type Choices,
  type Mutator,
} from './mutations.js';

type Header = Record<string, Record<string, unknown>>;

/** Changes one field of the parsed header and writes it back with the right length: damage that parses. */
const headerMutator =
  (change: (entry: Record<string, unknown>, choices: Choices, header: Header) => void): Mutator =>
  (bytes, choices) => {
    if (bytes.length < 8) return bytes;
    const length = Number(bytes.readBigUInt64LE());
    if (length > bytes.length - 8) return bytes;
    let header: Header;
    try {
      header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Header;
    } catch {
      return bytes;
    }
    const names = Object.keys(header).filter((name) => name !== '__metadata__');
    if (names.length === 0) return bytes;
    const entry = header[choices.pick(names)];
    if (typeof entry !== 'object') return bytes;
    change(entry, choices, header);
    const text = Buffer.from(JSON.stringify(header));
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([prefix, text, bytes.subarray(8 + length)]);
  };

const dtypes = [
  'F64',
  'F32',
  'F16',
  'BF16',
  'F8_E4M3',
  'F8_E5M2',
  'I64',
  'I32',
  'I8',
  'U8',
  'U64',
  'BOOL',
  'F4',
  'C64',
];
const numbers = [0, 1, 2, 7, 255, -1, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 60, 1e308, '3', null, []];

const bendNumbers =
  (key: string) =>
  (entry: Record<string, unknown>, choices: Choices): void => {
    const list = entry[key];
    if (!Array.isArray(list)) return;
    if (choices.below(4) === 0) list.push(choices.pick(numbers));
    else list[choices.below(Math.max(1, list.length))] = choices.pick(numbers);
  };

it('safetensors holds against mutated and cut files', async () => {
  const seeds = await Promise.all(
    ['dtypes.safetensors', 'broken/proto-name.safetensors'].map((name) => readFile(formatFixture(name))),
  );
  const mutators = [
    ...structuralMutators(1000),
    ...structuralMutators(16),
    textMutator(/-?\d+/g, [
      '0',
      '-1',
      '1e3',
      '1.5',
      '9007199254740993',
      '18446744073709551616',
      '1e999',
      '00',
      '""',
    ]),
    textMutator(/"[^"]*"/g, [
      '"__proto__"',
      '"F32"',
      '"F64"',
      '"f32"',
      '"\\u0000"',
      '"\\ud800"',
      '""',
      'null',
      '{}',
    ]),
    textMutator(/[{}[\],:]/g, ['{', '}', '[', ']', ',', ':', '']),
    headerMutator((entry, choices) => (entry['dtype'] = choices.pick(dtypes))),
    headerMutator(bendNumbers('shape')),
    headerMutator(bendNumbers('data_offsets')),
    headerMutator((entry) => {
      if (Array.isArray(entry['shape'])) entry['shape'].reverse();
    }),
    headerMutator((entry, choices, header) => {
      const other = header[choices.pick(Object.keys(header))]!;
      [entry['data_offsets'], other['data_offsets']] = [other['data_offsets'], entry['data_offsets']];
    }),
    headerMutator((entry, choices, header) => {
      header[choices.pick(['constructor', 'toString', '\u0000', '\n', 'é', 'x'.repeat(5000)])] = entry;
    }),
  ];
  expectHarmless(
    'safetensors',
    await mutateAndOpen({ ending: '.safetensors', open: openCheckpoint }, seeds, mutators, mutationCount),
  );
  expect(({} as Record<string, unknown>)['dtype']).toBeUndefined();
}, 600_000);
