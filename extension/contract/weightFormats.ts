/**
 * One file format by its names. The engine's readers and the host's menus, hovers and editors map over this
 * table.
 */
export interface WeightFormat {
  readonly name: string;
  /** Lower case, with the dot. They decide only if the content does not. */
  readonly endings: readonly string[];
  /** Those of `endings` that other programs use more often. A workspace is not searched for them. */
  readonly ambiguous?: readonly string[];
  /** Those of `endings` whose shards an index may list: `model.safetensors.index.json`. */
  readonly sharded?: readonly string[];
  /** Those of `endings` with no other meaning: the editor for weights opens them by default. */
  readonly unique?: readonly string[];
}

/** Most specific signature first. If a folder holds the same weights twice, the earlier format is read. */
export const weightFormats = [
  { name: 'safetensors', endings: ['.safetensors'], unique: ['.safetensors'], sharded: ['.safetensors'] },
  {
    name: 'pytorch',
    endings: ['.pt', '.pth', '.bin', '.ckpt', '.pth.tar', '.pt.tar', '.jit', '.ptl', '.pt2', '.model'],
    ambiguous: ['.bin', '.jit', '.model'],
    sharded: ['.bin', '.pt', '.pth'],
  },
  { name: 'npz', endings: ['.npz'] },
  { name: 'npy', endings: ['.npy'], ambiguous: ['.npy'] },
  { name: 'gguf', endings: ['.gguf'], unique: ['.gguf'] },
  { name: 'onnx', endings: ['.onnx'] },
  { name: 'hdf5', endings: ['.keras', '.h5', '.hdf5'], ambiguous: ['.h5', '.hdf5'] },
  { name: 'msgpack', endings: ['.msgpack'], sharded: ['.msgpack'] },
] as const satisfies readonly WeightFormat[];

export type WeightFormatName = (typeof weightFormats)[number]['name'];

/** A checkpoint that is a folder; its files have no meaning one by one. */
export interface FolderFormat {
  readonly name: string;
  /** File that identifies the folder. */
  readonly marker: string;
  /** Ending of the files that hold the values. */
  readonly ending: string;
}

export const folderFormats = [
  { name: 'distributed', marker: '.metadata', ending: '.distcp' },
] as const satisfies readonly FolderFormat[];

const isEndingOf = (name: string, ending: string): boolean => name.toLowerCase().endsWith(ending);

/** Every ending, longest first: `.pth.tar` before a suffix of it. */
export const weightEndings: readonly string[] = weightFormats
  .flatMap(({ endings }): readonly string[] => endings)
  .sort((a, b) => b.length - a.length);

const endingsBy = (which: 'ambiguous' | 'unique' | 'sharded'): readonly string[] =>
  weightFormats.flatMap((format: WeightFormat) => format[which] ?? []);

const ambiguousEndings = endingsBy('ambiguous');
export const uniqueEndings = endingsBy('unique');

const indexEndings = endingsBy('sharded').map((ending) => `${ending}.index.json`);
/** Whether a path names the list of shards of a checkpoint: `model.safetensors.index.json`. */
export const isShardIndex = (file: string): boolean =>
  indexEndings.some((ending) => isEndingOf(file, ending));

/** Source of a regular expression for names that end as one of these does. */
const namesEnding = (endings: readonly string[]): string =>
  `(${endings.map((ending) => ending.slice(1).replaceAll('.', '\\.')).join('|')})$`;
/**
 * Files that Flax names without an ending (`checkpoint_1000`). Menus and searches see names alone; that these hold weights is
 * told by their first bytes, as of any file without an ending.
 */
export const unendedGlob = 'checkpoint_[0-9]*';
const unendedPattern = '^checkpoint_\\d+$';
export const isUnendedWeightName = (name: string): boolean => new RegExp(unendedPattern).test(name);

/** The same as menu conditions of the manifest, without the slashes around. */
export const weightNamePattern = `\\.${namesEnding(weightEndings)}|${unendedPattern}`;
export const shardIndexPattern = `\\.${namesEnding(indexEndings)}`;

/** The weight ending of a file name; '' for other names. */
export const weightEndingOf = (name: string): string =>
  weightEndings.find((ending) => isEndingOf(name, ending)) ?? '';

/** Endings that a workspace is searched for: those of weight files and of files in checkpoint folders. */
export const searchedEndings: readonly string[] = [
  ...weightEndings.filter((ending) => !ambiguousEndings.includes(ending)),
  ...folderFormats.map(({ ending }) => ending),
];

/** Whether a file belongs to a folder that is one checkpoint. */
export const isFolderFormatFile = (name: string): boolean =>
  folderFormats.some(({ ending, marker }) => isEndingOf(name, ending) || name === marker);
