import type { Warning } from '../../../contract/report.js';
import type { ByteSource } from '../bytes/byteSource.js';
import type { Checkpoint } from '../tensors/checkpoint.js';
import { openFile, type FileByteSource } from '../bytes/fileByteSource.js';
import { malformed, quote, unsafe } from '../bytes/fileErrors.js';
import { npyTensor } from './npy.js';
import { readNpyHeader } from './npyHeader.js';
import { checkpointOf, withSource, type StoredTensor } from '../tensors/storedTensors.js';
import { looksLikeZip, openZip, type ZipMember } from '../bytes/zipArchive.js';

/** A compressed member keeps the state of its decompressor while it is read; at the array's end it is let go. */
const releasedAtEnd = (tensor: StoredTensor, member: ByteSource): StoredTensor => {
  let readers = 0;
  return {
    ...tensor,
    async readElements(start, length, into) {
      readers++;
      try {
        await tensor.readElements(start, length, into);
      } finally {
        readers--;
      }
      if (readers === 0 && start + length === tensor.elements) await member.close();
    },
  };
};

const readMember = async (file: string, member: ZipMember): Promise<StoredTensor | Warning> => {
  const name = member.name.replace(/\.npy$/, '');
  const bytes = await member.open();
  const header = await readNpyHeader(bytes, file, quote(member.name));
  await bytes.close();
  if (!header.isObject) return releasedAtEnd(npyTensor(bytes, file, name, header), bytes);
  const message = `The array ${quote(name)} holds Python objects (a pickle inside) and is not opened.`;
  return { code: 'object-array', path: file, tensor: name, message };
};

/**
 * Several arrays in a zip archive, stored or deflated (`numpy.savez`, `numpy.savez_compressed`).
 * @throws GeometryError `malformed-file`; `unsafe-file` where every array is one of objects.
 */
export const readNpz = async (source: FileByteSource): Promise<Checkpoint> => {
  const members = [...(await openZip(source)).values()].filter(({ name }) => name.endsWith('.npy'));
  if (members.length === 0) throw malformed(source.name, 'there is no array in the archive');
  const tensors: StoredTensor[] = [];
  const warnings: Warning[] = [];
  for (const member of members) {
    const read = await readMember(source.name, member);
    if ('code' in read) warnings.push(read);
    else tensors.push(read);
  }
  if (tensors.length === 0) {
    throw unsafe(source.name, 'it holds only object arrays (pickles inside), which are not opened');
  }
  return checkpointOf({ format: 'npz', files: [source.file], tensors, warnings, sources: [source] });
};

export const openNpz = async (path: string): Promise<Checkpoint> => withSource(await openFile(path), readNpz);

const LOCAL_HEADER_BYTES = 30;

/** A zip archive whose first member is a `.npy`. */
export const looksLikeNpz = (head: Uint8Array): boolean => {
  if (!looksLikeZip(head) || head.length < LOCAL_HEADER_BYTES) return false;
  const nameLength = new DataView(head.buffer, head.byteOffset).getUint16(26, true);
  const name = Buffer.from(head).toString('latin1', LOCAL_HEADER_BYTES, LOCAL_HEADER_BYTES + nameLength);
  return name.endsWith('.npy');
};
