import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  discover,
  seriesOf,
  type Discovery,
} from '../../../extension/engine/checkpoints/discovery/series.js';
import { longSeries, longSeriesIsHere } from '../references.js';

const fixtures = fileURLToPath(new URL('../../fixtures/formats/', import.meta.url));

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'series-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const make = async (...names: readonly string[]): Promise<void> => {
  for (const name of names) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if (!name.endsWith('/')) await writeFile(path, 'x');
    else await mkdir(path, { recursive: true });
  }
};
const outline = ({ series }: Discovery): unknown =>
  series.map(({ name, checkpoints }) => [name, ...checkpoints.map(({ label, step }) => `${label} @${step}`)]);
const errorOf = async (path: string): Promise<{ code: string; message: string }> =>
  (await discover(path).then(
    () => ({ code: 'none', message: '' }),
    (thrown: unknown) => thrown,
  )) as { code: string; message: string };
const codesOf = ({ series }: Discovery): unknown =>
  series.flatMap(({ warnings }) => warnings.map(({ code }) => code));

describe('names of checkpoints', () => {
  it.each([
    [
      ['step_000200.pt', 'step_000000.pt', 'step_000100.pt'],
      ['step_000000 @0', 'step_000100 @100', 'step_000200 @200'],
    ],
    [
      ['ckpt_10.npz', 'ckpt_9.npz'],
      ['ckpt_9 @9', 'ckpt_10 @10'],
    ],
    [
      ['model_00010.safetensors', 'model_00002.safetensors'],
      ['model_00002 @2', 'model_00010 @10'],
    ],
    [
      ['iter_0002000.pth', 'iter_0001000.pth'],
      ['iter_0001000 @1000', 'iter_0002000 @2000'],
    ],
    [
      ['epoch=10-step=231.ckpt', 'epoch=3-step=77.ckpt'],
      ['epoch=3-step=77 @77', 'epoch=10-step=231 @231'],
    ],
    [
      ['epoch=1-val_loss=0.52.ckpt', 'epoch=2-val_loss=0.4.ckpt'],
      ['epoch=1-val_loss=0.52 @1', 'epoch=2-val_loss=0.4 @2'],
    ],
    [
      ['step_1k.pt', 'step_500.pt'],
      ['step_500 @500', 'step_1k @1000'],
    ],
    [
      ['100.pt', '20.pt'],
      ['20 @20', '100 @100'],
    ],
    [
      ['grokking_5.pt', 'grokking_50.pt'],
      ['grokking_5 @5', 'grokking_50 @50'],
    ],
    [
      ['step-5-v1.ckpt', 'step-5.ckpt', 'step-1.ckpt'],
      ['step-1 @1', 'step-5 @5', 'step-5-v1 @5'],
    ],
  ])('%j are one series in order of steps', async (names, entries) => {
    await make(...names);
    const [first, ...more] = (await discover(folder)).series;
    expect(first!.checkpoints.map(({ label, step }) => `${label} @${step}`)).toEqual(entries);
    expect(more).toEqual([]);
  });

  it('names that differ in nothing but a number with k or m are of one series', async () => {
    await make('G_10k.pth', 'G_5k.pth', 'G_1M.pth', 'D_5k.pth', 'D_10k.pth');
    const found = await discover(folder);
    expect(outline(found)).toEqual([
      [expect.any(String), 'G_5k @5000', 'G_10k @10000', 'G_1M @1000000'],
      [expect.any(String), 'D_5k @5000', 'D_10k @10000'],
    ]);
    for (const { place, checkpoints } of found.series)
      expect((await discover(place)).series.map((one) => one.checkpoints.length)).toEqual([
        checkpoints.length,
      ]);
  });

  it.each([
    ['sampling rates', ['vad_8k.pt', 'vad_16k.pt']],
    ['lengths of contexts', ['long-4k.pt', 'long-128k.pt']],
    ['one alone', ['hubert_25k.pt', 'other.pt']],
    ['a number twice', ['a_5k.pt', 'a_5000k.pt', 'a_5m.pt']],
  ])('a number with k or m counts no steps: %s', async (_, names) => {
    await make(...names);
    const steps = (await discover(folder)).series.flatMap(({ checkpoints }) =>
      checkpoints.map(({ step }) => step),
    );
    expect(steps).toEqual(names.map(() => undefined));
  });

  it('models of several sizes are no series', async () => {
    await make('lm-70m.pt');
    await writeFile(join(folder, 'lm-160m.pt'), 'x'.repeat(20));
    expect((await discover(folder)).series).toHaveLength(2);
  });

  it('every series of a folder is found alone by its place', async () => {
    await make(
      'a_step_1.pt',
      'a_step_2.pt',
      'b_step_1.pt',
      'b_step_2.pt',
      'c.pt',
      'd/step_1.pt',
      'd/step_2.pt',
    );
    await make('step-1/policy.pt', 'step-1/value.pt', 'step-2/policy.pt', 'step-2/value.pt');
    const { series } = await discover(folder);
    expect(series).toHaveLength(6);
    for (const { place, name, checkpoints } of series) {
      const alone = (await discover(place)).series;
      expect([name, alone[0]!.checkpoints.map(({ path }) => path)]).toEqual([
        name,
        checkpoints.map(({ path }) => path),
      ]);
    }
    expect((await errorOf(join(folder, 'e_step_#.pt'))).code).toBe('not-found');
  });

  it('numbers that distinguish runs are not steps', async () => {
    await make('seed1_step_10.pt', 'seed1_step_20.pt', 'seed2_step_10.pt', 'seed2_step_20.pt');
    expect((await discover(folder)).series.map(({ checkpoints }) => checkpoints.length)).toEqual([2, 2]);
    await rm(folder, { recursive: true });
    await make('net-seed_1.pt', 'net-seed_2.pt');
    expect((await discover(folder)).series.map(({ checkpoints }) => checkpoints[0]!.step)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('layouts of folders', () => {
  it("the Trainer's layout is in numeric order, optimizer files left out", async () => {
    const found = await discover(join(fixtures, 'trainer'));
    expect(outline(found)).toEqual([
      ['trainer', 'checkpoint-100 @100', 'checkpoint-200 @200', 'checkpoint-1000 @1000'],
    ]);
    expect(found.leftOut.filter((path) => path.endsWith('optimizer.pt'))).toHaveLength(3);
    const entry = found.series[0]!.checkpoints[0]!;
    expect(entry.files.map(({ path }) => path.slice(path.lastIndexOf('/') + 1))).toEqual([
      'model.safetensors.index.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ]);
    expect(entry.files.every(({ bytes, modifiedMs }) => bytes > 0 && modifiedMs > 0)).toBe(true);
    const checkpoint = await entry.open();
    expect(checkpoint.tensors.map(({ name }) => name)).toContain('lm_head.weight');
    await checkpoint.close();
  });

  it('one file is a series of one', async () => {
    const [series] = (await discover(join(fixtures, 'state_dict.pt'))).series;
    expect(series!.checkpoints.map(({ label }) => label)).toEqual(['state_dict']);
  });

  it('a run directory of ours is the series in its checkpoints folder', async () => {
    await make('run.json', 'metrics.jsonl', 'state/step_000200.safetensors');
    await make('checkpoints/step_000000.safetensors', 'checkpoints/step_000100.safetensors');
    const [series, ...more] = (await discover(folder)).series;
    expect(series).toMatchObject({ root: folder, isRun: true });
    expect(series!.checkpoints.map(({ step }) => step)).toEqual([0, 100]);
    expect(more).toEqual([]);
  });

  it('a folder of run folders gives all their series, sorted', async () => {
    await make('seed10/step_1.pt', 'seed10/step_2.pt', 'seed2/step_1.pt', 'seed2/step_2.pt');
    await make('deep/version_0/checkpoints/epoch=0-step=5.ckpt', 'deep/version_0/hparams.yaml');
    expect(outline(await discover(folder))).toEqual([
      [join('deep', 'version_0', 'checkpoints'), 'epoch=0-step=5 @5'],
      ['seed2', 'step_1 @1', 'step_2 @2'],
      ['seed10', 'step_1 @1', 'step_2 @2'],
    ]);
  });

  it('circular links, and links to known folders, add no series', async () => {
    await make('a/w_1.npz', 'a/w_2.npz', 'b/w_1.npz');
    await symlink('.', join(folder, 'self'));
    await symlink('..', join(folder, 'a', 'up'));
    await symlink('../b', join(folder, 'a', 'across'));
    await symlink('a', join(folder, 'latest'));
    const { series } = await discover(folder);
    expect(series.map(({ checkpoints }) => checkpoints.length).sort()).toEqual([1, 2]);
  });

  it('optimizer, scheduler, random state and arguments are left out', async () => {
    const companions = [
      ...['optimizer.pt', 'scheduler.pt', 'rng_state.pth', 'rng_state_0.pth', 'training_args.bin'],
      ...['step_1.optim.pt', 'step_1_optimizer.pt', 'trainer_state.json'],
    ];
    await make('step_1.pt', 'step_2.pt', ...companions);
    const found = await discover(folder);
    expect(outline(found)).toEqual([[expect.anything(), 'step_1 @1', 'step_2 @2']]);
    expect(found.leftOut.map((path) => path.slice(folder.length + 1)).sort()).toEqual(companions.sort());
  });

  it('last.ckpt beside stepped checkpoints repeats one of them', async () => {
    await make('epoch=0-step=5.ckpt', 'epoch=1-step=10.ckpt', 'last.ckpt');
    const found = await discover(folder);
    expect(outline(found)).toEqual([[expect.anything(), 'epoch=0-step=5 @5', 'epoch=1-step=10 @10']]);
    expect(found.leftOut).toEqual([join(folder, 'last.ckpt')]);
  });

  it('the same weights in two formats are one checkpoint', async () => {
    await make('model.safetensors', 'pytorch_model.bin', 'config.json');
    expect(outline(await discover(folder))).toEqual([[expect.anything(), 'model @undefined']]);
  });
});

describe('warnings from names', () => {
  it('an even series with a gap is reported', async () => {
    await make(...[0, 100, 200, 400, 500, 800, 900].map((step) => `step_${step}.pt`));
    const [warning] = (await discover(folder)).series[0]!.warnings;
    expect(warning).toMatchObject({ code: 'steps-missing' });
    expect(warning!.message).toContain('3 steps are missing: 300, 600, 700');
  });

  it('an uneven series is not reported', async () => {
    await make(...[0, 1, 2, 4, 8, 16, 32, 64, 128].map((step) => `step_${step}.pt`));
    expect(codesOf(await discover(folder))).toEqual([]);
  });

  it('a last checkpoint off the grid is no gap', async () => {
    await make(...[0, 500, 1000, 1500, 1507].map((step) => `step_${step}.pt`));
    expect(codesOf(await discover(folder))).toEqual([]);
  });

  it('missing shards, and checkpoint folders without weights', async () => {
    await make(
      'checkpoint-1/model-00001-of-00003.safetensors',
      'checkpoint-1/model-00003-of-00003.safetensors',
    );
    await make('checkpoint-2/model.safetensors', 'checkpoint-3/optimizer.pt');
    const found = await discover(folder);
    expect(outline(found)).toEqual([[expect.anything(), 'checkpoint-1 @1', 'checkpoint-2 @2']]);
    expect(codesOf(found)).toEqual(['missing-shard', 'checkpoint-without-weights']);
  });
});

describe('files without an ending', () => {
  const many = Array.from({ length: 1003 }, (_, i) => `log${i}`);

  it('that were not looked into are counted beside what was found', async () => {
    await make(...many, 'run/step_1.pt', 'run/step_2.pt');
    const { series } = await discover(folder);
    expect(series[0]!.warnings).toEqual([
      expect.objectContaining({ code: 'search-cut-short', path: folder }),
    ]);
    expect(series[0]!.warnings[0]!.message).toContain('may be weights: 3.');
  });

  it('that were not looked into are counted where nothing was found', async () => {
    await make(...many);
    expect((await errorOf(folder)).message).toContain(
      'Files without an ending that were not looked into: 3.',
    );
  });

  it('are passed over where a name tells of weights', async () => {
    await make(...many, 'step_1.pt', 'step_2.pt');
    expect(codesOf(await discover(folder))).toEqual([]);
  });
});

describe('errors for folders without checkpoints', () => {
  it('an empty folder', async () => {
    expect(await errorOf(folder)).toMatchObject({
      code: 'no-checkpoints',
      message: `${folder}: the folder is empty.`,
    });
  });

  it('a folder of other files', async () => {
    await make('a.json', 'b.json', 'notes.txt');
    const { code, message } = await errorOf(folder);
    expect(code).toBe('no-checkpoints');
    expect(message).toMatch(/Looked for \.safetensors, .*\.pt.* found 2 \.json files, 1 \.txt file\.$/);
  });

  it('only optimizer files', async () => {
    await make('optimizer.pt', 'scheduler.pt');
    const { code, message } = await errorOf(folder);
    expect(code).toBe('no-checkpoints');
    expect(message).toContain('only optimizer and trainer files here (optimizer.pt, scheduler.pt)');
  });

  it('a run without checkpoints yet', async () => {
    await make('run.json', 'metrics.jsonl', 'checkpoints/');
    expect((await errorOf(folder)).message).toContain('has not saved a checkpoint yet');
  });

  it('a path that does not exist', async () => {
    const path = join(folder, 'nowhere');
    expect(await errorOf(path)).toMatchObject({
      code: 'not-found',
      message: `${path}: there is no such file or folder.`,
    });
  });

  it('a cancelled search ends', async () => {
    await make('step_1.pt');
    await expect(discover(folder, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('the series that known weight files belong to', () => {
  const outlineOf = async (...folders: readonly string[]) => {
    const { series } = await seriesOf(
      folder,
      folders.map((name) => join(folder, name)),
    );
    return series.map(({ root, name, checkpoints }) => [root, name, checkpoints.length]);
  };

  it('for a run folder is the run, whatever else it holds', async () => {
    await make('runs/a/run.json', 'runs/a/state/moments.npz', 'runs/a/state/copy.safetensors');
    await make('runs/a/checkpoints/step_000000.safetensors', 'runs/a/checkpoints/step_000100.safetensors');
    expect(await outlineOf('runs/a/checkpoints', 'runs/a/state')).toEqual([
      [join(folder, 'runs/a'), join('runs', 'a'), 2],
    ]);
    const { series } = await seriesOf(folder, [join(folder, 'runs/a/checkpoints')]);
    expect(series[0]!.isRun).toBe(true);
  });

  it('of folders for each step is the one of the folder above', async () => {
    await make(...[100, 200, 1000].map((step) => `out/checkpoint-${step}/model.safetensors`));
    await make('out/checkpoint-2000/adapter_model.bin');
    // The last one has a name that a search by endings does not look for.
    expect(await outlineOf('out/checkpoint-1000', 'out/checkpoint-100', 'out/checkpoint-200')).toEqual([
      [join(folder, 'out'), 'out', 4],
    ]);
  });

  it('are several where a folder has files of several families', async () => {
    await make('mix/a_step_1.pt', 'mix/a_step_2.pt', 'mix/b_step_1.pt', 'mix/vocabulary.npy');
    const found = await outlineOf('mix');
    expect(found.map(([root]) => root)).toEqual(Array(3).fill(join(folder, 'mix')));
    expect(new Set(found.map(([, name]) => name)).size).toBe(3);
    expect(found[0]).toEqual([join(folder, 'mix'), 'mix: a_step_#.pt', 2]);
  });

  it('equal those of a search of the folder', async () => {
    await make('run/run.json', 'run/checkpoints/step_1.safetensors', 'seed2/step_1.pt', 'seed10/step_1.pt');
    await make('out/checkpoint-1/model.safetensors', 'out/checkpoint-2/model.safetensors', 'single.gguf');
    const weights = ['', 'run/checkpoints', 'seed2', 'seed10', 'out/checkpoint-1', 'out/checkpoint-2'];
    const { series } = await seriesOf(
      folder,
      weights.map((name) => join(folder, name)),
    );
    expect(outline({ path: folder, series, leftOut: [] })).toEqual(outline(await discover(folder)));
  });

  it('are found below the depth of a search, and no other folder is searched', async () => {
    await make('a/b/c/d/e/f/g/step_1.pt', 'a/other/step_1.pt');
    expect(await outlineOf('a/b/c/d/e/f/g')).toEqual([
      [join(folder, 'a/b/c/d/e/f/g'), join('a', 'b', 'c', 'd', 'e', 'f', 'g'), 1],
    ]);
  });

  it('are empty for missing files and other files, without an error', async () => {
    await make('a/optimizer.pt');
    expect(await seriesOf(folder, [join(folder, 'a'), join(folder, 'gone')])).toEqual({
      series: [],
      warnings: [],
    });
  });
});

describe.runIf(longSeriesIsHere)('the series of 36 checkpoints', () => {
  it('has 36 steps, evenly', async () => {
    const { series } = await discover(longSeries);
    expect(series.map(({ checkpoints }) => checkpoints.map(({ step }) => step))).toEqual([
      Array.from({ length: 36 }, (_, i) => 100 * i),
    ]);
    expect(series[0]!.warnings).toEqual([]);
  });
});
