import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GeometryError } from '../contract/errors.js';
import type { AnalysisRequest } from '../contract/report.js';
import type { Analysis, AnalysisFlag } from '../engine/analyses/analysis.js';
import { analyses } from '../engine/analyses/table.js';
import { didYouMean } from '../engine/ground/nearest.js';
import { UsageError } from './command.js';

/** The flags of analyses in `parseArgs` format; several analyses may share one. */
export const analysisFlags = (rows = analyses): { readonly [name: string]: { readonly type: 'string' } } =>
  Object.fromEntries(
    rows.flatMap(({ flags }) => Object.keys(flags)).map((name) => [name, { type: 'string' }]),
  );

/** The lines of `--help` on optional analyses. */
export const analysisUsage = (rows = analyses): string => {
  const onRequest = rows.filter(({ isDefault }) => !isDefault);
  const flags = new Map(rows.flatMap((row) => Object.entries(row.flags)));
  const takers = (name: string): string =>
    rows
      .filter((row) => name in row.flags)
      .map(({ id }) => id)
      .join(', ');
  return [
    '  --analyses LIST  run these besides, separated by commas:',
    ...onRequest.map(({ id, summary }) => `                   ${id}: ${summary}`),
    ...[...flags].map(
      ([name, { value, help }]) => `${`  --${name} ${value}`.padEnd(18)} ${help} (${takers(name)})`,
    ),
  ].join('\n');
};

/**
 * The analyses of a list, each with the settings that its flags give.
 * @throws UsageError for a name that is not in the table, and for a flag that no named analysis takes.
 */
export const analysisRequests = async (
  list: string | undefined,
  values: { readonly [flag: string]: unknown },
  rows = analyses,
): Promise<AnalysisRequest[]> => {
  const named = [...new Set(list === undefined ? [] : list.split(','))].map((id) =>
    rowNamed(id.trim(), rows),
  );
  for (const flag of Object.keys(analysisFlags(rows))) {
    if (values[flag] === undefined || named.some(({ flags }) => flag in flags)) continue;
    const takers = rows.filter(({ flags }) => flag in flags).map(({ id }) => id);
    throw new UsageError(`--${flag} goes with --analyses ${takers.join(' or ')}.`);
  }
  return Promise.all(named.map((row) => requestOf(row, values)));
};

const rowNamed = (id: string, rows: readonly Analysis[]): Analysis => {
  const found = rows.find((row) => row.id === id);
  if (found !== undefined) return found;
  const known = rows.map((row) => row.id).join(', ');
  throw new UsageError(
    `--analyses takes ${known}, separated by commas, not ${JSON.stringify(id)}.${didYouMean(
      id,
      rows.map((row) => row.id),
    )}`,
  );
};

const requestOf = async (
  { id, flags }: Analysis,
  values: { readonly [flag: string]: unknown },
): Promise<AnalysisRequest> => {
  const settings: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const text = values[name];
    if (typeof text === 'string') settings[name] = await valueOf(name, flag, text);
    else if (flag.isRequired) throw new UsageError(`--analyses ${id} needs --${name} ${flag.value}.`);
  }
  return { id, ...(Object.keys(settings).length === 0 ? {} : { settings }) };
};

const valueOf = async (name: string, { kind }: AnalysisFlag, text: string): Promise<unknown> => {
  if (kind === 'text') return text;
  if (kind === 'path') return resolve(text);
  if (kind === 'json-file') return readJson(text);
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) {
    throw new UsageError(`--${name} takes a number, not ${JSON.stringify(text)}.`);
  }
  return number;
};

const readJson = async (path: string): Promise<unknown> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new GeometryError('not-found', `${path} cannot be read.`, { cause });
  });
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new GeometryError('malformed-file', `${path} is not JSON.`, { cause });
  }
};
