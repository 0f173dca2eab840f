import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandIds, contextKeys } from '../../../extension/host/contributions.js';
import {
  folderFormats,
  weightFormats,
  type WeightFormat,
} from '../../../extension/contract/weightFormats.js';
import { formats } from '../../../extension/engine/checkpoints/formats.js';
import {
  dialogEndings,
  isWeightFile,
  mayHoldWeights,
  weightFilesGlob,
} from '../../../extension/host/weightFiles.js';

const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly l10n: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly customEditors: readonly {
      readonly selector: readonly { readonly filenamePattern: string }[];
    }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly walkthroughs: readonly {
      readonly steps: readonly { readonly id: string; readonly completionEvents: readonly string[] }[];
    }[];
    readonly configuration: readonly { readonly properties: Readonly<Record<string, Setting>> }[];
  };
}
interface MenuItem {
  readonly command?: string;
  readonly when?: string;
  readonly group?: string;
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

const keysOf = <T extends object>(table: T): readonly (keyof T & string)[] =>
  Object.keys(table) as (keyof T & string)[];

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

  it('has a handler for every command, and a value for every key of its conditions', () => {
    const code = sources('extension/host');
    for (const name of keysOf(commandIds)) {
      expect(code).toMatch(new RegExp(`\\[commandIds\\.${name}\\]:|registerCommand\\(commandIds\\.${name},`));
    }
    for (const name of keysOf(contextKeys)) {
      expect(code).toMatch(
        new RegExp(`\\[contextKeys\\.${name}\\]:|'setContext',\\s*contextKeys\\.${name},`),
      );
    }
  });

  it('has every action of a row of a view in its menu too, for those who have no mouse', () => {
    const items = manifest.contributes.menus['view/item/context']!;
    const isInline = ({ group }: MenuItem): boolean => group?.startsWith('inline') === true;
    const named = ({ command, when }: MenuItem): string => `${command} when ${when}`;
    const inMenu = items.filter((item) => !isInline(item)).map(named);
    expect(inMenu).toEqual(expect.arrayContaining(items.filter(isInline).map(named)));
  });

  it('completes the steps of its walkthrough by events that happen', () => {
    const { commands, views, configuration, walkthroughs } = manifest.contributes;
    const viewIds = Object.values(views).flatMap((list) => list.map(({ id }) => id));
    const code = sources('extension');
    const setKeys = keysOf(contextKeys).filter((name) => code.includes(`'setContext', contextKeys.${name},`));
    // VS Code tells of links to the web alone, so a link to a command completes nothing.
    const happens: Readonly<Record<string, (subject: string) => boolean>> = {
      onCommand: (name) =>
        commands.some(({ command }) => command === name) || viewIds.some((id) => name === `${id}.focus`),
      onView: (id) => viewIds.includes(id),
      onSettingChanged: (name) => configuration.some(({ properties }) => Object.hasOwn(properties, name)),
      onContext: (key) => setKeys.some((name) => contextKeys[name] === key),
    };
    for (const { id, completionEvents } of walkthroughs.flatMap(({ steps }) => steps)) {
      expect(completionEvents.length, id).toBeGreaterThan(0);
      for (const event of completionEvents) {
        const [kind, subject] = [event.slice(0, event.indexOf(':')), event.slice(event.indexOf(':') + 1)];
        expect(happens[kind]?.(subject), event).toBe(true);
      }
    }
  });

  it('starts for every file that is searched for, and for texts that paths to weights are written in', () => {
    const searched = weightFilesGlob.slice(1, -1).split(',');
    const contained = manifest.activationEvents.flatMap((event) =>
      event.startsWith('workspaceContains:') ? [event.slice('workspaceContains:'.length)] : [],
    );
    expect(contained.toSorted()).toEqual(searched.toSorted());
    // A bare onLanguage would start it with the first text of any kind, in every workspace.
    expect(manifest.activationEvents).not.toContain('onLanguage');
    for (const language of ['python', 'json', 'yaml', 'markdown', 'plaintext', 'shellscript', 'toml']) {
      expect(manifest.activationEvents).toContain(`onLanguage:${language}`);
    }
  });

  describe('knows the weight files that the engine reads', () => {
    const endings = formats.flatMap(({ endings: own }) => own);
    const { menus, customEditors } = manifest.contributes;
    /** Whether a condition of a menu holds for a file of this name: its tests of the name, as VS Code makes them. */
    const holdsFor = (name: string, when: string): boolean =>
      [...when.matchAll(/resourceFilename =~ \/((?:[^/\\]|\\.)+)\//g)].some(([, pattern]) =>
        new RegExp(pattern!).test(name),
      );
    const asked = (menu: string, command: string): string[] =>
      menus[menu]!.filter((item) => item.command === command).map(({ when }) => when ?? '');
    const surfaces: Readonly<Record<string, (name: string) => boolean>> = {
      'the menu of the explorer': (name) =>
        [commandIds.inspect, commandIds.compareWithSelected].every((command) => {
          const conditions = asked('explorer/context', command);
          return conditions.some((when) => holdsFor(name, when));
        }),
      'the title of an editor': (name) =>
        asked('editor/title', commandIds.inspect).some((when) => holdsFor(name, when)),
      'hovers, badges and the tree': mayHoldWeights,
      'the editor for weights': (name) =>
        customEditors.some(({ selector }) =>
          selector.some(({ filenamePattern }) => name.endsWith(filenamePattern.slice(1))),
        ),
      'the dialog that opens a file': (name) => dialogEndings.some((ending) => name.endsWith(`.${ending}`)),
    };

    it.each(Object.entries(surfaces))('in %s', (_, knows) => {
      expect(endings.filter((ending) => !knows(`weights${ending}`))).toEqual([]);
      for (const other of ['notes.txt', 'weights', 'safetensors', 'model.safetensors.txt', 'a.tar'])
        expect(knows(other), other).toBe(false);
    });

    it('without an ending, where they have the name that Flax gives them', () => {
      for (const surface of [
        'the menu of the explorer',
        'the title of an editor',
        'hovers, badges and the tree',
      ]) {
        const knows = surfaces[surface]!;
        expect(
          [knows('checkpoint_1000'), knows('checkpoint_best'), knows('checkpoint_1.txt')],
          surface,
        ).toEqual([true, false, false]);
      }
      expect(isWeightFile('/w/checkpoint_0')).toBe(true);
    });

    it('in the search of the workspace, but for names that other programs use more often', () => {
      const others = endings.filter((ending) => !isWeightFile(`weights${ending}`));
      const ambiguousEndings = weightFormats.flatMap(({ ambiguous = [] }: WeightFormat) => ambiguous);
      expect(others.toSorted()).toEqual(ambiguousEndings.toSorted());
      for (const { ending, marker } of folderFormats) {
        expect(isWeightFile(`__0_0${ending}`)).toBe(true);
        expect([mayHoldWeights(`__0_0${ending}`), mayHoldWeights(marker)]).toEqual([true, true]);
      }
    });
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

  it('holds what the tables of formats, commands, settings and tools say', () => {
    const script = path.join(root, 'scripts/manifest.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
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
