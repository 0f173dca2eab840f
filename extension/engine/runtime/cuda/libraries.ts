import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { CudaFinding, CudaSurvey } from '../../../contract/gpu.js';
import { packagedVersion, stemOf } from './libraryPackages.js';
import { sitePackages, wantsConsent, type Place } from './places.js';

/** NVIDIA's driver, in the part that programs load. */
export const DRIVER = 'libcuda.so.1';

/** A library, where it was found first. */
export interface FoundLibrary {
  readonly path: string;
  /** Absent for one that the loader's cache names. */
  readonly place?: Place;
}

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
};

/** Shared libraries of some places: those that the loader finds by itself count first, so that nobody is asked in vain. */
export class Libraries {
  private readonly places: readonly Place[];

  constructor(
    places: readonly Place[],
    private readonly cache: ReadonlyMap<string, string>,
  ) {
    const rank = (place: Place): number => (place.isSearched ? 0 : wantsConsent(place) ? 2 : 1);
    this.places = [...places].sort((a, b) => rank(a) - rank(b));
  }

  find(name: string): FoundLibrary | undefined {
    const inside = (isSearched: boolean): FoundLibrary | undefined =>
      this.first((folder, place) => {
        const file = path.join(folder, name);
        return place.isSearched === isSearched && existsSync(file) ? file : undefined;
      });
    const cached = this.cache.get(name);
    return (
      inside(true) ??
      (cached !== undefined && existsSync(cached) ? { path: cached } : undefined) ??
      inside(false)
    );
  }

  /** A library of the same name but another number: `libcublas.so.12` for `libcublas.so.13`. */
  other(name: string): FoundLibrary | undefined {
    const begins = `${stemOf(name)}.so.`;
    return this.first((folder) => {
      const other = namesIn(folder).find((entry) => entry.startsWith(begins) && /\.so\.\d+$/.test(entry));
      return other === undefined ? undefined : path.join(folder, other);
    });
  }

  private first(fileIn: (folder: string, place: Place) => string | undefined): FoundLibrary | undefined {
    for (const place of this.places)
      for (const folder of place.folders) {
        const file = fileIn(folder, place);
        if (file !== undefined) return { path: file, place };
      }
    return undefined;
  }
}

/** The version of a library: of the package that brought it, else of the file that its name leads to. */
export const versionOf = ({ path: file, place }: FoundLibrary): string | undefined => {
  const sites = place === undefined ? [] : sitePackages(place.root);
  return packagedVersion(path.basename(file), sites) ?? /\.so\.(\d+\.[\d.]+)$/.exec(realpathSync(file))?.[1];
};

/** What a list says of a library that was found. */
export const foundLibrary = (name: string, isNeeded: boolean, there: FoundLibrary): CudaFinding => {
  const version = versionOf(there);
  return {
    ...{ name, state: 'found', isNeeded, path: there.path },
    ...(version === undefined ? {} : { version }),
  };
};

/** What the kernel module says of the driver's version; undefined where there is none. */
export const driverVersion = (file: string): string | undefined => {
  try {
    return /Kernel Module.*?\s(\d+\.[\d.]+)/.exec(readFileSync(file, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
};

const ofCuda = /^lib(cu(d|b|f|r)|nv(rtc|JitLink))[\w-]*\.so(\.\d+)*$/;

/**
 * Files of CUDA in the folder of one that was found, by the names under which they are opened: cuDNN opens its parts by
 * itself, and is itself opened by a name without a number.
 */
export const openedWith = ({ path: file }: FoundLibrary): CudaSurvey['links'] => {
  const folder = path.dirname(file);
  const links = namesIn(folder)
    .filter((name) => ofCuda.test(name) && name !== DRIVER)
    .map((name) => ({ name, path: path.join(folder, name) }));
  const bare = `${stemOf(path.basename(file))}.so`;
  return links.some(({ name }) => name === bare) ? links : [...links, { name: bare, path: file }];
};
