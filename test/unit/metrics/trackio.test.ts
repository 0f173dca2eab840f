import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import initSqlJs, { type SqlJsStatic } from 'sql.js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { curvesOf } from '../../../extension/engine/metrics/curvesOf.js';
import { readTrackio } from '../../../extension/engine/metrics/trackio.js';
import { withLog } from '../../../extension/engine/metrics/writeAheadLog.js';
import { choicesFrom, mutationCount } from '../checkpoints/mutations.js';
import { fixture } from '../references.js';

const expected = JSON.parse(readFileSync(fixture('metrics/expected.json'), 'utf8')) as {
  steps: number[];
  loss: number[];
  accuracy: number[];
};
/** Written by trackio's own storage: one run in the database, a second one in the log alone. */
const database = fixture('metrics/trackio/grok.db');
const log = fixture('metrics/trackio/log/grok.db-wal');

let sql: SqlJsStatic;
let folder: string;
let file: string;
beforeAll(async () => {
  sql = await initSqlJs();
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wg-trackio-'));
  file = path.join(folder, 'grok.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A database with these statements, in pages of 512 bytes. */
const write = (...statements: string[]): Buffer => {
  const made = new sql.Database();
  made.run('PRAGMA page_size = 512');
  for (const statement of statements) made.run(statement);
  const bytes = Buffer.from(made.export());
  made.close();
  writeFileSync(file, bytes);
  return bytes;
};
const table = 'CREATE TABLE metrics (id INTEGER PRIMARY KEY, run_name TEXT, step INTEGER, metrics TEXT)';
const row = (step: number, metrics: string, run = 'a'): string =>
  `INSERT INTO metrics (run_name, step, metrics) VALUES ('${run}', ${step}, '${metrics}')`;

describe('trackio’s database', () => {
  it('has the values that were logged, and none of its text', async () => {
    const { curves, faults } = await readTrackio(database);
    expect(curves.map(({ name }) => name)).toEqual(['loss', 'val/accuracy', 'odd']);
    for (const [curve, values] of [
      [curves[0]!, expected.loss],
      [curves[1]!, expected.accuracy],
    ] as const) {
      expect(curve.steps).toEqual(expected.steps);
      curve.values.forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThanOrEqual(1e-15));
    }
    expect(faults).toEqual(['one value is no finite number']);
  });

  it('has what a run under way has written to the log beside it, named by run where there are several', async () => {
    copyFileSync(database, file);
    copyFileSync(log, `${file}-wal`);
    const { curves } = await readTrackio(file);
    expect(curves.map(({ name }) => name).sort()).toEqual([
      'first/loss',
      'first/odd',
      'first/val/accuracy',
      'second/loss',
    ]);
    const second = curves.find(({ name }) => name === 'second/loss')!;
    expect(second.steps).toEqual(expected.steps);
    expect(second.values).toEqual(expected.loss.map((value) => 2 * value));
  });

  it('has with a log that is cut anywhere what had been committed before', async () => {
    copyFileSync(database, file);
    const whole = readFileSync(log);
    const seen = new Set<string>();
    const cuts = Array.from({ length: Math.ceil(whole.length / 197) }, (_, i) => i * 197);
    for (const length of [...cuts, whole.length]) {
      writeFileSync(`${file}-wal`, whole.subarray(0, length));
      const { curves, faults } = await readTrackio(file);
      expect(faults).toEqual(['one value is no finite number']);
      seen.add(curves.map(({ name, steps }) => `${name.replace(/^first\//, '')} ${steps.length}`).join(', '));
    }
    const first = 'loss 6, val/accuracy 6, odd 5';
    expect([...seen]).toEqual([first, `${first}, second/loss 6`]);
  });

  it('ignores frames of an earlier use of the log, and damaged ones', () => {
    const [base, frames] = [readFileSync(database), readFileSync(log)];
    const plain = withLog(base, Buffer.alloc(0));
    const pageSize = frames.readUInt32BE(8);
    expect(withLog(base, frames).equals(plain)).toBe(false);
    for (const at of [32 + 8, 32 + 24 + 100, 16, 24]) {
      const damaged = Buffer.from(frames);
      damaged[at]! ^= 1;
      expect(withLog(base, damaged).equals(plain), `byte ${at}`).toBe(true);
    }
    // Behind the last commit, a frame of other salts.
    const stale = Buffer.concat([frames, Buffer.alloc(24 + pageSize, 7)]);
    expect(withLog(base, stale).equals(withLog(base, frames))).toBe(true);
  });
});

describe('another database', () => {
  it.each([
    ['without such a table', ['CREATE TABLE trials (id INTEGER)']],
    ['whose columns are others', ['CREATE TABLE metrics (id INTEGER, key TEXT, value REAL)']],
    [
      'whose table is a view that never ends',
      [
        "CREATE VIEW metrics AS WITH RECURSIVE n(step) AS (SELECT 1 UNION ALL SELECT step + 1 FROM n) SELECT 'a' AS run_name, step, '{}' AS metrics FROM n",
      ],
    ],
    [
      'whose column is computed',
      [
        'CREATE TABLE metrics (id INTEGER, run_name TEXT, step INTEGER, metrics TEXT AS (hex(zeroblob(100000000))))',
        "INSERT INTO metrics (id, run_name, step) VALUES (1, 'a', 1)",
      ],
    ],
  ])('%s is passed over beside checkpoints, and named where the user named it', async (_what, statements) => {
    write(...statements);
    expect(await readTrackio(file)).toEqual({ curves: [], faults: [], isOther: true });
    const beside = await curvesOf(folder, undefined);
    expect(beside).toEqual({ curves: [], warnings: [] });
    const named = await curvesOf(folder, file);
    expect(named.warnings.map(({ message }) => message)).toEqual([`${file}: it is no file of trackio.`]);
  });

  it('that is none at all is passed over too', async () => {
    for (const bytes of ['', 'SQLite', 'a'.repeat(5000)]) {
      writeFileSync(file, bytes);
      expect((await readTrackio(file)).isOther).toBe(true);
    }
  });
});

describe('a damaged database', () => {
  it('says what it cannot read of rows that are no JSON', async () => {
    write(table, row(1, '{"loss": 1}'), row(2, '{"loss": '), row(3, '{"loss": 3}'));
    const { curves, faults } = await readTrackio(file);
    expect(curves).toMatchObject([{ name: 'loss', steps: [1, 3], values: [1, 3] }]);
    expect(faults).toEqual(['1 of its rows are no JSON']);
  });

  it(`of ${mutationCount} is read in part or refused with its name`, async () => {
    const rows = Array.from({ length: 60 }, (_, i) =>
      row(i, `{"loss": ${i}.5, "acc": 0.${i}}`, i < 30 ? 'a' : 'b'),
    );
    const original = write(table, 'CREATE INDEX of_runs ON metrics(run_name, step)', ...rows);
    const random = choicesFrom(11);
    let refused = 0;
    for (let i = 0; i < mutationCount; i++) {
      const bytes = Buffer.from(original);
      for (let n = 0; n < 1 + random.below(4); n++) {
        bytes[random.below(bytes.length)] = random.below(4) === 0 ? 0xff : random.below(256);
      }
      writeFileSync(file, random.below(4) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes);
      try {
        for (const { steps, values } of (await readTrackio(file)).curves) {
          expect(steps.length).toBe(values.length);
          expect(values.every(Number.isFinite) && steps.every(Number.isFinite)).toBe(true);
        }
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'malformed-file' });
        refused++;
      }
    }
    expect(refused).toBeLessThan(mutationCount);
  }, 300_000);
});
