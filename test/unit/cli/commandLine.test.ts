import { median } from '../../../extension/contract/median.js';
import { describe, expect, it } from 'vitest';
import { UsageError, type CommandConsole } from '../../../extension/cli/command.js';
import { escapeJson, escapeText } from '../../../extension/disk/htmlReport.js';
import { inspectCommand, parseRanks } from '../../../extension/cli/inspectCommand.js';
import { progressLine } from '../../../extension/cli/progressLine.js';
import { percent, shortNumber, textTable } from '../../../extension/text/textTable.js';
import { seriesFolder } from '../inspection/seriesFixture.js';

const recorder = (isTerminal = false) => {
  const said = { out: '', error: '' };
  const console: CommandConsole = {
    out: (text) => (said.out += text),
    error: (text) => (said.error += text),
    isTerminal,
    signal: new AbortController().signal,
  };
  return { said, console };
};
const square = (factor: number) => ({
  'a.weight': { shape: [3, 3], values: [2, 0, 0, 0, 1, 0, 0, 0, 1].map((value) => factor * value) },
  'b.weight': { shape: [3, 3], values: [1, 2, 3, 4, 5, 6, 7, 8, 10].map((value) => factor + value) },
});

describe('inspect on the command line', () => {
  it('writes the report to standard output, and nothing else there', async () => {
    const { folder, remove } = seriesFolder({ 0: square(1), 1: square(3) });
    const { said, console } = recorder();
    expect(await inspectCommand.run([folder, '--json', '-', '--ranks', '1,3'], console)).toBe(0);
    remove();
    const report = JSON.parse(said.out) as {
      schema: string;
      checkpoints: unknown[];
      spectra: { stableRank: number }[];
    };
    expect(report.schema).toBe('weight-geometry/report@1');
    expect(report.checkpoints).toHaveLength(2);
    // diag(2, 1, 1) of the last checkpoint, three times: (4 + 1 + 1)/4.
    expect(report.spectra[0]!.stableRank).toBeCloseTo(1.5, 12);
    expect(said.error).toContain('%');
  });

  it('prints a table otherwise', async () => {
    const { folder, remove } = seriesFolder({ 0: square(1), 1: square(3) });
    const { said, console } = recorder();
    await inspectCommand.run([folder], console);
    remove();
    for (const title of ['Checkpoints', 'Matrices at step 1', 'Trajectories', 'Reconstruction']) {
      expect(said.out).toContain(title);
    }
  });

  it.each([[[]], [['a', '--ranks', '0']], [['a', '--unknown']]])('takes %j for wrong usage', async (args) => {
    await expect(inspectCommand.run(args, recorder().console)).rejects.toBeInstanceOf(UsageError);
  });

  it('says which pattern would have chosen tensors', async () => {
    const { folder, remove } = seriesFolder({
      0: { 'layers.0.weight': { shape: [2, 2], values: [1, 0, 0, 1] } },
    });
    const asked = inspectCommand.run([folder, '--tensors', 'layers.*'], recorder().console);
    await expect(asked).rejects.toThrow(/A \* stays between two dots: "layers\.\*\*" matches 1\.$/);
    remove();
  });

  it('says in one sentence that a path does not exist', async () => {
    await expect(inspectCommand.run(['/nowhere/at/all'], recorder().console)).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('what is put into a page', () => {
  it('cannot leave its element', () => {
    const name = '</script><script>alert(1)</script><!-- \u2028';
    const escaped = escapeJson(JSON.stringify({ name }));
    expect(escaped).not.toMatch(/[<>\u2028]/);
    expect(JSON.parse(escaped)).toEqual({ name });
    expect(escapeText('<b a="1">&')).not.toMatch(/[<>"]/);
  });
});

describe('printing', () => {
  it('aligns columns and shortens numbers', () => {
    expect(textTable([{ title: 'a' }, { title: 'n', align: 'right' }], [['xyz', '10']])).toBe(
      'a     n\n───  ──\nxyz  10',
    );
    expect([shortNumber(18.23105), shortNumber(1.5e-7), shortNumber(undefined), percent(0.7084)]).toEqual([
      '18.23',
      '1.50e-7',
      '–',
      '70.8 %',
    ]);
    expect([median([3, 1, 2]), median([4, 1])]).toEqual([2, 2.5]);
  });

  it('reads ranks', () => {
    expect(parseRanks('1,64,12')).toEqual([1, 64, 12]);
    expect(() => parseRanks('1,x')).toThrow(UsageError);
  });

  it('draws progress as few lines without a terminal', () => {
    const { said, console } = recorder();
    const progress = progressLine(console);
    for (let i = 0; i <= 100; i++) progress.show({ text: 'Spectra', fraction: i / 100 });
    expect(said.error.trim().split('\n').length).toBeLessThan(12);
    expect(said.error).not.toContain('\r');
  });
});
