/** A pickle's instructions by hand (CPython, Lib/pickletools.py): tests write what no pickler would. */
export type Code = Buffer;

export const ascii = (text: string): Code => Buffer.from(text, 'latin1');
export const code = (...parts: readonly (Code | string)[]): Code =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? ascii(part) : part)));
export const uint32 = (value: number): Code => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};

export const PROTO = Buffer.from([0x80, 4]);
/** BINUNICODE, and the shorter and longer spellings of a text. */
export const text = (value: string): Code => code('X', uint32(Buffer.byteLength(value)), Buffer.from(value));
export const shortText = (value: string): Code =>
  code('\x8c', Buffer.from([Buffer.byteLength(value)]), Buffer.from(value));
export const longText = (value: string): Code =>
  code('\x8d', uint32(Buffer.byteLength(value)), uint32(0), Buffer.from(value));
export const number = (value: number): Code => code('J', uint32(value));
export const bytes = (value: Buffer): Code => code('B', uint32(value.length), value);

export const tuple = (...items: readonly (Code | string)[]): Code => code('(', ...items, 't');
export const list = (...items: readonly Code[]): Code => code('](', ...items, 'e');
/** GLOBAL and STACK_GLOBAL. */
export const global = (module: string, name: string): Code => code(`c${module}\n${name}\n`);
export const named = (module: Code, name: Code): Code => code(module, name, '\x93');
export const reduce = (callee: Code, ...args: readonly Code[]): Code => code(callee, tuple(...args), 'R');
export const dictionary = (...entries: readonly (readonly [Code, Code])[]): Code =>
  code('}(', ...entries.flat(), 'u');

/** `_rebuild_tensor_v2` of the storage `0`, of 12 floats, as torch.save writes it. */
export const tensor = code(
  'ctorch._utils\n_rebuild_tensor_v2\n((',
  ...[text('storage'), 'ctorch\nFloatStorage\n', text('0'), text('cpu'), number(12), 'tQ'],
  ...[number(0), '(', number(12), 't(', number(1), 't'],
  '\x89ccollections\nOrderedDict\n)RtR',
);
