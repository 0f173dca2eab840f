import path from 'node:path';
import {
  isFolderFormatFile,
  searchedEndings,
  weightEndingOf,
  weightEndings,
} from '../contract/weightFormats.js';

const isSearched = (file: string): boolean => {
  const lowerCase = file.toLowerCase();
  return searchedEndings.some((ending) => lowerCase.endsWith(ending));
};

/** Whether a path has the ending of a weight file; says nothing about its content. */
export const mayHoldWeights = (file: string): boolean =>
  weightEndingOf(file) !== '' || isFolderFormatFile(path.basename(file));

/** Files whose folders may hold a series, for a search of the workspace. */
export const weightFileGlobs: readonly string[] = [
  ...searchedEndings.map((ending) => `**/*${ending}`),
  '**/pytorch_model*.bin',
];
export const weightFilesGlob = `{${weightFileGlobs.join(',')}}`;
/** Whether {@link weightFilesGlob} finds a file. */
export const isWeightFile = (file: string): boolean =>
  isSearched(file) || /^pytorch_model.*\.bin$/.test(path.basename(file));

/** Whether a path's name says weights; `model.ckpt` and `data.bin` are names that other programs have for other things. */
export const isNamedForWeights = (file: string): boolean =>
  isWeightFile(file) && weightEndingOf(file) !== '.ckpt';

const foreignFolders = ['node_modules', '.git', '.venv', 'venv', 'site-packages', '__pycache__'];
/** Folders that hold other people's files. */
export const foreignFoldersGlob = `**/{${foreignFolders.join(',')}}/**`;
/** Whether a path, relative to its workspace folder, lies in such a folder or is one. */
export const isForeign = (relativePath: string): boolean =>
  relativePath.split(/[\\/]/).some((name) => foreignFolders.includes(name));

/** For the filter of an open dialog. */
export const dialogEndings = weightEndings.map((ending) => ending.slice(1));
