import { renameSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandConsole } from '../../../extension/cli/command.js';
import { inspectCommand } from '../../../extension/cli/inspectCommand.js';
import { textTable } from '../../../extension/text/textTable.js';
import { GeometryError } from '../../../extension/contract/errors.js';
import {
  ERASE_LINE,
  forTerminal,
  printableLine,
  printableName,
  shortened,
} from '../../../extension/contract/printable.js';
import { seriesFolder } from '../inspection/seriesFixture.js';

/** What moves a cursor, begins a line or turns letters round; Unicode's general categories name it. */
const dangerous = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const hostile = 'layer\u001b[2J\r\n\u0007\u009b31m\u202egnp.\u2066x\u2069\u200b\u{e0041}\ud800';

describe('printed names', () => {
  it('contain no control sequences or hidden characters, whatever the input', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const printed of [printableName(text), printableLine(text)])
          expect(printed).not.toMatch(dangerous);
        expect(forTerminal(text).replaceAll(ERASE_LINE, '').replaceAll('\n', '')).not.toMatch(dangerous);
      }),
    );
    expect(printableName(hostile)).toBe(
      'layer\\u001b[2J\\r\\n\\u0007\\u009b31m\\u202egnp.\\u2066x\\u2069\\u200b\\udb40\\udc41\\ud800',
    );
  });

  it('are unchanged if plain, in any script', () => {
    for (const name of ['model.layers.0.q_proj', 'größe_β₁', '重み', 'وزن', '😀', 'C:\\runs\\step_10.pt']) {
      expect(printableName(name)).toBe(name);
      expect(printableLine(name)).toBe(name);
    }
  });

  it('are shortened in the middle if long', () => {
    const long = `begin${'x'.repeat(10_000)}end`;
    expect(printableName(long)).toMatch(/^begin.*…x*end$/);
    expect(printableName(long).length).toBeLessThanOrEqual(100);
    expect(printableLine(`Tensor ${long} is ${long}.`).length).toBeLessThan(1_100);
    expect(printableLine('a b '.repeat(10_000)).length).toBeLessThanOrEqual(4_000);
    expect(shortened('😀'.repeat(100), 50)).not.toMatch(/\p{Cs}/u);
  });

  it('in JSON on a terminal are the same names', () => {
    const report = { name: 'a\u009b\u202e\u{e0041}b', lines: '1\n2' };
    const shown = forTerminal(`${JSON.stringify(report)}\n`);
    expect(shown.slice(0, -1)).not.toMatch(dangerous);
    expect(JSON.parse(shown)).toEqual(report);
  });

  it('are escaped in errors and tables', () => {
    expect(new GeometryError('malformed-file', `${hostile}: cut.`).message).not.toMatch(dangerous);
    const table = textTable([{ title: 'name' }], [[hostile], ['b'.repeat(10_000)]]);
    for (const line of table.split('\n')) {
      expect(line).not.toMatch(dangerous);
      expect(line.length).toBeLessThanOrEqual(100);
    }
    expect(table.split('\n')).toHaveLength(4);
  });
});

describe.skipIf(process.platform === 'win32')('an inspection of hostile names', () => {
  it('prints only its own lines', async () => {
    const tensor = { shape: [3, 3], values: [1, 2, 3, 4, 5, 6, 7, 8, NaN] };
    const fileName = 'step_1\u001b]0;x\u0007\n\u202e0.safetensors';
    const { folder, remove } = seriesFolder({
      0: { [hostile.slice(0, -1)]: tensor, [`w${'y'.repeat(10_000)}`]: tensor },
      1: { [hostile.slice(0, -1)]: tensor, [`w${'y'.repeat(10_000)}`]: tensor },
    });
    const said = { out: '', error: '' };
    const console: CommandConsole = {
      out: (text) => (said.out += text),
      error: (text) => (said.error += text),
      isTerminal: false,
      signal: new AbortController().signal,
    };
    try {
      renameSync(join(folder, 'step_0001.safetensors'), join(folder, fileName));
      await inspectCommand.run([folder], console);
    } finally {
      remove();
    }
    const lines = `${said.out}\n${said.error}`.split('\n');
    expect(lines.filter((line) => dangerous.test(line))).toEqual([]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1_200);
    expect(said.error).toMatch(/layer\\u001b\[2J/);
  });
});
