import fs from 'node:fs';
import path from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import { afterEach, describe, expect, it } from 'vitest';
import type { Report, ReconstructionEntry, SweepCell } from '../../../extension/contract/report.js';
import { controlsSay } from '../../../webview/pages/reconstruction/controlsSentences.js';
import { counted } from '../../../webview/words/counts.js';
import { sourceLine } from '../../../webview/frame/headerSentences.js';
import { panelsSay, sweepLine } from '../../../webview/pages/sweep/sentences.js';
import { english } from '../../../webview/strings.js';
import { say, speak } from '../../../webview/words/say.js';

const keys = Object.keys(english);
const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');
const filesOf = (folder: string): string[] =>
  fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => path.join(folder, file));

describe('the bundle for translators', () => {
  it('holds what the host and the page say, and nothing else', async () => {
    const host = filesOf('extension').map((file) => ({
      contents: read(file),
      extension: path.extname(file),
    }));
    const said = [...Object.keys(await getL10nJson(host)), ...Object.values(english)];
    const bundle = JSON.parse(read('extension/l10n/bundle.l10n.json')) as Record<string, string>;
    expect(Object.keys(bundle).sort()).toEqual([...new Set(said)].sort());
  });
});

describe('the sentences of the page', () => {
  const sources = filesOf('webview')
    .filter((file) => !/[sS]trings\.ts$/.test(file))
    .map(read)
    .join('\n');

  it('are all said somewhere', () => {
    // A key stands in quotes, or begins as a template does that makes it.
    const templates = [...sources.matchAll(/`([\w-]+(?:\.[\w-]+)*\.)\$\{/g)].map(([, start]) => start!);
    const isMade = (key: string): boolean =>
      templates.some((start) => key.startsWith(start) && !key.slice(start.length).includes('.'));
    const noun = (key: string): string => key.replace(/^count\./, '');
    const isSaid = (key: string): boolean =>
      sources.includes(`'${noun(key)}'`) || (noun(key) === key && isMade(key));
    const stem = (key: string): string => key.replace(/\.(one|other)$/, '');
    expect(keys.filter((key) => !isSaid(key) && !isSaid(stem(key)))).toEqual([]);
  });

  it('have a form for every plural category of English', () => {
    const plural = keys.filter((key) => key.endsWith('.other'));
    expect(plural.length).toBeGreaterThan(10);
    for (const key of plural) expect(keys).toContain(key.replace(/\.other$/, '.one'));
    expect([0, 1, 2, 1234].map((n) => counted(n, 'matrices'))).toEqual([
      '0 matrices',
      '1 matrix',
      '2 matrices',
      '1,234 matrices',
    ]);
  });
});

describe('a sentence about one of a kind', () => {
  const plurals =
    /\b1 (checkpoints|parameters|layers|heads|matrices|draws|components|directions|runs|scales|seeds|decays)\b/;

  it('has no plural', () => {
    const report = {
      source: { parameters: 1 },
      checkpoints: [{ step: 0 }],
      tensors: [],
      settings: {},
      sweep: [{ scales: ['s'], decays: [1], seeds: [1], tasks: [['add']] }],
      sweepCells: [{ inGrid: true }],
    } as unknown as Report;
    expect(sourceLine(report)).toBe('1 checkpoint, step 0 · 1 parameter');
    expect(sweepLine(report)).toBe('1 run: 1 scale × 1 weight decay × 1 seed × 1 set of tasks');
    expect(panelsSay([{ inGrid: true } as SweepCell])).toBe('The run is not measured yet.');
    const points = [{ rank: 1, energy: 1, relativeError: 0, testAccuracy: { add: 1 } }];
    const trajectory: ReconstructionEntry = {
      ...{ method: 'trajectory-pca', of: 'change', scope: 'all', matrices: ['all'], fullRank: 1, points },
      baseline: { testAccuracy: { add: 1 } },
    };
    const says = controlsSay(
      (['random-walk', 'random-directions'] as const).map((kind) => ({ kind, fullRank: 1, points })),
      trajectory,
    );
    expect(says).toHaveLength(2);
    for (const sentence of says) expect(sentence).not.toMatch(plurals);
  });
});

describe('another language', () => {
  afterEach(() => speak({ locale: 'en', strings: {} }));

  it('without a translation has English sentences by English grammar', () => {
    // Japanese has one plural category.
    speak({ locale: 'ja', strings: { Inspect: '調べる' } });
    expect(counted(1, 'checkpoints')).toBe('1 checkpoint');
    expect(counted(2, 'checkpoints')).toBe('2 checkpoints');
  });

  it('with a translation has its own grammar and numbers', () => {
    speak({
      locale: 'fr',
      strings: { '{n} matrix': '{n} matrice', '{n} matrices': '{n} matrices', Cancel: 'Annuler' },
    });
    // French counts nothing in the singular.
    expect(counted(0, 'matrices')).toBe('0 matrice');
    expect(counted(1234, 'matrices')).toBe(`${(1234).toLocaleString('fr')} matrices`);
    expect(say('cancel')).toBe('Annuler');
    // What has no translation stays English.
    expect(say('retry')).toBe('Inspect again');
  });
});
