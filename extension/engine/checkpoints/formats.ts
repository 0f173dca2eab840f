import type { Checkpoint } from './tensors/checkpoint.js';
import { looksLikeGguf, openGguf } from './gguf/gguf.js';
import { looksLikeNpy, openNpy } from './numpy/npy.js';
import { looksLikeNpz, openNpz } from './numpy/npz.js';
import { looksLikeOnnx, openOnnx } from './onnx/onnxInitialisers.js';
import { looksLikePyTorch, openPyTorch } from './pytorch/pytorch.js';
import { looksLikeSafetensors, openSafetensors } from './safetensors/safetensors.js';

/** One file format: to add one is to add a reader and a row. */
export interface Format {
  readonly name: string;
  /** Lower case, with the dot. They decide only where the content does not. */
  readonly endings: readonly string[];
  /** Whether a file of `size` bytes that begins with `head` (up to {@link HEAD_BYTES}) is of this format. */
  readonly recognise: (head: Uint8Array, size: number) => boolean;
  readonly open: (path: string) => Promise<Checkpoint>;
}

export const HEAD_BYTES = 256;

/** The surest signature first. In a folder that holds the same weights twice, the earlier format is read. */
export const formats: readonly Format[] = [
  {
    name: 'safetensors',
    endings: ['.safetensors'],
    recognise: looksLikeSafetensors,
    open: openSafetensors,
  },
  {
    name: 'pytorch',
    endings: ['.pt', '.pth', '.bin', '.ckpt'],
    recognise: looksLikePyTorch,
    open: openPyTorch,
  },
  {
    name: 'npz',
    endings: ['.npz'],
    recognise: looksLikeNpz,
    open: openNpz,
  },
  {
    name: 'npy',
    endings: ['.npy'],
    recognise: looksLikeNpy,
    open: openNpy,
  },
  {
    name: 'gguf',
    endings: ['.gguf'],
    recognise: looksLikeGguf,
    open: openGguf,
  },
  {
    name: 'onnx',
    endings: ['.onnx'],
    recognise: looksLikeOnnx,
    open: openOnnx,
  },
];

/** By content, or else by ending. */
export const formatOf = (path: string, head: Uint8Array, size: number): Format | undefined => {
  const lowerCase = path.toLowerCase();
  return (
    formats.find((format) => format.recognise(head, size)) ??
    formats.find((format) => format.endings.some((ending) => lowerCase.endsWith(ending)))
  );
};
