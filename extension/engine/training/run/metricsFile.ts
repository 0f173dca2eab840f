import { open, readFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { GeometryError } from '../../../contract/errors.js';
import { metricsSchema, type Metrics } from '../../../contract/run.js';
import { writeAtomically, writeError } from '../../ground/disk/atomicFile.js';

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

/** Only a file that is not there is empty: any other failure must not pass for a run without a history. */
const readText = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new GeometryError('unreadable', `${file} could not be read.`, { cause });
  }
};

const readLines = async (run: string): Promise<ReadLine[]> => {
  const text = await readText(metricsPath(run));
  return text.split('\n').flatMap((text) => {
    const metrics = parseLine(text);
    return metrics === undefined ? [] : [{ text, metrics }];
  });
};

/**
 * The lines of a run's metrics, in order. A torn last line, left by a killed process, is passed over.
 * @throws GeometryError `unreadable`.
 */
export const readMetrics = async (run: string): Promise<Metrics[]> =>
  (await readLines(run)).map(({ metrics }) => metrics);

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
 * @throws GeometryError `unreadable`; `disk-full`, `unwritable`, also from its methods.
 */
export const openMetrics = async (run: string, lastStep: number): Promise<MetricsFile> => {
  const file = metricsPath(run);
  const kept = (await readLines(run)).filter(({ metrics }) => metrics.step <= lastStep);
  const guard = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (cause) {
      throw writeError(file, cause);
    }
  };
  await writeAtomically(file, kept.map(({ text }) => `${text}\n`).join(''));
  const handle: FileHandle = await guard(() => open(file, 'a'));
  return {
    append: (line) => guard(() => handle.appendFile(`${JSON.stringify(line)}\n`)),
    sync: () => guard(() => handle.sync()),
    close: () => handle.close(),
  };
};
