import path from 'node:path';

/** Known weight files by folder, updated as files and folders come and go. */
export class WeightFolders {
  private readonly files = new Map<string, Set<string>>();
  /** The folders and all their parents; computed on demand. */
  private above: Set<string> | undefined;

  /** The folders that hold weight files directly, sorted. */
  get folders(): readonly string[] {
    return [...this.files.keys()].sort();
  }

  has(folder: string): boolean {
    return this.files.has(folder);
  }

  replace(files: readonly string[]): void {
    this.files.clear();
    this.above = undefined;
    for (const file of files) this.add(file);
  }

  add(file: string): void {
    const folder = path.dirname(file);
    const names = this.files.get(folder);
    if (names) names.add(path.basename(file));
    else {
      this.files.set(folder, new Set([path.basename(file)]));
      this.above = undefined;
    }
  }

  /** Removes a file, or a folder with everything below it. Returns whether anything was known of it. */
  remove(place: string): boolean {
    const names = this.files.get(path.dirname(place));
    if (names?.delete(path.basename(place))) {
      if (names.size === 0) this.forget(path.dirname(place));
      return true;
    }
    this.above ??= new Set([...this.files.keys()].flatMap((folder) => [...upwards(folder)]));
    if (!this.above.has(place)) return false;
    for (const folder of [...this.files.keys()]) {
      if (folder === place || folder.startsWith(place + path.sep)) this.forget(folder);
    }
    return true;
  }

  /** The folders and their parents up to this many levels, none above its root. */
  withParents(levels: number, rootOf: (folder: string) => string | undefined): readonly string[] {
    const found = new Set<string>();
    for (const folder of this.folders) {
      const root = rootOf(folder);
      let level = 0;
      for (const at of upwards(folder)) {
        found.add(at);
        if (root === undefined || at === root || level++ === levels) break;
      }
    }
    return [...found];
  }

  private forget(folder: string): void {
    this.files.delete(folder);
    this.above = undefined;
  }
}

/** A folder and all its parents. */
function* upwards(folder: string): Generator<string> {
  yield folder;
  for (let at = folder; path.dirname(at) !== at;) yield (at = path.dirname(at));
}
