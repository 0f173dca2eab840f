import path from 'node:path';
import fc from 'fast-check';
import { isShardIndex } from '../../../extension/contract/weightFormats.js';
import { describe, expect, it } from 'vitest';
import { WeightFolders } from '../../../extension/host/explorer/weightFolders.js';
import {
  foreignFoldersGlob,
  isForeign,
  isWeightFile,
  mayHoldWeights,
  weightFilesGlob,
} from '../../../extension/host/weightFiles.js';

const holding = (...files: readonly string[]): WeightFolders => {
  const folders = new WeightFolders();
  folders.replace(files.map((file) => path.normalize(file)));
  return folders;
};

describe('the folders of known weight files', () => {
  it('stay as long as a file of theirs stays', () => {
    const known = holding('/w/a/1.pt', '/w/a/2.pt', '/w/b/1.pt');
    expect(known.remove('/w/a/1.pt')).toBe(true);
    expect(known.folders).toEqual(['/w/a', '/w/b']);
    expect(known.remove('/w/a/2.pt')).toBe(true);
    expect(known.folders).toEqual(['/w/b']);
    expect(known.remove('/w/a/2.pt')).toBe(false);
  });

  it('go with a folder above them, and with none of a like name', () => {
    const known = holding('/w/run/checkpoints/1.pt', '/w/run/2.pt', '/w/run2/1.pt');
    expect(known.remove('/w/ru')).toBe(false);
    expect(known.remove('/w/run')).toBe(true);
    expect(known.folders).toEqual(['/w/run2']);
  });

  it('are what a search would find after any files come and go', () => {
    const file = fc
      .tuple(fc.constantFrom('a', 'b', 'a/c'), fc.constantFrom('1.pt', '2.pt'))
      .map(([folder, name]) => `/w/${folder}/${name}`);
    const change = fc.tuple(fc.boolean(), file);
    fc.assert(
      fc.property(fc.array(file), fc.array(change), (before, changes) => {
        const known = holding(...before);
        const there = new Set(before);
        for (const [comes, name] of changes) {
          if (comes) {
            known.add(name);
            there.add(name);
          } else {
            expect(known.remove(name)).toBe(there.delete(name));
          }
        }
        expect(known.folders).toEqual(holding(...there).folders);
      }),
    );
  });

  it('have their menus up to three levels above, and never above the workspace', () => {
    const known = holding('/w/lab/runs/a/checkpoints/1.pt', '/w/1.pt');
    expect(known.withParents(3, () => '/w').toSorted()).toEqual([
      '/w',
      '/w/lab',
      '/w/lab/runs',
      '/w/lab/runs/a',
      '/w/lab/runs/a/checkpoints',
    ]);
    expect(known.withParents(1, () => '/w').toSorted()).toEqual([
      '/w',
      '/w/lab/runs/a',
      '/w/lab/runs/a/checkpoints',
    ]);
  });
});

describe('names of weight files', () => {
  it.each([
    ['step_1.pt', true],
    ['MODEL.SAFETENSORS', true],
    ['pytorch_model-00001-of-00002.bin', true],
    ['firmware.bin', false],
    ['table.npy', false],
    ['notes.md', false],
    ['checkpoint_1000', true],
    ['checkpoint_1000.txt', false],
    ['checkpoint', false],
  ])('%s is searched for: %s', (name, isSearched) => {
    expect(isWeightFile(`/w/${name}`)).toBe(isSearched);
    const endings = [...weightFilesGlob.matchAll(/\*\*\/(\*|pytorch_model\*)(\.\w+)/g)];
    const isInGlob = endings.some(
      ([, stem, ending]) =>
        name.toLowerCase().endsWith(ending!) && (stem === '*' || name.startsWith('pytorch_model')),
    );
    // A glob says no more than that a digit follows; the pattern decides.
    const isUnended = weightFilesGlob.includes('**/checkpoint_[0-9]*') && /^checkpoint_\d+$/.test(name);
    expect(isInGlob || isUnended).toBe(isSearched);
    if (isSearched) expect(mayHoldWeights(name)).toBe(true);
  });

  it('leave out what lies in the folders of other people', () => {
    expect(isForeign('node_modules/onnx/model.onnx')).toBe(true);
    expect(isForeign('src\\.venv\\lib\\a.pt')).toBe(true);
    expect(isForeign('runs/venv-test/a.pt')).toBe(false);
    for (const folder of /\{(.*)\}/.exec(foreignFoldersGlob)![1]!.split(',')) {
      expect(isForeign(`a/${folder}/b.pt`)).toBe(true);
    }
  });

  it('tell the index of a sharded checkpoint from other indexes', () => {
    expect(isShardIndex('/w/model.safetensors.index.json')).toBe(true);
    expect(isShardIndex('/w/pytorch_model.bin.index.json')).toBe(true);
    expect(isShardIndex('/w/search.index.json')).toBe(false);
  });
});
