import { stat } from 'node:fs/promises';
import type { Database } from 'sql.js';
import { GeometryError } from '../../contract/errors.js';
import { limits, readBytes } from '../../disk/regularFile.js';
import { CurveCollector, numbersIn, type ReadCurves } from './curve.js';
import { withLog } from './writeAheadLog.js';

const MAGIC = 'SQLite format 3\0';
/** Columns that a row of metrics has in every version. */
const columns = ['run_name', 'step', 'metrics'];
const MOST_ROWS = 2_000_000;
/** A writer checkpoints its log into the database now and then, possibly during the read. */
const ATTEMPTS = 5;

const modifiedAt = async (file: string): Promise<bigint> =>
  stat(file, { bigint: true }).then(
    ({ mtimeNs }) => mtimeNs,
    () => 0n,
  );

/** A consistent snapshot of the database and its log. */
const snapshot = async (file: string): Promise<Buffer> => {
  for (let attempt = 1; ; attempt++) {
    const before = await modifiedAt(file);
    const log = await readBytes(`${file}-wal`, limits.results).catch((thrown: unknown) => {
      if (thrown instanceof GeometryError && thrown.code === 'not-found') return Buffer.alloc(0);
      throw thrown;
    });
    const database = await readBytes(file, limits.results);
    if ((await modifiedAt(file)) === before || attempt === ATTEMPTS) return withLog(database, log);
  }
};

/** A plain table with plain columns: a view or a computed column of a hostile file could compute for ever. */
const hasMetrics = (database: Database): boolean => {
  const isTable = database.exec(
    "SELECT 1 FROM sqlite_schema WHERE name = 'metrics' AND type = 'table' AND sql LIKE 'CREATE TABLE %'",
  );
  if (isTable.length === 0) return false;
  const known =
    database.exec("SELECT name FROM pragma_table_xinfo('metrics') WHERE hidden = 0")[0]?.values ?? [];
  return columns.every((column) => known.some(([name]) => name === column));
};

const textOf = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value);

/** Non-finite numbers are strings in JSON. */
const asWritten = (_key: string, value: unknown): unknown =>
  value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value;

/**
 * `PROJECT.db` of trackio: a SQLite database with a row of JSON per step, and the write-ahead log of an active
 * run. Curves of several runs are named after them. Nothing is written and no lock is taken.
 */
export const readTrackio = async (file: string): Promise<ReadCurves> => {
  const bytes = await snapshot(file);
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return { curves: [], faults: [], isOther: true };
  const { default: initSqlJs } = await import('sql.js');
  const { Database } = await initSqlJs();
  const database = new Database(bytes);
  try {
    database.run('PRAGMA trusted_schema = OFF');
    if (!hasMetrics(database)) return { curves: [], faults: [], isOther: true };
    const found = new CurveCollector();
    const names = database.exec('SELECT DISTINCT run_name FROM metrics LIMIT 1000')[0]?.values ?? [];
    const rows = database.prepare(
      `SELECT run_name, step, metrics FROM metrics ORDER BY rowid LIMIT ${MOST_ROWS}`,
    );
    let unreadable = 0;
    let fault: string | undefined;
    try {
      while (rows.step()) {
        const [run, step, metrics] = rows.get();
        try {
          const prefix = names.length > 1 ? `${textOf(run)}/` : '';
          for (const [name, value] of numbersIn(JSON.parse(textOf(metrics), asWritten), prefix)) {
            found.add(name, Number(step), value);
          }
        } catch (thrown) {
          if (!(thrown instanceof SyntaxError)) throw thrown;
          unreadable++;
        }
      }
    } catch (thrown) {
      fault = sentenceOf(thrown);
    } finally {
      rows.free();
    }
    return found.read([
      ...(fault === undefined ? [] : [`the rest cannot be read: ${fault}`]),
      ...(unreadable === 0 ? [] : [`${unreadable} of its rows are no JSON`]),
    ]);
  } catch (thrown) {
    throw new GeometryError(
      'malformed-file',
      `${file}: the database cannot be read: ${sentenceOf(thrown)}.`,
      {
        cause: thrown,
      },
    );
  } finally {
    database.close();
  }
};

const sentenceOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
