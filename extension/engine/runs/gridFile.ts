import * as v from 'valibot';
import { GeometryError } from '../../contract/errors.js';
import { limits, readText } from '../../disk/regularFile.js';
import { presets } from '../training/presets.js';
import { loadRunConfig } from '../training/runConfig.js';
import { cellsOf, gridSchema, type Grid } from './grid.js';

/** The base of a grid may be the name of a preset. */
const withBase = async (json: unknown): Promise<unknown> => {
  if (typeof json !== 'object' || json === null || !('base' in json) || typeof json.base !== 'string')
    return json;
  const { base } = json;
  if (presets.some(({ name }) => name === base)) return { ...json, base: await loadRunConfig(base) };
  const names = presets.map(({ name }) => name).join(', ');
  throw new GeometryError('invalid-config', `The grid's base “${base}” is not a preset (${names}).`);
};

/**
 * The grid that a user's file describes, with its defaults filled in.
 * @throws GeometryError `not-found`, `unreadable`, `too-large`; `invalid-config`, naming the place that is wrong.
 */
export const readGrid = async (path: string): Promise<Grid> => {
  const text = await readText(path, limits.settings);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new GeometryError('invalid-config', `The grid ${path} is not JSON.`, { cause });
  }
  const parsed = v.safeParse(gridSchema, await withBase(json));
  if (parsed.success) {
    // A variant's settings are validated only when its cells are built.
    cellsOf(parsed.output);
    return parsed.output;
  }
  const [issue] = parsed.issues;
  throw new GeometryError(
    'invalid-config',
    `${path} is not a grid: ${v.getDotPath(issue) ?? 'it'}: ${issue.message}.`,
  );
};
