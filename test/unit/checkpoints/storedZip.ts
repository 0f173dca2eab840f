/** Members of a zip archive with stored (uncompressed) bytes, and an archive of them: for tests that rewrite one. */
export interface StoredMember {
  readonly name: string;
  readonly bytes: Buffer;
}

const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** Throws a RangeError where the archive is damaged. */
export const storedMembers = (zip: Buffer): StoredMember[] => {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    if (zip.readUInt32LE(at) !== CENTRAL) throw new RangeError('no central header');
    const [nameLength, extraLength] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30)];
    const header = zip.readUInt32LE(at + 42);
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const bytes = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    at += 46 + nameLength + extraLength + zip.readUInt16LE(at + 32);
    return { name, bytes };
  });
};

/** `method` 8 expects raw deflated bytes and their size before. */
export const zipOf = (members: readonly (StoredMember & { readonly inflatedSize?: number })[]): Buffer => {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, inflatedSize } of members) {
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(inflatedSize === undefined ? 0 : 8, 4);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(inflatedSize ?? bytes.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    parts.push(Buffer.from([0x50, 0x4b, 3, 4]), common, nameBytes, bytes);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from([0x50, 0x4b, 1, 2, 20, 0]), common, tail, nameBytes);
    offset += 30 + nameBytes.length + bytes.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
};

/** The archive with one member's bytes replaced. */
export const withMember = (zip: Buffer, ending: string, change: (bytes: Buffer) => Buffer): Buffer =>
  zipOf(
    storedMembers(zip).map(({ name, bytes }) => ({
      name,
      bytes: name.endsWith(ending) ? change(Buffer.from(bytes)) : bytes,
    })),
  );
