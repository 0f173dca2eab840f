import { createInflateRaw, inflateRawSync, type InflateRaw } from 'node:zlib';
import { GeometryError } from '../../../contract/errors.js';
import type { ByteSource } from './byteSource.js';
import { readInto } from './byteSource.js';
import { malformed } from './fileErrors.js';

/** Bytes [start, start + size) of another source, read in place. */
export const windowOf = (source: ByteSource, name: string, start: number, size: number): ByteSource => {
  const check = (offset: number, length: number): void => {
    if (offset >= 0 && length >= 0 && offset + length <= size) return;
    throw malformed(source.name, `${name} ends early (${length} bytes wanted at ${offset} of ${size})`);
  };
  return {
    name,
    size,
    async read(offset, length) {
      check(offset, length);
      return source.read(start + offset, length);
    },
    async readInto(offset, target) {
      check(offset, target.length);
      await readInto(source, start + offset, target);
    },
    async lease() {
      const leased = await source.lease?.();
      return leased && { ...leased, start: leased.start + start };
    },
    close: () => Promise.resolve(),
  };
};

const COMPRESSED_PIECE = 1 << 16;
/** Bytes of a member that is expanded in one call: there may be thousands, and each stream has threads to wait for. */
const SMALL = 1 << 16;

/** A small member's bytes; undefined where they are not what its directory says, which a pass will explain. */
const smallMember = async (compressed: ByteSource, size: number): Promise<Uint8Array | undefined> => {
  if (compressed.size > SMALL || size > SMALL || size === 0) return undefined;
  try {
    const expanded = inflateRawSync(await compressed.read(0, compressed.size), { maxOutputLength: size });
    return expanded.length === size ? expanded : undefined;
  } catch (thrown) {
    if (thrown instanceof GeometryError) throw thrown;
    return undefined;
  }
};

/**
 * A deflated member: bytes are had in order, so reading forwards goes on where the last read ended and reading
 * backwards begins again. At most a few pieces are in memory, whatever size the member claims.
 */
export const inflatedSource = (compressed: ByteSource, file: string, size: number): ByteSource => {
  let pass: InflatePass | undefined;
  let small: Promise<Uint8Array | undefined> | undefined;
  const fill = async (offset: number, target: Uint8Array): Promise<void> => {
    if (offset < 0 || offset + target.length > size) {
      throw malformed(
        file,
        `${compressed.name} ends early (${target.length} bytes wanted at ${offset} of ${size})`,
      );
    }
    const expanded = await (small ??= smallMember(compressed, size));
    if (expanded !== undefined) {
      target.set(expanded.subarray(offset, offset + target.length));
      return;
    }
    if (pass === undefined || pass.position > offset) {
      pass?.end();
      pass = inflatePass(compressed, file);
    }
    await pass.skipTo(offset);
    await pass.fill(target);
  };
  // One pass serves one reader at a time.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (offset: number, target: Uint8Array): Promise<void> => {
    const turn = last.then(() => fill(offset, target));
    last = turn.catch(() => {
      pass?.end();
      pass = undefined;
      small = undefined;
    });
    return turn;
  };
  return {
    name: compressed.name,
    size,
    readInto: inTurn,
    async read(offset, length) {
      if (offset + length > size) throw malformed(file, `${compressed.name} ends early`);
      const target = new Uint8Array(length);
      await inTurn(offset, target);
      return target;
    },
    close: () => {
      pass?.end();
      pass = undefined;
      small = undefined;
      return Promise.resolve();
    },
  };
};

interface InflatePass {
  readonly position: number;
  skipTo(offset: number): Promise<void>;
  fill(target: Uint8Array): Promise<void>;
  end(): void;
}

const inflatePass = (compressed: ByteSource, file: string): InflatePass => {
  const stream: InflateRaw = createInflateRaw();
  let fed = 0;
  let position = 0;
  let ready: Uint8Array = new Uint8Array(0);
  let failure: Error | undefined;
  stream.on('error', (error) => (failure = error));

  /** One more piece of compressed bytes, and whatever it expands to, without blocking the thread. */
  const more = async (): Promise<void> => {
    for (;;) {
      if (failure !== undefined) throw malformed(file, `${compressed.name} cannot be decompressed`, failure);
      const expanded = stream.read() as Buffer | null;
      if (expanded !== null) {
        ready = expanded;
        return;
      }
      if (stream.readableEnded || stream.destroyed)
        throw malformed(file, `${compressed.name} is shorter than it says`);
      await feed();
    }
  };
  const feed = async (): Promise<void> => {
    const length = Math.min(COMPRESSED_PIECE, compressed.size - fed);
    if (length === 0) {
      if (!stream.writableEnded) stream.end();
      await changeOf(stream);
      return;
    }
    const piece = await compressed.read(fed, length);
    fed += length;
    await new Promise<void>((resolve) => {
      // The callback waits for the output to be taken, so readable data ends the wait as well.
      const done = (): void => {
        stream.off('readable', done);
        stream.off('error', done);
        resolve();
      };
      stream.once('readable', done);
      stream.once('error', done);
      stream.write(piece, done);
    });
  };

  return {
    get position() {
      return position;
    },
    async skipTo(offset) {
      while (position < offset) {
        if (ready.length === 0) await more();
        const taken = Math.min(ready.length, offset - position);
        ready = ready.subarray(taken);
        position += taken;
      }
    },
    async fill(target) {
      for (let at = 0; at < target.length;) {
        if (ready.length === 0) await more();
        const taken = Math.min(ready.length, target.length - at);
        target.set(ready.subarray(0, taken), at);
        ready = ready.subarray(taken);
        at += taken;
        position += taken;
      }
    },
    end: () => stream.destroy(),
  };
};

/** Until the stream has data, has ended or has failed. */
const changeOf = (stream: InflateRaw): Promise<void> =>
  new Promise((resolve) => {
    const events = ['readable', 'end', 'error', 'close'] as const;
    const done = (): void => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
  });
