import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openPyTorch } from '../../../extension/engine/checkpoints/pytorch/pytorch.js';
import { formatFixture } from './expectedFigures.js';
import {
  expectHarmless,
  mutateAndOpen,
  mutationCount,
  structuralMutators,
  type Choices,
  type Mutator,
} from './mutations.js';
import { storedMembers, withMember, zipOf } from './storedZip.js';

/** Every instruction of pickle, and a few bytes that are none. */
const opcodes = [
  ...Buffer.from('(.012FIJKLMNPQRSTUVXabcdeghijlopqrstu]})GBC'),
  ...Array.from({ length: 0x19 }, (_, i) => 0x80 + i),
  0x00,
  0xff,
];

const uint32 = (value: number): number[] => [
  value & 255,
  (value >>> 8) & 255,
  (value >>> 16) & 255,
  value >>> 24,
];
const lengths = [0, 1, 255, 65_536, 0x7fffffff, 0x80000000, 0xffffffff];

/** Instructions with operands that a hostile writer would choose. */
const snippet = (choices: Choices): number[] => {
  const length = choices.pick(lengths);
  const index = choices.below(70);
  return choices.pick<() => number[]>([
    () => [0x68, index],
    () => [0x71, index],
    () => [0x6a, ...uint32(length)],
    () => [0x72, ...uint32(length)],
    () => [0x58, ...uint32(length)],
    () => [0x8b, ...uint32(length)],
    () => [0x8d, ...uint32(length), ...uint32(choices.pick([0, 1, 0xffffffff]))],
    () => [0x95, ...uint32(length), 0, 0, 0, 0],
    () => [0x4a, ...uint32(length)],
    () => [0x8a, 9, 255, 255, 255, 255, 255, 255, 255, 255, 127],
    () => [0x47, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
    () => [...Buffer.from('cos\nsystem\n')],
    () => [...Buffer.from('cbuiltins\neval\n(X\x01\0\0\0xtR')],
    () => [...Buffer.from('ccollections\nOrderedDict\n)R')],
    () => [...Buffer.from('ctorch\nUntypedStorage\n')],
    () => [...Buffer.from('ctorch._utils\n_rebuild_tensor_v3\n')],
    () => [...Buffer.from('cnumpy.core.multiarray\n_reconstruct\n)R')],
    () => [...Buffer.from('g7\n'), ...Buffer.from('I99999999999999999999\n')],
    () => Array.from({ length: choices.below(2000) }, () => choices.pick([0x28, 0x32, 0x5d, 0x7d, 0x29])),
    () => [0x30],
    () => [0x52],
    () => [0x62],
  ])();
};

/** Damage to the pickle's instructions, operands, memo and order. */
const pickleMutators: readonly Mutator[] = [
  (bytes, choices) => {
    bytes[choices.below(bytes.length)] = choices.pick(opcodes);
    return bytes;
  },
  (bytes, choices) => {
    const at = choices.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(snippet(choices)), bytes.subarray(at)]);
  },
  (bytes, choices) => {
    // The operand of a memo instruction: q (put) and h (get).
    const sites = [...bytes.keys()].filter((at) => bytes[at] === 0x71 || bytes[at] === 0x68);
    if (sites.length > 0) bytes[choices.pick(sites) + 1] = choices.below(256);
    return bytes;
  },
  (bytes, choices) => {
    // Small integers: sizes, strides, offsets.
    const sites = [...bytes.keys()].filter((at) => bytes[at] === 0x4b);
    if (sites.length === 0) return bytes;
    const at = choices.pick(sites);
    const value = choices.pick([
      [0x4b, choices.below(256)],
      [0x4a, ...uint32(choices.pick(lengths))],
      [0x4e],
      [0x88],
    ]);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(value), bytes.subarray(at + 2)]);
  },
  (bytes, choices) => {
    const at = choices.below(bytes.length);
    const other = choices.below(bytes.length);
    const length = 1 + choices.below(40);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(other, other + length), bytes.subarray(at)]);
  },
  (bytes, choices) => {
    const at = choices.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + choices.below(8))]);
  },
];

const inZip =
  (ending: string, mutate: Mutator): Mutator =>
  (bytes, choices) => {
    try {
      return withMember(bytes, ending, (member) => (member.length === 0 ? member : mutate(member, choices)));
    } catch {
      return bytes; // Already damaged too far to be taken apart.
    }
  };

/** One field of one entry of the zip directory, or of its local header. */
const zipFieldMutator: Mutator = (bytes, choices) => {
  const signature = choices.pick([
    [0x50, 0x4b, 1, 2],
    [0x50, 0x4b, 3, 4],
    [0x50, 0x4b, 5, 6],
  ]);
  const sites: number[] = [];
  for (
    let at = bytes.indexOf(Buffer.from(signature));
    at >= 0;
    at = bytes.indexOf(Buffer.from(signature), at + 4)
  ) {
    sites.push(at);
  }
  if (sites.length === 0) return bytes;
  const at = choices.pick(sites) + 4 + 2 * choices.below(20);
  if (at + 4 > bytes.length) return bytes;
  if (choices.below(2) === 0) bytes.writeUInt32LE(choices.pick(lengths), at);
  else bytes.writeUInt16LE(choices.pick([0, 1, 8, 9, 0xffff, choices.below(65_536)]), at);
  return bytes;
};

const memberMutator: Mutator = (bytes, choices) => {
  try {
    const members = storedMembers(bytes);
    const at = choices.below(members.length);
    const member = members[at]!;
    const changed = choices.pick([
      [],
      [member, member],
      [{ ...member, name: choices.pick(['data.pkl', '../data.pkl', 'a/b/data.pkl', '/x', '__proto__', '']) }],
      [{ ...member, bytes: member.bytes.subarray(0, choices.below(member.bytes.length + 1)) }],
      [{ ...member, inflatedSize: choices.pick([0, member.bytes.length, 1 << 30]) }],
    ]);
    return zipOf([...members.slice(0, at), ...changed, ...members.slice(at + 1)]);
  } catch {
    return bytes;
  }
};

const anywhere = structuralMutators(Infinity);
const zipSeeds = ['state_dict.pt', 'views.bin', 'lightning.ckpt', 'hostile-reduce.pt'];

it('PyTorch archives: mutated and truncated files are handled', async () => {
  const seeds = zipSeeds.map((name) => readFileSync(formatFixture(name)));
  const mutators = [
    ...anywhere,
    ...pickleMutators.map((mutate) => inZip('data.pkl', mutate)),
    ...pickleMutators.map((mutate) => inZip('data.pkl', mutate)),
    inZip('byteorder', anywhere[2]!),
    zipFieldMutator,
    zipFieldMutator,
    memberMutator,
  ];
  const format = { ending: '.pt', open: openPyTorch };
  expectHarmless('pytorch-zip', await mutateAndOpen(format, seeds, mutators, mutationCount));
}, 900_000);

it('legacy files and bare pickles: mutated and truncated files are handled', async () => {
  const seeds = ['legacy.pth', 'legacy.pth', 'hostile-raw.bin'].map((name) =>
    readFileSync(formatFixture(name)),
  );
  const format = { ending: '.pth', open: openPyTorch };
  const mutators = [...anywhere, ...pickleMutators, ...pickleMutators];
  expectHarmless('pytorch-legacy', await mutateAndOpen(format, seeds, mutators, mutationCount));
}, 900_000);

it('nothing was executed', () => {
  expect(existsSync('weights-pickle-was-executed')).toBe(false);
  expect(({} as Record<string, unknown>)['state_dict']).toBeUndefined();
});
