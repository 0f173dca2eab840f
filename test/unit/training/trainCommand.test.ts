import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError, type CommandConsole } from '../../../extension/cli/command.js';
import { trainCommand } from '../../../extension/cli/trainCommand.js';
import { trainProgress } from '../../../extension/cli/trainProgress.js';

const consoleOf = (isTerminal: boolean) => {
  const said: string[] = [];
  const console: CommandConsole = {
    out: () => undefined,
    error: (text) => said.push(text),
    isTerminal,
    signal: new AbortController().signal,
  };
  return { console, said };
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wg-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => trainCommand.run(args, consoleOf(false).console);

describe('train, used wrongly', () => {
  it.each([
    [['tiny'], /--out/],
    [['tiny', 'other', '--out', 'x'], /One configuration/],
    [['--out', 'x'], /configuration file or a preset/],
    [['tiny', '--out', 'x', '--provider', 'abacus'], /--provider/],
    [['tiny', '--out', 'x', '--max-steps', '-3'], /--max-steps/],
    [['tiny', '--out', 'x', '--max-steps', 'many'], /--max-steps/],
    [['tiny', '--out', 'x', '--resume', '--init', 'y'], /--init/],
    [['tiny', '--out', 'x', '--colour'], /colour/],
  ])('%j is a usage error', async (args, message) => {
    const outcome = run(...args);
    await expect(outcome).rejects.toBeInstanceOf(UsageError);
    await expect(run(...args)).rejects.toThrow(message);
  });
});

describe('train, given what cannot be used', () => {
  it('names the file, the key, the folder', async () => {
    const out = path.join(folder, 'run');
    await expect(run('no-such-preset', '--out', out)).rejects.toMatchObject({ code: 'not-found' });
    await expect(run('tiny', '--out', out, '--set', 'weigthDecay=0')).rejects.toThrow(/weigthDecay/);
    await expect(run('--resume', '--out', out)).rejects.toThrow(out);
    writeFileSync(out, 'a file');
    await expect(run('tiny', '--out', path.join(out, 'run'))).rejects.toMatchObject({ code: 'unwritable' });
  });

  it.runIf(process.platform === 'linux')('says why a provider that was asked for does not work', async () => {
    // The engine's bundle is not beside the sources, so the probe cannot start: that too is an answer, not a hang.
    const outcome = run('tiny', '--out', path.join(folder, 'run'), '--provider', 'cuda');
    await expect(outcome).rejects.toMatchObject({ code: 'no-provider' });
  });
});

describe('progress', () => {
  const line = { step: 100, loss: 1.23456, testAccuracy: { add: 0.5 }, stepsPerSecond: 60 };

  it('is lines where standard error is not a terminal', () => {
    const { console, said } = consoleOf(false);
    const { events } = trainProgress(console, 1000);
    events.advanced?.(50);
    events.metrics?.(line);
    events.grokked?.(100);
    expect(said[0]).toBe('step 100, loss 1.235, test accuracy 50.0 %, 60.0 steps/s\n');
    expect(said[1]).toMatch(/^Grokked: at step 100/);
    expect(said).toHaveLength(2);
  });

  it('is a bar on a terminal, taken off before a line', () => {
    const { console, said } = consoleOf(true);
    const { events } = trainProgress(console, 1000);
    events.advanced?.(500);
    expect(said.at(-1)).toContain(`${'█'.repeat(15)}${'░'.repeat(15)} step 500 of 1000`);
    events.metrics?.(line);
    expect(said.at(-2)).toBe('\r\x1b[K');
  });
});
