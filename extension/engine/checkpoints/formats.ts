import { weightFormats, type WeightFormatName } from '../../contract/weightFormats.js';
import type { Checkpoint } from './tensors/checkpoint.js';
import { looksLikeGguf, openGguf } from './gguf/gguf.js';
import { looksLikeHdf5, openHdf5 } from './hdf5/hdf5.js';
import { looksLikeMsgpack, openMsgpack } from './msgpack/msgpack.js';
import { looksLikeNpy, openNpy } from './numpy/npy.js';
import { looksLikeNpz, openNpz } from './numpy/npz.js';
import { looksLikeOnnx, openOnnx } from './onnx/onnxInitialisers.js';
import { looksLikePyTorch, openPyTorch } from './pytorch/pytorch.js';
import { looksLikeSafetensors, openSafetensors } from './safetensors/safetensors.js';

/** One file format: to add one is to add a row to the table of names and a reader. */
export interface Format {
  readonly name: string;
  /** Lower case, with the dot. They decide only where the content does not. */
  readonly endings: readonly string[];
  /** Whether a file of `size` bytes that begins with `head` (up to {@link HEAD_BYTES}) is of this format. */
  readonly recognise: (head: Uint8Array, size: number) => boolean;
  readonly open: (path: string) => Promise<Checkpoint>;
}

export const HEAD_BYTES = 512;

const readers: Readonly<Record<WeightFormatName, Pick<Format, 'recognise' | 'open'>>> = {
  safetensors: { recognise: looksLikeSafetensors, open: openSafetensors },
  pytorch: { recognise: looksLikePyTorch, open: openPyTorch },
  npz: { recognise: looksLikeNpz, open: openNpz },
  npy: { recognise: looksLikeNpy, open: openNpy },
  gguf: { recognise: looksLikeGguf, open: openGguf },
  onnx: { recognise: looksLikeOnnx, open: openOnnx },
  hdf5: { recognise: looksLikeHdf5, open: openHdf5 },
  msgpack: { recognise: looksLikeMsgpack, open: openMsgpack },
};

/** In the order of the table of names. */
export const formats: readonly Format[] = weightFormats.map((row) => ({ ...row, ...readers[row.name] }));

/** Where the content of a file does not tell. */
export const formatOfEnding = (ending: string): Format | undefined =>
  formats.find(({ endings }) => endings.includes(ending));
