import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../../extension/engine/checkpoints/bytes/byteSource.js';
import type { Checkpoint } from '../../../extension/engine/checkpoints/tensors/checkpoint.js';
import { openPyTorchSource } from '../../../extension/engine/checkpoints/pytorch/pytorch.js';
import { formatFixture } from './expectedFigures.js';
import { storedMembers, zipOf, type StoredMember } from './storedZip.js';

const inMemory = (bytes: Buffer): ByteSource => ({
  name: 'memory.pt',
  size: bytes.length,
  read: (offset, length) => Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length))),
  close: () => Promise.resolve(),
});
const open = (bytes: Buffer): Promise<Checkpoint> =>
  openPyTorchSource(inMemory(bytes), { path: 'memory.pt', bytes: bytes.length, modifiedMs: 0 });

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const string = (text: string): Buffer =>
  Buffer.concat([ascii('X'), uint32(Buffer.byteLength(text)), Buffer.from(text)]);
const number = (value: number): Buffer => Buffer.concat([ascii('J'), uint32(value)]);
const PROTO = Buffer.from([0x80, 2]);

/** `_rebuild_tensor_v2` of a float storage `0`, as torch.save writes it. */
const tensor = (
  storage: number,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Buffer =>
  Buffer.concat([
    ascii('ctorch._utils\n_rebuild_tensor_v2\n(('),
    ...[
      string('storage'),
      ascii('ctorch\nFloatStorage\n'),
      string('0'),
      string('cpu'),
      number(storage),
      ascii('tQ'),
    ],
    ...[number(offset), ascii('('), ...shape.map(number), ascii('t('), ...strides.map(number), ascii('t')],
    ascii('\x89ccollections\nOrderedDict\n)RtR'),
  ]);
const dictionary = (...entries: readonly (readonly [string, Buffer])[]): Buffer =>
  Buffer.concat([ascii('}('), ...entries.flatMap(([key, value]) => [string(key), value]), ascii('u')]);
const pickle = (...parts: readonly Buffer[]): Buffer => Buffer.concat([PROTO, ...parts, ascii('.')]);

const storage = Buffer.from(Float32Array.from({ length: 12 }, (_, i) => i).buffer);
const archive = (pickled: Buffer, more: readonly StoredMember[] = []): Buffer =>
  zipOf([{ name: 'a/data.pkl', bytes: pickled }, { name: 'a/data/0', bytes: storage }, ...more]);
const openPickled = (...parts: readonly Buffer[]): Promise<Checkpoint> => open(archive(pickle(...parts)));

const valuesOf = async (checkpoint: Checkpoint, name: string): Promise<number[]> => [
  ...(await checkpoint.read(name, 0, checkpoint.tensors.find((t) => t.name === name)!.elements)),
];
const failure = async (opening: Promise<unknown>): Promise<{ code: string; message: string }> =>
  (await opening.then(
    () => ({ code: 'none', message: '' }),
    (thrown: unknown) => thrown,
  )) as { code: string; message: string };

describe('views of a storage', () => {
  it.each([
    ['whole', 0, [3, 4], [4, 1], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['transposed', 0, [4, 3], [1, 4], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]],
    ['offset and strided', 1, [2, 2], [8, 2], [1, 3, 9, 11]],
    ['scalar', 7, [], [], [7]],
    ['empty', 0, [0, 5], [5, 1], []],
    ['expanded', 2, [2, 3], [1, 0], [2, 2, 2, 3, 3, 3]],
    ['overlapping', 0, [3, 3], [1, 1], [0, 1, 2, 1, 2, 3, 2, 3, 4]],
  ])('%s', async (_, offset, shape, strides, values) => {
    const checkpoint = await openPickled(dictionary(['w', tensor(12, offset, shape, strides)]));
    expect(await valuesOf(checkpoint, 'w')).toEqual(values);
    for (let i = 0; i < values.length; i++)
      expect([...(await checkpoint.read('w', i, 1))]).toEqual([values[i]]);
  });

  it.each([
    ['reaches beyond its end', tensor(12, 1, [3, 4], [4, 1]), /"w" reaches beyond the end of its storage/],
    [
      'claims more than is stored',
      tensor(13, 0, [2], [1]),
      /"w" has a storage of 52 bytes of which the file holds 48/,
    ],
    ['has negative strides', tensor(12, 11, [12], [-1]), /strides that are not counts/],
    ['has no stride for an axis', tensor(12, 0, [3, 4], [4]), /more sizes than strides/],
    ['overflows', tensor(12, 0, [0x7fffffff, 0x7fffffff, 0x7fffffff], [0, 0, 0]), /a shape that overflows/],
  ])('a view that %s is refused', async (_, view, message) => {
    const thrown = await failure(openPickled(dictionary(['w', view])));
    expect(thrown.code).toBe('malformed-file');
    expect(thrown.message).toMatch(message);
  });

  it('a few elements repeated excessively are refused', async () => {
    const view = tensor(12, 0, [0x7fffffff, 3], [0, 1]);
    expect((await failure(openPickled(dictionary(['w', view])))).code).toBe('too-large');
  });

  it('deflated storages are read too, and big-endian ones', async () => {
    const pickled = pickle(dictionary(['w', tensor(12, 0, [4, 3], [1, 4])]));
    const big = Buffer.from(storage).swap32();
    const bytes = zipOf([
      { name: 'a/data.pkl', bytes: pickled },
      { name: 'a/byteorder', bytes: ascii('big') },
      { name: 'a/data/0', bytes: deflateRawSync(big), inflatedSize: big.length },
    ]);
    expect(await valuesOf(await open(bytes), 'w')).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
  });
});

describe('contents of a checkpoint', () => {
  const one = tensor(12, 0, [12], [1]);
  const other = tensor(12, 2, [3], [1]);
  it.each([
    [
      'names joined by dots',
      dictionary(['enc', dictionary(['w', one])], ['dec', dictionary(['w', other])]),
      ['enc.w', 'dec.w'],
    ],
    [
      'the model, not the optimizer',
      dictionary(['model', dictionary(['w', one])], ['optimizer', dictionary(['m', other])]),
      ['w'],
    ],
    [
      'the state_dict, whatever is beside it',
      dictionary(['x', other], ['state_dict', dictionary(['w', one])]),
      ['w'],
    ],
    [
      'a model under "net" and a head beside it',
      dictionary(['net', dictionary(['w', one])], ['head', dictionary(['w', other])]),
      ['net.w', 'head.w'],
    ],
    [
      'prefixes of wrappers dropped',
      dictionary(['module._orig_mod.w', one], ['module.b', other]),
      ['w', 'b'],
    ],
    ['prefixes kept where names would meet', dictionary(['module.w', one], ['w', other]), ['module.w', 'w']],
    [
      '__proto__ as a name like any other',
      dictionary(['__proto__', one], ['constructor', other]),
      ['__proto__', 'constructor'],
    ],
    ['a tensor alone', one, ['tensor']],
  ])('%s', async (_, root, names) => {
    const checkpoint = await openPickled(root);
    expect(checkpoint.tensors.map(({ name }) => name)).toEqual(names);
    expect(({} as Record<string, unknown>)['shape']).toBeUndefined();
  });

  it('names the other model beside the one that was read', async () => {
    const { warnings } = await openPickled(
      dictionary(['model', dictionary(['w', one])], ['ema', dictionary(['w', other])]),
    );
    expect(warnings.find(({ code }) => code === 'tensors-left-out')?.message).toContain('"ema"');
  });

  it.each([
    [
      dictionary(['state', dictionary(['0', dictionary(['m', one])])], ['param_groups', ascii(']')]),
      /state of an optimizer/,
    ],
    [dictionary(['epoch', number(3)]), /it holds no tensors \(its keys: "epoch"\)/],
  ])('refuses a file without a model', async (root, message) => {
    expect(await failure(openPickled(root))).toMatchObject({
      code: 'not-a-checkpoint',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('calls', () => {
  const w: readonly [string, Buffer] = ['w', tensor(12, 0, [12], [1])];
  const call = (global: string, argument = string('x')): Buffer =>
    Buffer.concat([ascii(global), argument, ascii('\x85R')]);
  it.each([
    ['cposix\nsystem\n', 'os.system (posix.system)'],
    ['cnt\nsystem\n', 'os.system (nt.system)'],
    ['cos\npopen\n', 'os.popen'],
    ['csubprocess\nPopen\n', 'subprocess.Popen'],
    ['cbuiltins\neval\n', 'builtins.eval'],
    ['c__builtin__\nexec\n', 'builtins.exec (__builtin__.exec)'],
    ['cbuiltins\n__import__\n', 'builtins.__import__'],
    ['cbuiltins\ngetattr\n', 'builtins.getattr'],
    ['crunpy\n_run_code\n', 'runpy._run_code'],
    ['cpty\nspawn\n', 'pty.spawn'],
    ['ctorch.hub\nload\n', 'torch.hub.load'],
    ['cimportlib\nimport_module\n', 'importlib.import_module'],
    ['cwebbrowser\nopen\n', 'webbrowser.open'],
    ['c_pickle\nloads\n', 'pickle.loads (_pickle.loads)'],
    ['X\x05\0\0\0numpyX\x09\0\0\0os.system\x93', 'numpy.os.system'],
  ])('%j is warned of as %s', async (global, name) => {
    const { warnings } = await openPickled(dictionary(w, ['x', call(global)]));
    expect(warnings.map(({ code }) => code)).toEqual(['unsafe-pickle-call']);
    expect(warnings[0]!.message).toContain(`would call ${name} with "x"`);
  });

  it.each([
    ['INST', ascii('(X\x02\0\0\0lsios\nsystem\n')],
    ['OBJ', ascii('(cos\nsystem\nX\x02\0\0\0lso')],
    ['NEWOBJ', ascii('cos\nsystem\nX\x02\0\0\0ls\x85\x81')],
  ])('also by %s', async (_, instructions) => {
    const { warnings } = await openPickled(dictionary(w, ['x', instructions]));
    expect(warnings.map(({ message }) => message).join()).toContain('would call os.system');
  });

  it('a referenced but uncalled name is a reference', async () => {
    const { warnings } = await openPickled(dictionary(w, ['x', ascii('cos\nsystem\n')]));
    expect(warnings.map(({ code }) => code)).toEqual(['unsafe-pickle-call']);
    expect(warnings[0]!.message).toContain('refers to os.system');
  });

  it('known data objects stay closed silently, unknown ones with one notice', async () => {
    const { warnings, tensors } = await openPickled(
      dictionary(
        w,
        ['x', call('cargparse\nNamespace\n')],
        ['y', call('cmy.code\nThing\n')],
        ['z', call('cmy.code\nOther\n')],
      ),
    );
    expect(warnings.map(({ code }) => code)).toEqual(['unknown-pickle-names']);
    expect(warnings[0]!.message).toMatch(
      /it names 2 functions or classes .*would call my\.code\.Thing with "x", would call my\.code\.Other/,
    );
    expect(tensors.map(({ name }) => name)).toEqual(['w']);
  });

  it('arguments of a placeholder are not inspected', async () => {
    const hidden = Buffer.concat([ascii('cmy\nThing\n)\x81'), dictionary(['t', w[1]]), ascii('b')]);
    const { tensors } = await openPickled(dictionary(w, ['x', hidden]));
    expect(tensors.map(({ name }) => name)).toEqual(['w']);
  });
});

describe('bombs', () => {
  const repeat = (instructions: string, times: number): Buffer =>
    Buffer.alloc(instructions.length * times, instructions, 'latin1');
  const laughs = Buffer.concat([
    ascii(']q\0'),
    ...Array.from({ length: 60 }, (_, i) =>
      Buffer.concat([
        ascii('](h'),
        Buffer.from([i]),
        ascii('h'),
        Buffer.from([i]),
        ascii('eq'),
        Buffer.from([i + 1]),
      ]),
    ),
  ]);
  const deep = Buffer.concat([repeat(']', 100_000), repeat('a', 99_999)]);
  const itself = ascii('}q\0X\x01\0\0\0ah\0s');
  const copies = Buffer.concat([
    ascii('('),
    repeat('N', 100_000),
    ascii('lq\0'),
    repeat('cbuiltins\nlist\nh\0\x85R0', 5000),
  ]);

  it.each([
    ['containers without end', repeat('}', 5_000_000), 'too-large'],
    ['marks without end', repeat('(', 5_000_000), 'too-large'],
    ['a stack without end', repeat('N', 5_000_000), 'too-large'],
    ['an integer of a gigabyte', Buffer.concat([ascii('\x8b'), uint32(0x40000000)]), 'malformed-file'],
    ['a string longer than the file', Buffer.concat([ascii('X'), uint32(0xffffffff)]), 'malformed-file'],
    ['lists that double sixty times', laughs, 'not-a-checkpoint'],
    ['a hundred thousand nested lists', deep, 'not-a-checkpoint'],
    ['a dictionary that holds itself', itself, 'not-a-checkpoint'],
    ['copies of one long list', copies, 'too-large'],
    ['a memo index that was never stored', ascii('j\xff\xff\xff\xff'), 'malformed-file'],
    ['protocol 9', ascii('\x80\x09N'), 'malformed-file'],
  ])('%s', async (_, instructions, code) => {
    const before = process.memoryUsage.rss();
    expect((await failure(openPickled(instructions))).code).toBe(code);
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 2 ** 20);
  });

  it.each([
    ['lists that double sixty times', laughs, 'too-large'],
    ['a dictionary that holds itself', itself, 'none'],
  ])('%s beside a tensor', async (_, instructions, code) => {
    const w = tensor(12, 0, [12], [1]);
    const root = Buffer.concat([ascii('}('), string('x'), instructions, string('w'), w, ascii('u')]);
    // With a tensor at its bottom, the doubling list would be a number of tensors beyond counting.
    const filled =
      code === 'none'
        ? root
        : Buffer.concat([
            ascii('}('),
            string('x'),
            ascii(']'),
            w,
            ascii('aq\0'),
            laughs.subarray(3),
            ascii('u'),
          ]);
    expect((await failure(openPickled(filled))).code).toBe(code);
  });

  it('a deflate bomb in place of the pickle', async () => {
    const zeros = deflateRawSync(Buffer.alloc(200 << 20));
    const bytes = zipOf([{ name: 'a/data.pkl', bytes: zeros, inflatedSize: 200 << 20 }]);
    const before = process.memoryUsage.rss();
    expect((await failure(open(bytes))).code).toMatch(/too-large|malformed-file/);
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 2 ** 20);
  });
});

describe('archives', () => {
  it('with two pickles, or a name twice, are ambiguous and refused', async () => {
    const [first, ...rest] = storedMembers(readFileSync(formatFixture('state_dict.pt')));
    const second = { ...first!, name: 'other/data.pkl' };
    expect((await failure(open(zipOf([first!, second, ...rest])))).message).toContain('two pickles');
    expect((await failure(open(zipOf([first!, first!, ...rest])))).message).toContain('two members');
  });

  it('of a newer layout are reported as such', async () => {
    const root = pickle(dictionary(['w', tensor(12, 0, [12], [1])]));
    const thrown = await failure(open(archive(root, [{ name: 'a/.format_version', bytes: ascii('7') }])));
    expect(thrown.code).toBe('unsupported-format');
  });
});
