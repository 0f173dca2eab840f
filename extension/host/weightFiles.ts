import path from 'node:path';
import {
  isFolderFormatFile,
  isUnendedWeightName,
  searchedEndings,
  unendedGlob,
  weightEndingOf,
  weightEndings,
} from '../contract/weightFormats.js';

const isSearched = (file: string): boolean => {
  const lowerCase = file.toLowerCase();
  return searchedEndings.some((ending) => lowerCase.endsWith(ending));
};

/** Whether a path has the ending of a weight file. Does not look at the content. */
export const mayHoldWeights = (file: string): boolean =>
  weightEndingOf(file) !== '' ||
  isFolderFormatFile(path.basename(file)) ||
  isUnendedWeightName(path.basename(file));

/** Glob of files whose folders may hold a series, for a search of the workspace. */
export const weightFileGlobs: readonly string[] = [
  ...searchedEndings.map((ending) => `**/*${ending}`),
  '**/pytorch_model*.bin',
  `**/${unendedGlob}`,
];
export const weightFilesGlob = `{${weightFileGlobs.join(',')}}`;
/** Whether {@link weightFilesGlob} finds a file. */
export const isWeightFile = (file: string): boolean =>
  isSearched(file) ||
  /^pytorch_model.*\.bin$/.test(path.basename(file)) ||
  isUnendedWeightName(path.basename(file));

/** Whether a name clearly means weights. Other programs use names such as `model.ckpt` and `data.bin` too. */
export const isNamedForWeights = (file: string): boolean =>
  isWeightFile(file) && weightEndingOf(file) !== '.ckpt' && !isUnendedWeightName(path.basename(file));

const foreignFolders = ['node_modules', '.git', '.venv', 'venv', 'site-packages', '__pycache__'];
/** Folders of third-party files. */
export const foreignFoldersGlob = `**/{${foreignFolders.join(',')}}/**`;
/** Whether a path, relative to its workspace folder, is such a folder or lies in one. */
export const isForeign = (relativePath: string): boolean =>
  relativePath.split(/[\\/]/).some((name) => foreignFolders.includes(name));

/** Filter of an open dialog. */
export const dialogEndings = weightEndings.map((ending) => ending.slice(1));
