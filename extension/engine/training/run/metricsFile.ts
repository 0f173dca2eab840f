import path from 'node:path';
import * as v from 'valibot';
import { metricsSchema, type Metrics } from '../../../contract/run.js';
import { openForAppending, writeAtomically } from '../../../disk/atomicFile.js';
import { limits, readTextIfThere } from '../../../disk/regularFile.js';
import { writeError } from '../../../disk/systemErrors.js';

export const metricsPath = (run: string): string => path.join(run, 'metrics.jsonl');

const parseLine = (line: string): Metrics | undefined => {
  try {
    const parsed = v.safeParse(metricsSchema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
};

interface ReadLine {
  readonly text: string;
  readonly metrics: Metrics;
}

interface ReadLines {
  readonly lines: readonly ReadLine[];
  /** Lines that are no metrics. A torn last one, left by a killed process, does not count. */
  readonly unreadable: number;
}

/** @throws GeometryError `unreadable`, `too-large`. */
export const readMetricsLines = async (run: string): Promise<ReadLines> => {
  // Only a file that is not there is empty: any other failure must not pass for a run without a history.
  const text = (await readTextIfThere(metricsPath(run), limits.results)) ?? '';
  const lines: ReadLine[] = [];
  let unreadable = 0;
  const all = text.split('\n');
  all.forEach((line, i) => {
    const metrics = parseLine(line);
    if (metrics !== undefined) lines.push({ text: line, metrics });
    else if (i < all.length - 1 && line !== '') unreadable += 1;
  });
  return { lines, unreadable };
};

/**
 * The lines of a run's metrics, in order. Lines that cannot be read are passed over.
 * @throws GeometryError `unreadable`, `too-large`.
 */
export const readMetrics = async (run: string): Promise<Metrics[]> =>
  (await readMetricsLines(run)).lines.map(({ metrics }) => metrics);

/** `metrics.jsonl` of a running run: one JSON object a line, only ever appended to. */
export interface MetricsFile {
  append(line: Metrics): Promise<void>;
  /** Makes the lines so far last through a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a run's metrics; lines after `lastStep` belong to a future that was lost with the process that wrote them, and
 * are taken off.
 * @throws GeometryError `unreadable`, `too-large`; `disk-full`, `unwritable`, also from its methods.
 */
export const openMetrics = async (run: string, lastStep: number): Promise<MetricsFile> => {
  const file = metricsPath(run);
  const kept = (await readMetricsLines(run)).lines.filter(({ metrics }) => metrics.step <= lastStep);
  const guard = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (cause) {
      throw writeError(file, cause);
    }
  };
  await writeAtomically(file, kept.map(({ text }) => `${text}\n`).join(''));
  const handle = await openForAppending(file);
  return {
    append: (line) => guard(() => handle.appendFile(`${JSON.stringify(line)}\n`)),
    sync: () => guard(() => handle.sync()),
    close: () => handle.close(),
  };
};
