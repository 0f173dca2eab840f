import { readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import type { GeometryError } from '../../../../extension/contract/errors.js';
import type { Checkpoint } from '../../../../extension/engine/checkpoints/tensors/checkpoint.js';
import { openPyTorch, openPyTorchSource } from '../../../../extension/engine/checkpoints/pytorch/pytorch.js';
import { zipOf, type StoredMember } from '../storedZip.js';
import {
  PROTO,
  ascii,
  bytes,
  code,
  dictionary,
  global,
  list,
  number,
  reduce,
  tensor,
  text,
  tuple,
  type Code,
} from './pickleCode.js';
import type { Payload } from './payload.js';
import { payloads } from './payloads.js';
import { fixture } from '../../references.js';

const storage = Buffer.from(Float32Array.from({ length: 12 }, (_, i) => i).buffer);
const open = (bytes: Buffer): Promise<Checkpoint> =>
  openPyTorchSource(
    {
      name: 'memory.pt',
      size: bytes.length,
      read: (offset, length) => Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length))),
      close: () => Promise.resolve(),
    },
    { path: 'memory.pt', bytes: bytes.length, modifiedMs: 0 },
  );
const archive = (
  pickle: Code,
  members: readonly StoredMember[] = [{ name: 'a/data/0', bytes: storage }],
): Buffer => zipOf([{ name: 'a/data.pkl', bytes: pickle }, ...members]);

const model = dictionary([text('w'), tensor]);
const refusal = async (opening: Promise<unknown>): Promise<GeometryError> => {
  const thrown: unknown = await opening.then(
    () => new Error('it was opened'),
    (error: unknown) => error,
  );
  return thrown as GeometryError;
};
const cases = payloads.map((payload): [string, Payload] => [payload.title, payload]);

describe('a payload in front of a model', () => {
  it('there are sixty, each another way', () => {
    expect(payloads.length).toBeGreaterThanOrEqual(60);
    expect(new Set(payloads.map((payload) => payload.code.toString('latin1'))).size).toBe(payloads.length);
  });

  it.each(cases)('%s is named, and the model is read', async (_, payload) => {
    const { tensors, warnings } = await open(archive(code(PROTO, payload.code, '0', model, '.')));
    expect(tensors.map(({ name }) => name)).toEqual(['w']);
    const wanted = payload.isNotice ? 'unknown-pickle-names' : 'unsafe-pickle-call';
    const said = warnings.filter((warning) => warning.code === wanted).map(({ message }) => message);
    expect(said.join('\n')).toContain(payload.says);
    if (payload.isNotice) expect(warnings.map((warning) => warning.code)).toEqual([wanted]);
  });

  it.each(cases)('%s is named without a model too', async (_, payload) => {
    for (const bytes of [code(PROTO, payload.code, '.'), archive(code(PROTO, payload.code, '.'))]) {
      const { message, code: refused } = await refusal(open(bytes));
      expect(message).toContain(payload.says);
      expect(refused).toBe(payload.isNotice ? 'not-a-checkpoint' : 'unsafe-file');
    }
  });
});

/** Each breaks the pickle or the archive behind the payload; Python has run the payload by then. */
const faults: readonly (readonly [string, (payload: Code) => Buffer])[] = [
  ['an unknown instruction', (p) => archive(code(PROTO, p, '0\xff', model, '.'))],
  ['a missing end', (p) => archive(code(PROTO, p, '0', model))],
  ['a cut tail', (p) => archive(code(PROTO, p, '0', model.subarray(0, -9)))],
  ['a value that was never stored', (p) => archive(code(PROTO, p, '0h\xfe', model, '.'))],
  ['a persistent id of another kind', (p) => archive(code(PROTO, p, '0Pfoo\n', model, '.'))],
  ['an empty stack', (p) => archive(code(PROTO, p, '00', model, '.'))],
  ['a missing mark', (p) => archive(code(PROTO, p, '0t', model, '.'))],
  ['a string without quotes', (p) => archive(code(PROTO, p, '0Sx\n', model, '.'))],
  ['an item of what is no dictionary', (p) => archive(code(PROTO, p, '0K\x01K\x02K\x03s', model, '.'))],
  ['a protocol of the future', (p) => archive(code(PROTO, p, '0\x80\x09', model, '.'))],
  ['a tensor without a storage', (p) => archive(code(PROTO, p, '0', model, '.'), [])],
  [
    'a tensor beyond its storage',
    (p) => archive(code(PROTO, p, '0', model, '.'), [{ name: 'a/data/0', bytes: storage.subarray(8) }]),
  ],
  ['no model', (p) => archive(code(PROTO, p, '0', number(3), '.'))],
  ['a torn raw pickle', (p) => code(PROTO, p, '0', model)],
];

describe.each(faults)('a payload before %s', (_, broken) => {
  it.each(cases)('%s is named with the fault', async (__, payload) => {
    const { message, code: refused } = await refusal(open(broken(payload.code)));
    expect(message).toContain(payload.says);
    expect(message).not.toContain('\n');
    if (!payload.isNotice) expect(refused).toBe('unsafe-file');
  });
});

