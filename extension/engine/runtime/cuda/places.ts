import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { bindingFolder } from '../onnxruntimePackage.js';

/**
 * Places where CUDA's files are looked for, from what a process knows of its environment. No file found
 * there is run.
 */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folders that the user has named: environments, or folders of the libraries themselves. */
  readonly named?: readonly string[];
  /** Python interpreters, or the folders of their environments. */
  readonly pythons?: readonly string[];
  /** Folders that may hold a `.venv`. */
  readonly projects?: readonly string[];
  /** Other roots than the system's; tests put in their own. */
  readonly binding?: string;
  readonly system?: string;
}

/** Where files come from that a process may load. */
export type PlaceKind = 'search-path' | 'binding' | 'named' | 'python' | 'system';

/** One place, with the folders of it in which files lie. */
export interface Place {
  readonly kind: PlaceKind;
  /** The folder that a question names. */
  readonly root: string;
  /** Folders in which a provider may lie, and those of libraries; all exist. */
  readonly folders: readonly string[];
  /** Whether the loader finds files there without our help. */
  readonly isSearched: boolean;
}

const isFolder = (folder: string): boolean => {
  try {
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
};

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
};

/** Folders of a root that match a pattern of names with `*` in them. */
const matching = (root: string, pattern: string): readonly string[] =>
  pattern.split('/').reduce<readonly string[]>(
    (folders, part) =>
      folders.flatMap((folder) => {
        if (!part.includes('*')) return isFolder(path.join(folder, part)) ? [path.join(folder, part)] : [];
        const [before = '', after = ''] = part.split('*');
        return namesIn(folder)
          .filter((name) => name.startsWith(before) && name.endsWith(after) && name.length >= part.length - 1)
          .map((name) => path.join(folder, name))
          .filter(isFolder);
      }),
    [root],
  );

/** Where an environment of Python keeps packages, the first that count first. */
const packageFolders = [
  'lib/python3*/site-packages',
  'lib64/python3*/site-packages',
  'lib/python3*/dist-packages',
  'lib/python3/dist-packages',
  'local/lib/python3*/dist-packages',
];

/** Where packages keep libraries: onnxruntime-gpu, NVIDIA's own, PyTorch's older wheels. */
const libraryFolders = ['onnxruntime/capi', 'nvidia/*/lib', 'torch/lib'];

/** `site-packages` and its like of an environment. */
export const sitePackages = (root: string): readonly string[] =>
  packageFolders.flatMap((pattern) => matching(root, pattern));

/** Folders of an environment that may hold libraries; conda puts them into `lib` itself. */
const foldersOf = (root: string): readonly string[] => [
  ...sitePackages(root).flatMap((site) => libraryFolders.flatMap((pattern) => matching(site, pattern))),
  ...['lib', 'targets/x86_64-linux/lib'].flatMap((pattern) => matching(root, pattern)),
];

const KNOWN_PREFIX = /^home\s*=\s*(.+)$/m;
const SEES_BASE = /^include-system-site-packages\s*=\s*true\s*$/im;

/** An environment, and the one below it whose packages it sees too (`pyvenv.cfg`). */
const withBase = (root: string): readonly string[] => {
  let text: string;
  try {
    text = readFileSync(path.join(root, 'pyvenv.cfg'), 'utf8');
  } catch {
    return [root];
  }
  const home = KNOWN_PREFIX.exec(text)?.[1]?.trim();
  return SEES_BASE.test(text) && home !== undefined ? [root, path.dirname(home)] : [root];
};

/** The folder of an environment: of its interpreter, or the folder itself. */
const environmentOf = (python: string): string =>
  isFolder(python) ? python : path.dirname(path.dirname(python));

const once = (values: readonly string[]): readonly string[] => [...new Set(values)];

const python = (roots: readonly (string | undefined)[]): readonly Place[] =>
  once(roots.flatMap((root) => (root === undefined || root === '' ? [] : [root])))
    .filter(isFolder)
    .map((root) => ({
      kind: 'python',
      root,
      folders: once(withBase(root).flatMap(foldersOf)),
      isSearched: false,
    }));

type Finder = (surroundings: Surroundings) => readonly Place[];

/** The folders of `LD_LIBRARY_PATH`: what the loader asks first. */
const searchPath = (environment: Surroundings['environment']): readonly string[] =>
  (environment.LD_LIBRARY_PATH ?? '').split(/[:;]/).filter((folder) => path.isAbsolute(folder));

const bindingOf = ({ binding }: Surroundings): string => binding ?? bindingFolder();

/** onnxruntime itself, as the binding asks for it. */
export const CORE = 'libonnxruntime.so.1';

/** The folder from which onnxruntime's core is loaded: it looks for its providers there and nowhere else. */
export const providerHome = (surroundings: Surroundings): string =>
  searchPath(surroundings.environment).find((folder) => existsSync(path.join(folder, CORE))) ??
  bindingOf(surroundings);

/** The table of places, in the order in which they count. To look elsewhere is a row more. */
const finders: readonly Finder[] = [
  ({ environment }) =>
    searchPath(environment)
      .filter(isFolder)
      .map((root) => ({ kind: 'search-path', root, folders: [root], isSearched: true })),
  (surroundings) => {
    const root = bindingOf(surroundings);
    return [{ kind: 'binding', root, folders: [root], isSearched: true }];
  },
  ({ named = [] }) =>
    named.filter(isFolder).map((root) => ({
      kind: 'named',
      root,
      folders: once([
        root,
        ...foldersOf(root),
        ...libraryFolders.flatMap((pattern) => matching(root, pattern)),
        ...matching(root, 'lib64'),
      ]),
      isSearched: false,
    })),
  ({ pythons = [], projects = [], environment }) =>
    python([
      ...pythons.map(environmentOf),
      ...projects.flatMap((folder) => ['.venv', 'venv'].map((name) => path.join(folder, name))),
      environment.VIRTUAL_ENV,
      environment.CONDA_PREFIX,
    ]),
  ({ system = '/' }) =>
    [...matching(system, 'usr/local/cuda'), ...[...matching(system, 'usr/local/cuda-*')].reverse()].map(
      (root) => ({
        kind: 'system',
        root,
        folders: ['lib64', 'targets/x86_64-linux/lib'].flatMap((pattern) => matching(root, pattern)),
        isSearched: false,
      }),
    ),
  ({ system = '/' }) =>
    ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu', 'lib64', 'usr/lib64', 'lib', 'usr/lib'].flatMap(
      (pattern) =>
        matching(system, pattern).map((root) => ({
          kind: 'system',
          root,
          folders: [root],
          isSearched: true,
        })),
    ),
];

/** Every place that is there, in the order in which they count. */
export const placesAround = (surroundings: Surroundings): readonly Place[] => {
  const seen = new Set<string>();
  return finders
    .flatMap((find) => find(surroundings))
    .filter(({ root }) => !seen.has(root) && seen.add(root).has(root));
};

/** Native code from there is loaded only after the user has agreed to that folder. */
export const wantsConsent = ({ kind }: Place): boolean => kind === 'python' || kind === 'named';
