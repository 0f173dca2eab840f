import path from 'node:path';

/** Endings that only weights have, and endings that other things have too. */
const weightEndings = ['safetensors', 'gguf', 'pt', 'pth', 'ckpt', 'npz', 'onnx'];
const ambiguousEndings = ['bin', 'npy'];
const endings = new Set([...weightEndings, ...ambiguousEndings]);

/** Whether a path has the ending of a weight file; says nothing about its content. */
export const mayHoldWeights = (file: string): boolean =>
  endings.has(path.extname(file).slice(1).toLowerCase());

/** Whether a path names the list of shards of a checkpoint: `model.safetensors.index.json`. */
export const isShardIndex = (file: string): boolean => file.toLowerCase().endsWith('.index.json');

/** Files whose folders may hold a series, for a search of the workspace. */
export const weightFilesGlob = `{${[...weightEndings.map((ending) => `**/*.${ending}`), '**/pytorch_model*.bin'].join(',')}}`;
/** Folders that hold other people's files. */
export const foreignFoldersGlob = '**/{node_modules,.git,.venv,venv,site-packages,__pycache__}/**';

/** For the filter of an open dialog. */
export const dialogEndings = [...endings];
