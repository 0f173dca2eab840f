import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../../extension/cli/commands.js';
import { shells } from '../../../extension/cli/completion.js';

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;
for (const shell of Object.keys(shells)) {
  if (!has(shell)) console.warn(`${shell} is not installed: its completion is not tried.`);
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wg-completion-'));
  for (const [shell, script] of Object.entries(shells)) writeFileSync(join(folder, shell), script(commands));
  writeFileSync(join(folder, 'run one.safetensors'), '');
  writeFileSync(join(folder, 'report.json'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a shell offers behind a line that is typed and completed; the last word may be empty. */
const offers: Readonly<Record<string, (line: readonly string[]) => string[]>> = {
  bash: (line) => {
    const list = line.map((word) => `'${word}'`).join(' ');
    const script = `source ./bash; COMP_WORDS=(weight-geometry ${list}); COMP_CWORD=${line.length}
      _weight_geometry 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return answered('bash', ['--norc', '-c', script]);
  },
  // A real line editor in a pseudo terminal; its answers are those that compadd is given.
  zsh: (line) => {
    const typed = `weight-geometry ${line.map((word) => word.replaceAll(' ', '\\ ')).join(' ')}`;
    const script = `zmodload zsh/zpty; zpty z zsh -f -i
      zpty -w z "PS1= ; autoload -U compinit && compinit -D -u; source ./zsh"
      zpty -w z 'compadd () { [[ -n $\{@[(r)-O]} || -n $\{@[(r)-D]} ]] || { local -a found; builtin compadd -O found "$@"; print -lr -- "@@"$^found }; builtin compadd "$@" }'
      zpty -w z 'bindkey "^I" complete-word; comppostfuncs=(ended); ended () { print -r -- "@@@end" }'
      zpty -w z 'print -r ready@; stty -echo'
      zpty -r z out '*ready@*'; zpty -n -w z ${JSON.stringify(typed)}$'\\t'; zpty -r z out '*@@@end*'; print -r -- $out; zpty -d z`;
    // The first answer stands behind the typed line.
    return answered('zsh', ['-f', '-c', script]).flatMap(
      (text) => /(?<!@)@@([^@].*)$/.exec(text)?.[1]?.replaceAll('\\', '') ?? [],
    );
  },
};

const answered = (shell: string, args: readonly string[]): string[] => {
  const { stdout } = spawnSync(shell, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 20_000,
    env: { PATH: process.env.PATH, TERM: 'dumb', HOME: folder },
  });
  return stdout
    .split(/\r?\n/)
    .map((text) => text.trim())
    .filter((text) => text !== '');
};

describe.each(Object.keys(shells).filter(has))('completion in %s', (shell) => {
  const complete = offers[shell]!;

  it('offers the commands', () => {
    expect(complete([''])).toEqual(expect.arrayContaining(commands.map(({ name }) => name)));
    expect(complete(['ins'])).toEqual(['inspect']);
  });

  it('offers the flags of the command, and no other’s', () => {
    const offered = complete(['inspect', '--']);
    expect(offered).toContain('--ranks');
    expect(offered).toContain('--help');
    expect(offered).not.toContain('--seeds');
  });

  it('offers values, presets and files where they belong', () => {
    expect(complete(['train', '--provider', 'c'])).toEqual(['cpu', 'cuda']);
    expect(complete(['train', 'ti'])).toEqual(['tiny']);
    expect(complete(['inspect', '--json', 'rep'])).toEqual(['report.json']);
    expect(complete(['inspect', 'run'])).toEqual(['run one.safetensors']);
    expect(complete(['help', 'exp'])).toEqual(['export-lora']);
  });
});

it('has every flag that a help text names, and names in it every flag that users have', () => {
  for (const { name, usage, options } of commands) {
    const named = new Set([...usage.matchAll(/--([a-z][a-z-]*)/g)].map(([, flag]) => flag!));
    // An example of another command's flag, and those that scripts use alone.
    const apart = new Set(['set', 'help', 'element']);
    for (const flag of named)
      if (!apart.has(flag)) expect(Object.keys(options), `${name} --${flag}`).toContain(flag);
    for (const flag of Object.keys(options))
      if (!apart.has(flag)) expect([...named], `${name} --${flag}`).toContain(flag);
  }
});
