import type { ByteSource } from '../bytes/byteSource.js';
import { malformed, unsupported } from '../bytes/fileErrors.js';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;
/** An address that stands for nothing. */
const UNDEFINED = 0xffff_ffff_ffff_ffffn;
/** No structure besides values is larger in a file of weights. */
const MOST_BYTES = 1 << 26;
const SUPERBLOCK_BYTES = 96;

/** Whether bytes begin as HDF5 does. */
export const looksLikeHdf5 = (head: Uint8Array): boolean => SIGNATURE.every((byte, i) => head[i] === byte);

/** The structures of an HDF5 file by their addresses (HDF5 File Format Specification 3.0). */
export class Hdf5File {
  private constructor(
    readonly source: ByteSource,
    /** The file, for messages. */
    readonly name: string,
    private readonly base: number,
    /** Address of the root group's object header. */
    readonly root: number,
  ) {}

  /** @throws GeometryError `malformed-file`; `unsupported-format` for a superblock of another kind. */
  static async open(source: ByteSource, name = source.name): Promise<Hdf5File> {
    if (source.size === 0) throw malformed(name, 'the file has 0 bytes');
    const start = await signatureAt(source);
    const block = Buffer.from(await source.read(start, Math.min(SUPERBLOCK_BYTES, source.size - start)));
    const version = block[8] ?? -1;
    const isOld = version === 0 || version === 1;
    if (!looksLikeHdf5(block) || block.length < 48) throw malformed(name, 'this is no HDF5 file');
    if (!isOld && version !== 2 && version !== 3) {
      throw unsupported(name, `HDF5 superblocks of version ${version} are not read`);
    }
    const [offsets, lengths] = isOld ? [block[13], block[14]] : [block[9], block[10]];
    if (offsets !== 8 || lengths !== 8) {
      throw unsupported(name, 'HDF5 files with addresses of other than 8 bytes are not read');
    }
    const addresses = isOld ? 24 + (version === 1 ? 4 : 0) : 12;
    const root = isOld ? addresses + 40 : addresses + 24;
    if (root + 8 > block.length) throw malformed(name, 'its superblock ends early');
    const base = addressIn(block, addresses, name) ?? 0;
    const header = addressIn(block, root, name);
    if (header === undefined) throw malformed(name, 'it has no root group');
    return new Hdf5File(source, name, base, header);
  }

  /** Bytes of a structure. @throws GeometryError `malformed-file` past the end of the file. */
  async bytes(address: number, length: number): Promise<Buffer> {
    const at = this.base + address;
    if (length > MOST_BYTES || !Number.isSafeInteger(at) || at + length > this.source.size) {
      throw malformed(this.name, `a structure at byte ${at} lies outside the file`);
    }
    return Buffer.from(await this.source.read(at, length));
  }

  /** Place of an address in the file. */
  place(address: number): number {
    return this.base + address;
  }

  /** An address in a structure; undefined for the one that stands for nothing. */
  address(bytes: Buffer, at: number): number | undefined {
    return addressIn(bytes, at, this.name);
  }

  /** A length, a size or a count. */
  length(bytes: Buffer, at: number): number {
    const value = addressIn(bytes, at, this.name);
    if (value === undefined) throw malformed(this.name, 'a size is not told');
    return value;
  }

  fault(reason: string): Error {
    return malformed(this.name, reason);
  }
}

/** A block of a user's may come first: the signature is at 0, 512, 1024, 2048, …; 0 where it is nowhere. */
const signatureAt = async (source: ByteSource): Promise<number> => {
  for (let at = 0; at + SUPERBLOCK_BYTES <= source.size; at = at === 0 ? 512 : 2 * at) {
    if (looksLikeHdf5(await source.read(at, SIGNATURE.length))) return at;
  }
  return 0;
};

const addressIn = (bytes: Buffer, at: number, file: string): number | undefined => {
  if (at + 8 > bytes.length) throw malformed(file, 'a structure ends early');
  const value = bytes.readBigUInt64LE(at);
  if (value === UNDEFINED) return undefined;
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw malformed(file, `an address is impossibly large (${value})`);
  return Number(value);
};