describe('behind a fault that Python does not have', () => {
  it.each(cases)('%s is named all the same', async (_, payload) => {
    const { message } = await refusal(open(archive(code(PROTO, 'Pfoo\n0', payload.code, '0', model, '.'))));
    expect(message).toContain(payload.says);
  });
});

const attacksIn = (folder: string): string[] =>
  readdirSync(fixture('attacks', folder)).map((name) => fixture('attacks', folder, name));

describe('the collected attacks', () => {
  it('are warned of, one and all', async () => {
    for (const file of attacksIn('pickle-silent')) {
      const checkpoint = await openPyTorch(file);
      await checkpoint.close();
      expect(
        checkpoint.warnings.map((warning) => warning.code),
        file,
      ).toContain('unsafe-pickle-call');
    }
  });

  it('are named with the fault that follows, or read', async () => {
    for (const file of attacksIn('pickle-executes-then-breaks')) {
      const said = await openPyTorch(file).then(
        async (checkpoint) => {
          await checkpoint.close();
          return checkpoint.warnings.map(({ message }) => message).join('\n');
        },
        (thrown: unknown) => (thrown as Error).message,
      );
      expect(said, file).toContain('would call os.system with "touch PWNED"');
    }
  });

  it('with members that differ by case only are refused', async () => {
    for (const file of attacksIn('zip-case'))
      expect((await refusal(openPyTorch(file))).message).toMatch(/differ by upper and lower case only/);
  });
});

describe('an archive as PyTorch finds its members', () => {
  it('is read whatever the case of their names', async () => {
    const bytes = zipOf([
      { name: 'A/DATA.PKL', bytes: code(PROTO, payloads[0]!.code, '0', model, '.') },
      { name: 'A/data/0', bytes: storage },
    ]);
    const { warnings, tensors } = await open(bytes);
    expect(tensors).toHaveLength(1);
    expect(warnings[0]!.message).toContain(payloads[0]!.says);
  });

  it('a storage under two cases is refused', async () => {
    const bytes = archive(code(PROTO, model, '.'), [
      { name: 'a/data/0', bytes: storage },
      { name: 'A/data/0', bytes: storage },
    ]);
    expect((await refusal(open(bytes))).message).toMatch(/"a\/data\/0" and "A\/data\/0" differ/);
  });
});

describe('pickles one after the other', () => {
  it('are all read for the names in them', async () => {
    const first = code(PROTO, '}.');
    const second = code(PROTO, payloads[0]!.code, '.');
    expect((await refusal(open(code(first, second)))).message).toContain(payloads[0]!.says);
  });

  it('also in a legacy file that spells its magic number in digits', async () => {
    const magic = code(PROTO, 'L119547037146038801333356L\n.');
    const file = code(magic, PROTO, 'M\xe9\x03.', PROTO, '}.', PROTO, payloads[0]!.code, '.', PROTO, '].');
    expect((await refusal(open(file))).message).toContain(payloads[0]!.says);
  });
});

describe('what torch itself writes', () => {
  const quiet = async (...parts: readonly Code[]): Promise<string[]> => {
    const pickle = code(PROTO, ...parts.flatMap((part) => [part, ascii('0')]), model, '.');
    return (await open(archive(pickle))).warnings.map(({ message }) => message);
  };
  const nested = (object: Code): Code =>
    code(
      '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.',
      '\x80\x02M\xe9\x03.',
      '\x80\x02}.',
      PROTO,
      object,
      '.',
      PROTO,
      '].',
    );
  const load = (object: Code): Code =>
    reduce(global('torch.storage', '_load_from_bytes'), bytes(nested(object)));

  it.each([
    ['lists of TorchScript', reduce(global('torch.jit._pickle', 'build_intlist'), list(number(1)))],
    ['a DTensor', reduce(global('torch.distributed.tensor', 'DTensor'))],
    ['its mesh and placements', reduce(global('torch.distributed.device_mesh', 'DeviceMesh'))],
    ['a wrapper subclass', reduce(global('torch._utils', '_rebuild_wrapper_subclass'))],
    ['a module', reduce(global('torch.nn.modules.linear', 'Linear'))],
    ['an optimizer', reduce(global('torch.optim.adamw', 'AdamW'))],
    ['a layout and a type', code(tuple(global('torch', 'strided'), global('torch', 'qint8')))],
    ['a storage pickled without torch.save', load(tuple(number(1)))],
  ])('%s raises no alarm', async (_, instructions) => {
    expect(await quiet(instructions)).toEqual([]);
  });

  it('a storage pickled so is looked into', async () => {
    expect((await quiet(load(payloads[0]!.code))).join()).toContain(payloads[0]!.says);
  });

  it('the loader of such storages is referred to where something unknown may call it', async () => {
    const partial = code(
      reduce(global('functools', 'partial'), global('torch.storage', '_load_from_bytes')),
      ')R',
    );
    expect((await quiet(partial)).join()).toContain('refers to torch.storage._load_from_bytes');
  });
});
