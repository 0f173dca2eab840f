import { weightFormats, type WeightFormatName } from '../../contract/weightFormats.js';
import type { FileByteSource } from './bytes/fileByteSource.js';
import type { Checkpoint } from './tensors/checkpoint.js';
import { looksLikeGguf, readGguf } from './gguf/gguf.js';
import { looksLikeHdf5, readHdf5 } from './hdf5/hdf5.js';
import { looksLikeMsgpack, readMsgpack } from './msgpack/msgpack.js';
import { looksLikeNpy, readNpy } from './numpy/npy.js';
import { looksLikeNpz, readNpz } from './numpy/npz.js';
import { looksLikeOnnx, readOnnxInitialisers } from './onnx/onnxInitialisers.js';
import { looksLikePyTorch, readPyTorch } from './pytorch/pytorch.js';
import { looksLikeSafetensors, readSafetensors } from './safetensors/safetensors.js';

/** One file format: to add one is to add a row to the table of names and a reader. */
export interface Format {
  readonly name: string;
  /** Lower case, with the dot. They decide only where the content does not. */
  readonly endings: readonly string[];
  /** Whether a file of `size` bytes that begins with `head` (up to {@link HEAD_BYTES}) is of this format. */
  readonly recognise: (head: Uint8Array, size: number) => boolean;
  /** The checkpoint closes the source; on failure its caller does. */
  readonly read: (source: FileByteSource) => Promise<Checkpoint>;
}

export const HEAD_BYTES = 512;

const readers: Readonly<Record<WeightFormatName, Pick<Format, 'recognise' | 'read'>>> = {
  safetensors: { recognise: looksLikeSafetensors, read: readSafetensors },
  pytorch: { recognise: looksLikePyTorch, read: readPyTorch },
  npz: { recognise: looksLikeNpz, read: readNpz },
  npy: { recognise: looksLikeNpy, read: readNpy },
  gguf: { recognise: looksLikeGguf, read: readGguf },
  onnx: { recognise: looksLikeOnnx, read: readOnnxInitialisers },
  hdf5: { recognise: looksLikeHdf5, read: readHdf5 },
  msgpack: { recognise: looksLikeMsgpack, read: readMsgpack },
};

/** In the order of the table of names. */
export const formats: readonly Format[] = weightFormats.map((row) => ({ ...row, ...readers[row.name] }));

/** Where the content of a file does not tell. */
export const formatOfEnding = (ending: string): Format | undefined =>
  formats.find(({ endings }) => endings.includes(ending));
