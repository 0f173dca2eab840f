import { limits, readText } from '../../disk/regularFile.js';
import { CurveCollector, type ReadCurves } from './curve.js';

/** Fields of a line of RFC 4180; a quoted field that is not closed runs to the end of the line. */
const fieldsOf = (line: string): string[] => {
  const fields: string[] = [];
  let at = 0;
  while (at <= line.length) {
    if (line[at] === '"') {
      const match = /^"((?:[^"]|"")*)"?/.exec(line.slice(at))!;
      fields.push(match[1]!.replaceAll('""', '"'));
      at += match[0].length;
      const comma = line.indexOf(',', at);
      at = comma < 0 ? line.length + 1 : comma + 1;
    } else {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      fields.push(line.slice(at, end));
      at = end + 1;
    }
  }
  return fields;
};

/** `metrics.csv` of Lightning's CSVLogger: a column `step` and one per metric, empty if not logged. */
export const readMetricsCsv = async (file: string): Promise<ReadCurves> => {
  const text = await readText(file, limits.results);
  // A line without a line end is still being written.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split(/\r?\n/);
  const columns = fieldsOf(lines[0] ?? '').map((name) => name.trim());
  const stepAt = columns.indexOf('step');
  const found = new CurveCollector();
  if (stepAt < 0) return found.read(['it has no column named step']);
  let odd = 0;
  for (const line of lines.slice(1)) {
    if (line === '') continue;
    const fields = fieldsOf(line);
    const stepText = fields[stepAt] ?? '';
    const step = Number(stepText);
    if (stepText.trim() === '' || !Number.isFinite(step) || fields.length > columns.length) {
      odd++;
      continue;
    }
    for (const [i, field] of fields.entries()) {
      if (i !== stepAt && field.trim() !== '') found.add(columns[i]!, step, numberOf(field));
    }
  }
  return found.read(odd === 0 ? [] : [`${odd} lines do not fit its columns`]);
};

/** Python's number format: `nan` and `inf` are not finite. */
const numberOf = (field: string): number => (/^\s*[-+]?(?:\d|\.\d)/.test(field) ? Number(field) : Number.NaN);
