import * as v from 'valibot';
import { GeometryError } from '../../contract/errors.js';
import { runConfigSchema, type RunConfig } from '../../contract/run.js';
import { limits, readTextIfThere } from '../../disk/regularFile.js';
import { didYouMean, nearest } from '../ground/nearest.js';
import { configKeys } from './configKeys.js';
import { presets } from './presets.js';

type JsonObject = Record<string, unknown>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first key (dotted) that validation dropped: an unknown key is a misspelling. */
const unknownKey = (given: JsonObject, read: JsonObject): string | undefined => {
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(read, key)) return key;
    const inner = read[key];
    const unknown = isObject(value) && isObject(inner) ? unknownKey(value, inner) : undefined;
    if (unknown !== undefined) return `${key}.${unknown}`;
  }
  return undefined;
};

/**
 * " (did you mean KEY?)" if a similar key is in the same section; the common section alone would make all keys
 * similar.
 */
const meant = (unknown: string, config: RunConfig): string => {
  const place = unknown.slice(0, unknown.lastIndexOf('.') + 1);
  const keys = [
    ...configKeys.map(({ key }) => key),
    ...Object.keys(config.model).map((key) => `model.${key}`),
  ];
  const beside = keys.flatMap((key) =>
    key.startsWith(place) && !key.slice(place.length).includes('.') ? [key.slice(place.length)] : [],
  );
  const key = nearest(unknown.slice(place.length), beside);
  return key === undefined ? '' : ` (did you mean ${place}${key}?)`;
};

/**
 * Validates a configuration and fills in its defaults.
 * @param origin its source, for the message: a file's path, a preset's name.
 * @throws GeometryError `invalid-config`, with the key; also for an unknown key at any depth.
 */
export const parseRunConfig = (value: unknown, origin: string): RunConfig => {
  const refuse = (reason: string): GeometryError =>
    new GeometryError('invalid-config', `${origin} is not a run configuration: ${reason}.`);
  const parsed = v.safeParse(runConfigSchema, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const key = v.getDotPath(issue);
    throw refuse(`${key === null ? '' : `${key}: `}${issue.message}`);
  }
  const unknown = isObject(value) ? unknownKey(value, parsed.output) : undefined;
  if (unknown !== undefined) throw refuse(`it has no key “${unknown}”${meant(unknown, parsed.output)}`);
  return parsed.output;
};

/** A value parsed as JSON if possible, otherwise text: `1e-3`, `full`, `["add","mul"]`, `null`. */
const parseValue = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const withKey = (target: JsonObject, keys: readonly string[], value: unknown): JsonObject => {
  const [key, ...rest] = keys as [string, ...string[]];
  if (rest.length > 0) {
    const inner = target[key];
    return { ...target, [key]: withKey(isObject(inner) ? inner : {}, rest, value) };
  }
  const others = Object.entries(target).filter(([name]) => name !== key);
  return Object.fromEntries(value === null ? others : [...others, [key, value]]);
};

/**
 * The configuration with `key=value` assignments applied; keys are dotted (`model.d`), `null` removes an
 * optional one.
 * @throws GeometryError `invalid-config` for an unknown key or an invalid value.
 */
export const withAssignments = (config: RunConfig, assignments: readonly string[]): RunConfig => {
  let value: JsonObject = config;
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new GeometryError(
        'invalid-config',
        `${JSON.stringify(assignment)} is not of the form key=value.`,
      );
    }
    const keys = assignment.slice(0, equals).split('.');
    value = withKey(value, keys, parseValue(assignment.slice(equals + 1)));
    parseRunConfig(value, `With ${assignment}, this`);
  }
  return parseRunConfig(value, 'The configuration');
};

/**
 * The configuration of a preset or of a JSON file.
 * @throws GeometryError `not-found`, `unreadable`, `too-large`, `invalid-config`.
 */
export const loadRunConfig = async (nameOrFile: string): Promise<RunConfig> => {
  const preset = presets.find(({ name }) => name === nameOrFile);
  if (preset) return parseRunConfig(preset.config, preset.name);
  const text = await readTextIfThere(nameOrFile, limits.settings);
  if (text === undefined) {
    const names = presets.map(({ name }) => name);
    const what = `${nameOrFile} is neither a file nor a preset (${names.join(', ')}).`;
    throw new GeometryError('not-found', what + didYouMean(nameOrFile, names));
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GeometryError('invalid-config', `${nameOrFile} is not JSON.`, { cause });
  }
  return parseRunConfig(value, nameOrFile);
};
