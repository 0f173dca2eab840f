import type { Hdf5File } from './hdf5File.js';

/** One message of an object header. */
export interface Message {
  readonly type: number;
  readonly data: Buffer;
  /** Its data says where the message is, not what it says. */
  readonly isShared: boolean;
}

export const messageTypes = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillValue: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  continuation: 0x10,
  symbolTable: 0x11,
} as const;

const SHARED = 2;
const MOST_MESSAGES = 100_000;
const MOST_BLOCKS = 10_000;

interface Block {
  readonly address: number;
  readonly length: number;
}

/** Messages of the object at an address (specification, IV.A). @throws GeometryError `malformed-file`. */
export const messagesOf = async (file: Hdf5File, address: number): Promise<Message[]> => {
  const start = await file.bytes(address, 16);
  return start.toString('latin1', 0, 4) === 'OHDR'
    ? secondKind(file, address)
    : firstKind(file, address, start);
};

const firstKind = async (file: Hdf5File, address: number, start: Buffer): Promise<Message[]> => {
  if (start[0] !== 1) throw file.fault('an object header is of no known version');
  const blocks: Block[] = [{ address: address + 16, length: start.readUInt32LE(8) }];
  return collect(file, blocks, {
    prefix: 0,
    suffix: 0,
    header: 8,
    of: (bytes, at) => ({
      type: bytes.readUInt16LE(at),
      size: bytes.readUInt16LE(at + 2),
      flags: bytes[at + 4]!,
    }),
  });
};

const secondKind = async (file: Hdf5File, address: number): Promise<Message[]> => {
  const [version, flags] = (await file.bytes(address + 4, 2)) as unknown as [number, number];
  if (version !== 2) throw file.fault('an object header is of no known version');
  const sizeAt = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const width = 1 << (flags & 3);
  const length = numberOf(await file.bytes(sizeAt, width), 0, width);
  const tracked = (flags & 4) !== 0 ? 2 : 0;
  return collect(file, [{ address: sizeAt + width, length }], {
    // Blocks that go on begin with OCHK and end with a sum.
    ...{ prefix: 4, suffix: 4 },
    header: 4 + tracked,
    of: (bytes, at) => ({ type: bytes[at]!, size: bytes.readUInt16LE(at + 1), flags: bytes[at + 3]! }),
  });
};

interface MessageLayout {
  /** Bytes around the messages of a block that goes on. */
  readonly prefix: number;
  readonly suffix: number;
  /** Bytes before a message's data. */
  readonly header: number;
  readonly of: (bytes: Buffer, at: number) => { type: number; size: number; flags: number };
}

const collect = async (
  file: Hdf5File,
  blocks: Block[],
  { prefix, suffix, header, of }: MessageLayout,
): Promise<Message[]> => {
  const found: Message[] = [];
  for (let next = 0; next < blocks.length; next++) {
    if (next >= MOST_BLOCKS) throw file.fault('an object header goes on without end');
    const { address, length } = blocks[next]!;
    const bytes = await file.bytes(address, length);
    for (let at = 0; at + header <= bytes.length;) {
      const { type, size, flags } = of(bytes, at);
      at += header;
      if (at + size > bytes.length) throw file.fault('a message of an object header ends early');
      const data = bytes.subarray(at, at + size);
      at += size;
      if (type === messageTypes.continuation) {
        const place = file.address(data, 0);
        const whole = file.length(data, 8);
        if (place === undefined || whole < prefix + suffix)
          throw file.fault('an object header goes on nowhere');
        blocks.push({ address: place + prefix, length: whole - prefix - suffix });
      } else found.push({ type, data, isShared: (flags & SHARED) !== 0 });
      if (found.length > MOST_MESSAGES) throw file.fault('an object header has too many messages');
    }
  }
  return found;
};

/** A little-endian number of 1, 2, 4 or 8 bytes. */
export const numberOf = (bytes: Buffer, at: number, width: number): number =>
  width <= 4 ? bytes.readUIntLE(at, width) : Number(bytes.readBigUInt64LE(at));
