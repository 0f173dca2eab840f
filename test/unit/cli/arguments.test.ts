import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { oneOf, parsed } from '../../../extension/cli/arguments.js';
import { UsageError, type CommandConsole } from '../../../extension/cli/command.js';
import { commands } from '../../../extension/cli/commands.js';
import { fileNames } from '../../../extension/cli/inspectCommand.js';
import { checkOutput, checkOutputFolder } from '../../../extension/disk/outputs.js';
import { nearest } from '../../../extension/engine/ground/nearest.js';
import { seriesFolder } from '../inspection/seriesFixture.js';

const console_ = () => {
  const said = { out: '', error: '' };
  const console: CommandConsole = {
    out: (text) => (said.out += text),
    error: (text) => (said.error += text),
    isTerminal: false,
    signal: new AbortController().signal,
  };
  return { said, console };
};
const run = (args: readonly string[], console = console_().console): Promise<number> => {
  const [name, ...rest] = args;
  return commands.find((command) => command.name === name)!.run(rest, console);
};

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'wg-arguments-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('the nearest name', () => {
  const names = ['inspect', 'train', 'sweep', 'reproduce', 'export-lora', 'bench', 'completion'];

  it.each([
    ['isnpect', 'inspect'],
    ['trian', 'train'],
    ['exportlora', 'export-lora'],
    ['repro', 'reproduce'],
    ['SWEEP', 'sweep'],
    ['comp', 'completion'],
  ])('of %s is %s', (typed, meant) => expect(nearest(typed, names)).toBe(meant));

  it.each(['', 'x', 'weights', 'delete', 'quantum'])('of %j is none', (typed) =>
    expect(nearest(typed, names)).toBeUndefined(),
  );
});

describe('wrong usage', () => {
  it.each([
    [['inspect', '--rnks', '3', 'x'], 'There is no option --rnks. Did you mean --ranks?'],
    [['inspect', '--quantum', 'x'], 'There is no option --quantum.'],
    [['inspect', '--json'], '--json needs a value.'],
    [['inspect', '--exact=1', 'x'], '--exact takes no value.'],
    [['inspect', '--json', '--html', 'x'], /--json needs a value; .*--json=-VALUE/],
    [['inspect', 'x', '--json', 'a', '--html', 'a'], '--json and --html both name a.'],
    [['inspect', 'x', 'y', '--json', 'a.json'], 'With several paths --json names a folder that is there.'],
    [['inspect', 'x', '--analyses', 'defcet'], /Did you mean defect\?$/],
    [['train', 'tiny', '--out', 'x', '--provider', 'cudaa'], /Did you mean cuda\?$/],
    [['train', 'tiny', '--out', 'x', '--threads', 'two'], /--threads takes a whole number from 1, not "two"/],
    [['sweep', 'g.json', '--out', 'x', '--on', 'slrum'], /Did you mean slurm\?$/],
    [['reproduce', '2602.1674', '--out', 'x'], /Did you mean 2602\.16746\?$/],
    [['bench', 'trajectroy'], /Did you mean trajectory\?$/],
    [['completion', 'bsh'], /Did you mean bash\?$/],
  ] as const)('%j says what was meant', async (args, message) => {
    const thrown: unknown = await Promise.resolve()
      .then(() => run(args))
      .catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(UsageError);
    expect((thrown as Error).message).toMatch(message);
  });

  it('names keys and presets that were meant', async () => {
    const out = join(folder, 'run');
    await expect(run(['train', 'tinny', '--out', out])).rejects.toThrow(/Did you mean tiny\?$/);
    await expect(run(['train', 'tiny', '--out', out, '--set', 'weightDecy=0'])).rejects.toThrow(
      /did you mean weightDecay\?/,
    );
    await expect(run(['train', 'tiny', '--out', out, '--set', 'model.layrs=1'])).rejects.toThrow(
      /did you mean model\.layers\?/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('never answers with an object’s own keys', () => {
    expect(() => parsed(['--__proto__', 'x'], { out: { type: 'string' } })).toThrow(UsageError);
    expect(() => oneOf('--on', 'constructor', ['here'])).toThrow(/--on is one of here/);
  });
});

describe('outputs are asked before the work', () => {
  it('of a report', async () => {
    const { folder: series, remove } = seriesFolder({ 0: { a: { shape: [2, 2], values: [1, 0, 0, 1] } } });
    const { said, console } = console_();
    const missing = run(['inspect', series, '--json', join(folder, 'no/such/report.json')], console);
    await expect(missing).rejects.toMatchObject({ code: 'unwritable' });
    await expect(run(['inspect', series, '--html', folder], console)).rejects.toThrow(
      /A folder is in the way/,
    );
    writeFileSync(join(folder, 'file'), '');
    await expect(run(['inspect', series, '--html', join(folder, 'file/x.html')], console)).rejects.toThrow(
      /not a folder/,
    );
    // Nothing was read, so no progress was told.
    expect(said).toEqual({ out: '', error: '' });
    remove();
  });

  it('of folders and of pipes', async () => {
    await checkOutputFolder(join(folder, 'a/b/c'));
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, 'file'), '');
    await expect(checkOutputFolder(join(folder, 'file/b'))).rejects.toMatchObject({ code: 'unwritable' });
    await checkOutput(join(folder, 'file'));
    await checkOutput('/dev/null');
  });

  it.skipIf(process.getuid?.() === 0)('of folders that may not be written in (not as root)', async () => {
    mkdirSync(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0o555);
    await expect(checkOutput(join(folder, 'closed/x'))).rejects.toMatchObject({ code: 'unwritable' });
    await expect(checkOutputFolder(join(folder, 'closed/x'))).rejects.toMatchObject({ code: 'unwritable' });
  });
});

describe('several paths', () => {
  const matrix = (factor: number) => ({
    a: { shape: [2, 2], values: [factor, 0, 0, 1] },
  });

  it('each have a report; one that cannot be read stops no other', async () => {
    const one = seriesFolder({ 0: matrix(2) });
    const two = seriesFolder({ 0: matrix(3) });
    const { said, console } = console_();
    const status = await run(
      ['inspect', one.folder, join(folder, 'absent'), two.folder, '--json', folder],
      console,
    );
    expect(status).toBe(1);
    expect(said.error).toContain('absent');
    const names = fileNames([one.folder, two.folder]);
    expect(readdirSync(folder).sort()).toEqual(names.map((name) => `${name}.json`).sort());
    const { spectra } = JSON.parse(readFileSync(join(folder, `${names[1]}.json`), 'utf8')) as {
      spectra: { singularValues: number[] }[];
    };
    expect(spectra[0]!.singularValues[0]).toBeCloseTo(3, 12);

    const printed = console_();
    expect(await run(['inspect', one.folder, two.folder, '--json', '-'], printed.console)).toBe(0);
    expect((JSON.parse(printed.said.out) as { schema: string }[]).map(({ schema }) => schema)).toEqual([
      'weight-geometry/report@1',
      'weight-geometry/report@1',
    ]);
    one.remove();
    two.remove();
  });

  it('of one name are numbered', () => {
    expect(fileNames(['/a/run', '/b/run', '/c/Run', '/'])).toEqual(['run', 'run-2', 'Run-3', 'root']);
  });
});
