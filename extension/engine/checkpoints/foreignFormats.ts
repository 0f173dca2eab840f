import { basename } from 'node:path';
import type { ByteSource } from './bytes/byteSource.js';
import { openZip } from './bytes/zipArchive.js';
import { kerasMember } from './hdf5/hdf5.js';

/** A file that is not read here, recognised so that one sentence can say what it is and what to do. */
interface ForeignFormat {
  readonly recognise: (head: Buffer, name: string, size: number) => boolean;
  /** After the path and a colon. */
  readonly sentence: string;
}

const EXPORT = 'save its weights as .safetensors or .npz from the program that wrote it';

const beginsWith =
  (...bytes: readonly number[]) =>
  (head: Buffer): boolean =>
    bytes.every((byte, i) => head[i] === byte);

const text = (head: Buffer): string => head.toString('latin1').trimStart().toLowerCase();

const isNamed =
  (pattern: RegExp) =>
  (_: Buffer, name: string): boolean =>
    pattern.test(name);

const either =
  (...tests: readonly ForeignFormat['recognise'][]): ForeignFormat['recognise'] =>
  (head, name, size) =>
    tests.some((test) => test(head, name, size));

/** By first bytes, surest first; by names where the format has no signature. */
const byContent: readonly ForeignFormat[] = [
  {
    recognise: (head) => text(head).startsWith('version https://git-lfs.github.com/spec/'),
    sentence: 'this is a Git LFS pointer, not the weights; run "git lfs pull" to fetch them',
  },
  {
    recognise: (head) => /^(?:<!doctype html|<html|<head|<!--)/.test(text(head)),
    sentence: 'this is an HTML page saved as weights (a login or error page); download the file again',
  },
  {
    recognise: (head) => text(head).startsWith('<?xml'),
    sentence:
      'this is an XML document and no weight file; if it came from a download, the server sent an error',
  },
  {
    // HDF5 may begin with a block that its user left empty.
    recognise: (head, name, size) =>
      size > 0 && !/\.(?:h5|hdf5)$/i.test(name) && head.every((byte) => byte === 0),
    sentence: 'it begins with zero bytes only: an unfinished download; fetch the file again',
  },
  {
    recognise: beginsWith(0x1f, 0x8b),
    sentence: 'this is a gzip file; unpack it (gunzip) and inspect what is in it',
  },
  {
    recognise: beginsWith(0x42, 0x5a, 0x68),
    sentence: 'this is a bzip2 file; unpack it and inspect what is in it',
  },
  {
    recognise: beginsWith(0xfd, 0x37, 0x7a, 0x58, 0x5a),
    sentence: 'this is an xz file; unpack it and inspect what is in it',
  },
  {
    recognise: beginsWith(0x28, 0xb5, 0x2f, 0xfd),
    sentence: 'this is a Zstandard file; unpack it and inspect what is in it',
  },
  {
    recognise: beginsWith(0x37, 0x7a, 0xbc, 0xaf),
    sentence: 'this is a 7-Zip archive; unpack it and inspect what is in it',
  },
  { recognise: beginsWith(0x25, 0x50, 0x44, 0x46), sentence: 'this is a PDF document and no weight file' },
  {
    recognise: (head) => head.toString('latin1', 257, 262) === 'ustar',
    sentence:
      'this is a tar archive (PyTorch before 0.1.10 wrote weights so); unpack it, or load it with PyTorch and save it again',
  },
  {
    recognise: (head) => head.toString('latin1', 4, 8) === 'TFL3',
    sentence: `this is a TensorFlow Lite (LiteRT) model, which is not read; ${EXPORT}`,
  },
  {
    recognise: beginsWith(0xba, 0x16, 0x4f, 0x2f),
    sentence: 'this is a fastText model of word vectors, which is not read; save the vectors as .npy',
  },
  {
    recognise: (head) => /^(?:lmgg|fmgg|tjgg|algg)/.test(head.toString('latin1', 0, 4)),
    sentence: "this is a GGML file older than GGUF, which is not read; convert it with llama.cpp's scripts",
  },
  {
    recognise: isNamed(/\.(?:mlmodel|mlpackage)$/i),
    sentence: `this is a CoreML model, which is not read; ${EXPORT}`,
  },
  { recognise: isNamed(/\.caffemodel$/i), sentence: `this is a Caffe model, which is not read; ${EXPORT}` },
  {
    recognise: isNamed(/(?:\.ckpt(?:-\d+)?\.(?:index|meta|data-\d{5}-of-\d{5})|^saved_model\.pb|\.pb)$/i),
    sentence: `this is a part of a TensorFlow checkpoint, which is not read; ${EXPORT}`,
  },
  {
    recognise: either(isNamed(/\.(?:engine|plan|trt)$/i), (head) => head.toString('latin1', 0, 4) === 'ptrt'),
    sentence:
      'this is a TensorRT engine, whose weights are compiled into it; inspect the model that it was built from',
  },
  {
    recognise: (head, _, size) => /^[[{]/.test(text(head)) && (size < 9 || head[8] !== 0x7b),
    sentence: 'this is JSON text and holds no weights; the weights may lie beside it',
  },
];

/** Zip archives of other programs, by the names of their members. */
const byMembers: readonly {
  readonly has: (names: readonly string[]) => boolean;
  readonly sentence: string;
}[] = [
  {
    has: (names) => names.some((name) => /(?:^|\/)\.data\/extern_modules$/.test(name)),
    sentence:
      'this is a torch.package archive, whose pickles need the code inside; load it with PyTorch and save its state_dict',
  },
  {
    has: (names) => names.includes('policy.pth'),
    sentence:
      'this is a model of Stable-Baselines3 (a zip archive); unpack it and inspect policy.pth, which holds its weights',
  },
  {
    has: (names) => names.some((name) => name.endsWith('.mar') || name === 'MAR-INF/MANIFEST.json'),
    sentence: 'this is a TorchServe archive; unpack it and inspect the weights in it',
  },
  {
    has: (names) => names.some((name) => /\.(?:mlmodel|mlpackage)/.test(name)),
    sentence: `this is a CoreML model, which is not read; ${EXPORT}`,
  },
];

/** Files that only a folder of another program's checkpoint has. */
const byFolder: readonly {
  readonly has: (names: readonly string[]) => boolean;
  readonly sentence: string;
}[] = [
  {
    has: (names) => names.some((name) => /^(?:_CHECKPOINT_METADATA|manifest\.ocdbt|_METADATA)$/.test(name)),
    sentence: `this is an Orbax checkpoint (JAX), which is not read; ${EXPORT}`,
  },
  {
    has: (names) => names.some((name) => /\.data-\d{5}-of-\d{5}$/.test(name) || name === 'saved_model.pb'),
    sentence: `this is a TensorFlow checkpoint, which is not read; ${EXPORT}`,
  },
];

/** What a file of no format that is read is, as far as its first bytes and its name tell. */
export const foreignFile = (path: string, head: Uint8Array, size: number): string | undefined => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  return byContent.find(({ recognise }) => recognise(bytes, basename(path), size))?.sentence;
};

/** What a folder is that another program's checkpoint fills. */
export const foreignFolder = (names: readonly string[]): string | undefined =>
  byFolder.find(({ has }) => has(names))?.sentence;

/** The reader for a zip archive, whatever its first member; else the kind of archive. */
export const zipKind = async (
  source: ByteSource,
): Promise<{ readonly reader: 'pytorch' | 'npz' | 'hdf5' } | { readonly sentence: string }> => {
  const names = [...(await openZip(source)).keys()];
  const foreign = byMembers.find(({ has }) => has(names));
  if (foreign !== undefined) return foreign;
  if (names.some((name) => kerasMember.test(name))) return { reader: 'hdf5' };
  const isPyTorch = (name: string): boolean =>
    /^(?:[^/]*\/)?data\.pkl$/.test(name) || /^[^/]*\/(?:archive_format|models\/[^/]+\.json)$/.test(name);
  if (names.some(isPyTorch)) return { reader: 'pytorch' };
  if (names.some((name) => name.endsWith('.npy'))) return { reader: 'npz' };
  const held = names
    .filter((name) => /\.(?:safetensors|pth?|bin|onnx|gguf|ckpt|npy)$/i.test(name))
    .slice(0, 3)
    .join(', ');
  return {
    sentence: `this is a zip archive and no weight file${held === '' ? '' : `; unpack it and inspect ${held}`}`,
  };
};
