import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Shared libraries made by the machine's C compiler. */
export const canCompile = (): boolean => {
  if (process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0) return true;
  console.warn('No C compiler on this machine: tests with made libraries are left out.');
  return false;
};

/** A folder of made libraries, removed by `dispose`. */
export class MadeLibraries {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'wg-libraries-'));

  at(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** Compiles a library of the name that its path ends in; it needs the libraries given, by their own names. */
  library(file: string, { source = 'int made;', needs = [] as readonly string[] } = {}): string {
    const made = this.at(file);
    mkdirSync(path.dirname(made), { recursive: true });
    const code = this.at(`${path.basename(file)}.c`);
    writeFileSync(code, source);
    const name = path.basename(file);
    // The name that a library has is the one that a library built against it asks for.
    const needed = needs.map((need) => this.library(path.join('needs', need)));
    execFileSync('cc', [
      ...['-shared', '-fPIC', '-Wl,--no-as-needed', `-Wl,-soname,${name}`, '-o', made, code],
      ...needed,
    ]);
    return made;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** As a provider has it: its version stands alone among its read-only texts. */
export const withVersion = (version: string): string =>
  `const char before[] = "a"; const char version[] = "${version}"; const char *text(void) { return version; }`;
