import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly l10n: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command?: string }[]>>;
    readonly configuration: readonly { readonly properties: Readonly<Record<string, Setting>> }[];
  };
}
interface Setting {
  readonly type: string;
  readonly scope: string;
  readonly markdownDescription: string;
  readonly minimum?: number;
  readonly maximum?: number;
}
const text = read('package.json');
const manifest = JSON.parse(text) as Manifest;
const strings = JSON.parse(read('package.nls.json')) as Record<string, string>;

const sources = (folder: string): string =>
  fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(path.join(folder, name)))
    .join('\n');

describe('the manifest', () => {
  it('has a text for every key, and no text without a key', () => {
    const used = [...text.matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]!);
    expect(new Set(used)).toEqual(new Set(Object.keys(strings)));
  });

  it('shows in its menus only commands that it has', () => {
    const commands = new Set(manifest.contributes.commands.map(({ command }) => command));
    const shown = Object.values(manifest.contributes.menus).flat();
    for (const { command } of shown) if (command !== undefined) expect(commands).toContain(command);
  });

  it('gives every setting a scope, a description and, when it is a number, a range', () => {
    for (const { properties } of manifest.contributes.configuration) {
      for (const [name, setting] of Object.entries(properties)) {
        expect(setting.scope, name).toMatch(/^(machine|machine-overridable|resource|window)$/);
        expect(setting.markdownDescription, name).toBeTruthy();
        if (/integer|number/.test(setting.type)) {
          expect(setting.minimum, name).toBeTypeOf('number');
          expect(setting.maximum, name).toBeTypeOf('number');
        }
      }
    }
  });

  it('does not start with every window', () => {
    expect(manifest.activationEvents).not.toContain('*');
    expect(manifest.activationEvents).not.toContain('onStartupFinished');
  });

  it('has every string of the host in its bundle', () => {
    const bundle = JSON.parse(read(`${manifest.l10n}/bundle.l10n.json`)) as Record<string, string>;
    const said = [...sources('extension/host').matchAll(/l10n\s*\.t\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gs)];
    expect(said.length).toBeGreaterThan(30);
    for (const match of said) expect(Object.keys(bundle)).toContain(match[2]!.replaceAll("\\'", "'"));
  });
});
