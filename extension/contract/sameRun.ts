import type { RunConfig } from './run.js';

/** Settings that may change on resume; any other change makes it another run. */
export const changeableOnResume = ['maxSteps', 'stop'] as const satisfies readonly (keyof RunConfig)[];

/** Equality as JSON, independent of key order. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sorted(entry)]),
  );
};

/** The first setting that makes another run of a configuration; undefined if the run can continue. */
export const settingThatDiffers = (own: RunConfig, asked: RunConfig): keyof RunConfig | undefined => {
  const changeable: ReadonlySet<string> = new Set(changeableOnResume);
  const keys = new Set([...Object.keys(own), ...Object.keys(asked)] as (keyof RunConfig)[]);
  return [...keys].find(
    (key) => !changeable.has(key) && JSON.stringify(sorted(own[key])) !== JSON.stringify(sorted(asked[key])),
  );
};
